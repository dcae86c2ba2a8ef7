"""Calendar periods and daily times, across clock changes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.localtime import (
    DAY,
    EVERY_WEEKDAY,
    HOUR,
    LAST_INSTANT,
    MINUTE,
    Period,
    at_time_next,
    next_month_time,
    next_period_start,
    next_weekday_time,
    period_index,
    period_start,
)
from lifecycle_dsl.localtime.dates import civil, date_weekday
from lifecycle_dsl.localtime.periods import period_first_day
from tests.unit.localtime.nasty_zones import EPOCH, MICROSECOND, known, places

UNITS = st.sampled_from(Period)
TIMES = st.one_of(st.integers(0, DAY - 1), st.integers(0, 23).map(lambda hour: hour * HOUR))
WEEKDAY_SETS = st.frozensets(st.integers(0, 6), min_size=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return (datetime(year, month, day, hour, minute, tzinfo=UTC) - EPOCH) // MICROSECOND


@given(places(), UNITS)
def test_a_period_lasts_from_its_start_to_the_next(place: tuple[str, int], unit: Period) -> None:
    key, t = place
    here = known(key)
    index = period_index(here, t, unit)
    following = next_period_start(here, t, unit)
    assert period_start(here, index, unit) <= t < following
    assert following == period_start(here, index + 1, unit)
    assert period_index(here, following - 1, unit) == index
    assert period_index(here, following, unit) > index


@given(places(), UNITS, st.integers(0, 40 * HOUR))
def test_period_numbers_never_fall(place: tuple[str, int], unit: Period, later: int) -> None:
    key, t = place
    here = known(key)
    t = min(t, LAST_INSTANT - later)
    assert period_index(here, t, unit) <= period_index(here, t + later, unit)


def test_periods_begin_on_mondays_firsts_and_new_years() -> None:
    here = known("Europe/Amsterdam")
    t = utc(2026, 1, 1, 12)
    first_days = {unit: period_first_day(period_index(here, t, unit), unit) for unit in (*Period,)}
    assert date_weekday(first_days[Period.WEEK]) == 0
    assert civil(first_days[Period.WEEK]) == (2025, 12, 29)
    assert civil(first_days[Period.MONTH]) == civil(first_days[Period.YEAR]) == (2026, 1, 1)
    assert next_period_start(here, t, Period.MONTH) == utc(2026, 1, 31, 23)
    assert Period("week") is Period.WEEK


@given(places(), TIMES, WEEKDAY_SETS)
def test_the_next_daily_time_is_the_first_after_t(
    place: tuple[str, int], time_of_day: int, weekdays: frozenset[int]
) -> None:
    key, t = place
    here = known(key)
    today = here.local_day(t)
    candidates = [
        here.instant(day, time_of_day)
        for day in range(today - 3, today + 12)
        if date_weekday(day) in weekdays
    ]
    expected = min(candidate for candidate in candidates if candidate > t)
    assert next_weekday_time(here, t, weekdays, time_of_day) == expected
    assert at_time_next(here, expected, time_of_day) == expected


@given(places(), TIMES)
def test_at_a_time_includes_now_and_comes_within_two_days(
    place: tuple[str, int], time_of_day: int
) -> None:
    key, t = place
    here = known(key)
    found = at_time_next(here, t, time_of_day)
    assert t <= found <= t + 2 * DAY
    assert found == t or found == next_weekday_time(here, t, EVERY_WEEKDAY, time_of_day)


@given(places(), TIMES)
def test_a_monthly_time_is_on_the_first_of_a_month(
    place: tuple[str, int], time_of_day: int
) -> None:
    key, t = place
    here = known(key)
    found = next_month_time(here, t, time_of_day)
    index = period_index(here, t, Period.MONTH)
    starts = (period_first_day(i, Period.MONTH) for i in range(index - 1, index + 3))
    every = [here.instant(day, time_of_day) for day in starts]
    assert found == min(candidate for candidate in every if candidate > t)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 0, 30)),
        (utc(2026, 10, 25, 0, 31), utc(2026, 10, 26, 1, 30)),  # its second 02:30 does not count
        (utc(2026, 3, 29, 0, 59), utc(2026, 3, 29, 1)),
        (utc(2026, 3, 29, 1, 1), utc(2026, 3, 30, 0, 30)),
    ],
)
def test_half_past_two_in_amsterdam(now: int, expected: int) -> None:
    assert at_time_next(known("Europe/Amsterdam"), now, 2 * HOUR + 30 * MINUTE) == expected
