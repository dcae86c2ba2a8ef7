"""Zones against the standard library's, and local times against their definition."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE, known_zones, parse_date, tzdata_version, zone
from lifecycle_dsl.localtime.yearly import parse_footer
from tests.unit.localtime.nasty_zones import (
    EPOCH,
    KEYS,
    MICROSECOND,
    changes,
    known,
    moment,
    oracle,
    oracle_offset,
    places,
)


def day_number(text: str) -> int:
    day = parse_date(text)
    assert day is not None
    return day


def utc(*parts: int) -> int:
    return (datetime(*parts, tzinfo=UTC) - EPOCH) // MICROSECOND  # type: ignore[misc,arg-type]


@given(places())
def test_offset_and_local_clock_are_those_of_the_standard_library(place: tuple[str, int]) -> None:
    key, t = place
    here = known(key)
    local = moment(t).astimezone(oracle(key))
    assert here.offset(t) == oracle_offset(key, t)
    low, high, offset, _ = here.span(t)
    assert low <= t < high
    assert offset == here.offset(t)
    assert here.local_day(t) == local.toordinal() - 719_163
    clock = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    assert here.local_time(t) == clock // MICROSECOND
    assert (here.hour(t), here.weekday(t)) == (local.hour, local.weekday())
    assert (here.year(t), here.month(t), here.day(t)) == (local.year, local.month, local.day)


def test_every_zone_has_the_standard_offsets_from_1900_to_2400() -> None:
    chance = random.Random(1)
    for key in sorted(known_zones()):
        here = known(key)
        around = chance.sample(changes(key), min(4, len(changes(key))))
        for t in (utc(1900, 1, 1), utc(1980, 1, 1), utc(2200, 7, 1), utc(2400, 12, 31), *around):
            assert [here.offset(t + d) for d in (-1, 0)] == [
                oracle_offset(key, t + d) for d in (-1, 0)
            ], (key, t)


@pytest.mark.parametrize("key", KEYS)
def test_every_clock_change_of_a_nasty_zone_is_where_it_should_be(key: str) -> None:
    here = known(key)
    for t in changes(key):
        assert here.offset(t - 1) == oracle_offset(key, t - 1)
        assert here.offset(t) == oracle_offset(key, t)


@given(places(), st.integers(0, DAY - 1))
def test_a_local_time_means_the_first_instant_that_shows_it_or_a_later_one(
    place: tuple[str, int], time_of_day: int
) -> None:
    key, near = place
    here = known(key)
    day = here.local_day(near)
    local = day * DAY + time_of_day
    found = here.instant(day, time_of_day)
    assert found + oracle_offset(key, found) >= local
    # Before it the clock never shows this or a later time, up to every change of two days.
    earlier = [found - 1, *(c - 1 for c in changes(key) if found - 2 * DAY < c <= found)]
    assert all(t + oracle_offset(key, t) < local for t in earlier)


@given(places())
def test_a_calendar_day_is_the_latest_that_has_begun(place: tuple[str, int]) -> None:
    key, t = place
    here = known(key)
    day = here.calendar_day(t)
    assert day >= here.local_day(t)
    assert here.day_start(day) <= t
    assert here.day_start(day + 1) > t


def test_a_skipped_time_means_the_end_of_the_gap() -> None:
    amsterdam = known("Europe/Amsterdam")
    spring = day_number("2026-03-29")
    assert amsterdam.instant(spring, 2 * HOUR + 30 * MINUTE) == utc(2026, 3, 29, 1)
    assert amsterdam.instant(spring, 3 * HOUR) == utc(2026, 3, 29, 1)
    assert amsterdam.instant(spring, 2 * HOUR - 1) == utc(2026, 3, 29, 1) - 1


def test_a_time_that_occurs_twice_means_the_first() -> None:
    amsterdam = known("Europe/Amsterdam")
    autumn = day_number("2026-10-25")
    assert amsterdam.instant(autumn, 2 * HOUR + 30 * MINUTE) == utc(2026, 10, 25, 0, 30)
    assert amsterdam.instant(autumn, 3 * HOUR) == utc(2026, 10, 25, 2)


def test_a_day_may_begin_late_or_not_be_there_at_all() -> None:
    apia = known("Pacific/Apia")
    skipped = day_number("2011-12-30")
    assert apia.day_start(skipped) == apia.day_start(skipped + 1) == utc(2011, 12, 30, 10)
    assert apia.local_day(utc(2011, 12, 30, 10) - 1) == skipped - 1
    assert apia.local_day(utc(2011, 12, 30, 10)) == skipped + 1
    beirut = known("Asia/Beirut")
    start = beirut.day_start(day_number("2024-03-31"))
    assert beirut.local_time(start) == HOUR
    assert beirut.local_time(start - 1) == DAY - 1


def test_a_day_that_has_begun_stays_when_the_clock_goes_back_over_midnight() -> None:
    st_johns = known("America/St_Johns")
    back = utc(2006, 10, 29, 2, 31)  # 00:01 becomes 23:01 of the day before
    assert st_johns.local_day(back - 1) == st_johns.local_day(back) + 1
    assert st_johns.calendar_day(back - 1) == st_johns.calendar_day(back)


@pytest.mark.parametrize(
    "key",
    ["", "Nowhere/Land", "../zones", "/etc/localtime", "europe/amsterdam", "Europe", "UTC\0", "."],
)
def test_an_unknown_name_is_none(key: str) -> None:
    assert zone(key) is None


def test_zones_are_shared_and_their_release_is_known() -> None:
    assert zone("Europe/Amsterdam") is zone("Europe/Amsterdam")
    assert "Africa/Casablanca" in known_zones()
    assert tzdata_version()[:2] == "20"


@pytest.mark.parametrize(
    ("footer", "year", "first"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2026, utc(2026, 3, 29, 1)),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, utc(2026, 3, 29, 1)),
        ("AAA0BBB,J60/0,J300/0", 2024, utc(2024, 3, 1)),
        ("AAA0BBB,59/0,300/0", 2024, utc(2024, 2, 29)),
        ("AAA0BBB0:20:30,J1/0:0:5,J300/0", 2025, utc(2025, 1, 1, 0, 0, 5)),
    ],
)
def test_yearly_rules_of_every_form_are_understood(footer: str, year: int, first: int) -> None:
    rule = parse_footer(footer)
    assert rule is not None
    assert rule.transitions(year)[0][0] * 1_000_000 == first


def test_a_malformed_rule_raises() -> None:
    assert parse_footer("") is None
    assert parse_footer("UTC0") is None
    with pytest.raises(ValueError, match="time-zone rule"):
        parse_footer("CET")
