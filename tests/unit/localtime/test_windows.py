"""Windows of local time, compared with reading the clock at every edge by hand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_dsl.localtime import (
    DAY,
    HOUR,
    LAST_INSTANT,
    MINUTE,
    DailyHours,
    Season,
    Weekdays,
    Window,
    Zone,
    first_outside,
    parse_date,
)
from tests.unit.localtime.nasty_zones import EPOCH, MICROSECOND, changes, known, places

SPAN = 10 * DAY
TIMES = st.one_of(st.integers(0, 48).map(lambda half: half * HOUR // 2), st.integers(0, DAY))
HOURS = st.builds(DailyHours, TIMES, TIMES)
WEEKDAYS = st.builds(Weekdays, st.frozensets(st.integers(0, 6)))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return (datetime(year, month, day, hour, minute, tzinfo=UTC) - EPOCH) // MICROSECOND


def day_number(text: str) -> int:
    day = parse_date(text)
    assert day is not None
    return day


def seasons(around: int) -> st.SearchStrategy[Season]:
    pair = st.tuples(st.integers(-9, 9), st.integers(0, 4))
    ranges = st.lists(pair.map(lambda p: (around + p[0], around + p[0] + p[1])), max_size=3)
    return ranges.map(lambda found: Season(tuple(found)))


def brute_change(window: Window, here: Zone, t: int) -> int | None:
    """The next change within ten days, by looking at everything that can be one."""
    inside = window.inside(here, t)
    edges = {c for c in changes(here.key) if t < c <= t + SPAN}
    times = {0}
    if isinstance(window, DailyHours):
        times = {window.start, window.end}
    first = here.local_day(t)
    for day in range(first - 2, first + 14):
        for time_of_day in times:
            # Both instants that may show this time: by the offset before and after any change.
            for near in (t, *edges):
                for offset in (here.offset(near - 1), here.offset(near)):
                    edges.add(day * DAY + time_of_day - offset)
    later = sorted(edge for edge in edges if t < edge <= t + SPAN)
    return next((edge for edge in later if window.inside(here, edge) != inside), None)


@settings(max_examples=300)
@given(places(), st.data())
def test_the_next_change_is_the_first_later_reading_that_differs(
    place: tuple[str, int], data: st.DataObject
) -> None:
    key, t = place
    t = min(t, LAST_INSTANT - SPAN)
    here = known(key)
    window: Window = data.draw(st.one_of(HOURS, WEEKDAYS, seasons(here.local_day(t))))
    found = window.next_change(here, t)
    expected = brute_change(window, here, t)
    if expected is None:
        assert found is None or found > t + SPAN
    else:
        assert found == expected


@given(places(), TIMES, TIMES)
def test_hours_are_read_off_the_local_clock(place: tuple[str, int], start: int, end: int) -> None:
    key, t = place
    here = known(key)
    shown = here.local_time(t)
    expected = start <= shown < end if start < end else not end <= shown < start
    assert DailyHours(start, end).inside(here, t) == expected


def test_quiet_hours_over_midnight_end_by_the_clock_on_both_clock_changes() -> None:
    quiet = DailyHours(21 * HOUR, 8 * HOUR)
    here = known("Europe/Amsterdam")
    assert quiet.next_change(here, utc(2026, 3, 28, 22)) == utc(2026, 3, 29, 6)
    assert quiet.next_change(here, utc(2026, 10, 24, 22)) == utc(2026, 10, 25, 7)


def test_an_end_that_is_skipped_or_repeated_is_where_the_reading_changes() -> None:
    here = known("Europe/Amsterdam")
    night = DailyHours(0, 2 * HOUR + 30 * MINUTE)
    assert night.next_change(here, utc(2026, 3, 29, 0, 30)) == utc(2026, 3, 29, 1)
    # 02:30 comes, the clock falls back to 02:00 and is within again until the second 02:30.
    first_end = night.next_change(here, utc(2026, 10, 24, 23))
    assert first_end == utc(2026, 10, 25, 0, 30)
    again = night.next_change(here, first_end)
    assert again == utc(2026, 10, 25, 1)
    assert night.next_change(here, again) == utc(2026, 10, 25, 1, 30)


def test_a_skipped_day_is_no_day_of_a_window() -> None:
    apia = known("Pacific/Apia")
    friday = Weekdays(frozenset({4}))  # 2011-12-30 would have been one
    assert friday.next_change(apia, utc(2011, 12, 29)) == apia.day_start(day_number("2012-01-06"))


def test_both_days_of_a_season_are_included() -> None:
    here = known("Europe/Amsterdam")
    holidays = Season(
        (
            (day_number("2026-12-25"), day_number("2026-12-26")),
            (day_number("2027-01-01"), day_number("2027-01-01")),
        )
    )
    edges = [utc(2026, 7, 1)]
    while (later := holidays.next_change(here, edges[-1])) is not None:
        edges.append(later)
    assert edges[1:] == [
        utc(2026, 12, 24, 23),
        utc(2026, 12, 26, 23),
        utc(2026, 12, 31, 23),
        utc(2027, 1, 1, 23),
    ]
    assert [holidays.inside(here, edge) for edge in edges] == [False, True, False, True, False]


@pytest.mark.parametrize(
    "window",
    [
        DailyHours(0, DAY),
        DailyHours(9 * HOUR, 9 * HOUR),
        Weekdays(frozenset()),
        Weekdays(frozenset(range(7))),
        Season(()),
        Season(((0, 10),)),
    ],
)
def test_windows_that_never_change_again_say_none(window: Window) -> None:
    assert window.next_change(known("Europe/Amsterdam"), utc(2026, 1, 1)) is None


def test_a_season_that_ends_as_the_clock_falls_back_is_entered_again() -> None:
    st_johns = known("America/St_Johns")
    season = Season(((day_number("2006-10-28"), day_number("2006-10-28")),))
    end = season.next_change(st_johns, utc(2006, 10, 29))
    assert end == utc(2006, 10, 29, 2, 30)
    assert season.next_change(st_johns, end) == utc(2006, 10, 29, 2, 31)


def test_the_first_free_instant_lies_outside_all_windows() -> None:
    here = known("Europe/Amsterdam")
    quiet = (
        DailyHours(20 * HOUR, 9 * HOUR),
        Weekdays(frozenset({6})),
        Season(((day_number("2026-01-05"), day_number("2026-01-05")),)),
    )
    assert first_outside(here, utc(2026, 1, 3, 21), quiet) == utc(2026, 1, 6, 8)
    assert first_outside(here, utc(2026, 1, 6, 12), quiet) == utc(2026, 1, 6, 12)
    assert first_outside(here, 0, ()) == 0
    never = (DailyHours(8 * HOUR, 20 * HOUR), DailyHours(20 * HOUR, 8 * HOUR))
    assert first_outside(here, 0, never) is None
    assert first_outside(here, 0, (DailyHours(0, 0),)) is None
