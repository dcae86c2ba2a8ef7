"""Instants, dates and times of day as text and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.localtime import (
    DAY,
    FIRST_DATE,
    FIRST_INSTANT,
    FIRST_RECORD,
    HOUR,
    LAST_DATE,
    LAST_INSTANT,
    LAST_RECORD,
    MINUTE,
    clamp_date,
    clamp_instant,
    datetime_to_micros,
    format_date,
    format_instant,
    format_time_of_day,
    parse_date,
    parse_instant,
    parse_time_of_day,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(FIRST_INSTANT, LAST_INSTANT)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22T07:00:00Z", "2026-11-22T07:00:00Z"),
        ("2026-11-22t07:00:00z", "2026-11-22T07:00:00Z"),
        ("2026-11-22 07:00:00+01:00", "2026-11-22T06:00:00Z"),
        ("2026-11-22T07:00:00.5-02:30", "2026-11-22T09:30:00.500Z"),
        ("2026-11-22T07:00:00.000001Z", "2026-11-22T07:00:00.000001Z"),
        ("2026-11-22T07:00:00.1234564999Z", "2026-11-22T07:00:00.123456Z"),
        ("2026-11-22T07:00:00.1234565Z", "2026-11-22T07:00:00.123457Z"),
        ("2026-12-31T23:59:59.9999999Z", "2027-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2017-01-01T00:59:60.5+01:00", "2017-01-01T00:00:00Z"),
        ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"),
        ("2400-12-31T23:59:59.999999Z", "2400-12-31T23:59:59.999999Z"),
    ],
)
def test_rfc_3339_is_read_and_written_with_the_digits_needed(text: str, shown: str) -> None:
    t = parse_instant(text)
    assert t is not None
    assert format_instant(t) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T07:00:00",
        "2026-11-22T07:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T07:60:00Z",
        "2026-11-22T07:00:60Z",
        "2026-11-22T07:00:61Z",
        "2026-02-29T07:00:00Z",
        "2026-11-22T07:00:00.Z",
        "2026-11-22T07:00:00+0100",
        "2026-11-22T07:00:00+24:00",
        "2026-11-22T07:00:00+01:60",
        "٢٠٢٦-11-22T07:00:00Z",
        "2026-11-22T07:00:00Z\n",
        "1899-12-31T23:59:59Z",
        "2400-12-31T23:59:59.9999999Z",
        "0000-01-01T00:00:00Z",
    ],
)
def test_what_is_no_instant_gives_none(text: str) -> None:
    assert parse_instant(text) is None


def test_rule_files_may_leave_out_the_seconds() -> None:
    assert parse_instant("2026-03-28T12:00Z", without_seconds=True) == 1_774_699_200_000_000
    assert parse_instant("2026-03-28T12:00", without_seconds=True) is None


@given(INSTANTS)
def test_instants_survive_the_way_through_text_and_datetime(t: int) -> None:
    assert parse_instant(format_instant(t)) == t
    moment = EPOCH + timedelta(microseconds=t)
    assert datetime_to_micros(moment) == t
    assert datetime_to_micros(moment.astimezone(timezone(timedelta(hours=-3)))) == t
    assert datetime.fromisoformat(format_instant(t)) == moment


def test_the_limits_are_whole_years() -> None:
    assert [format_instant(t) for t in (FIRST_INSTANT, FIRST_RECORD)] == [
        "1900-01-01T00:00:00Z",
        "1980-01-01T00:00:00Z",
    ]
    assert format_instant(LAST_RECORD + 1) == "2201-01-01T00:00:00Z"
    assert format_instant(LAST_INSTANT + 1) == "2401-01-01T00:00:00Z"
    assert (format_date(FIRST_DATE), format_date(LAST_DATE)) == ("1900-01-01", "2400-12-31")
    assert (clamp_instant(-(10**18)), clamp_instant(10**18)) == (FIRST_INSTANT, LAST_INSTANT)
    assert (clamp_date(-(10**9)), clamp_date(10**9)) == (FIRST_DATE, LAST_DATE)


@given(st.integers(FIRST_DATE, LAST_DATE))
def test_dates_survive_the_way_through_text(day: int) -> None:
    assert parse_date(format_date(day)) == day


@pytest.mark.parametrize("text", ["2026-2-1", "2026-02-30", "1899-12-31", "2401-01-01", "x"])
def test_what_is_no_date_gives_none(text: str) -> None:
    assert parse_date(text) is None


def test_times_of_day_run_to_24_hours() -> None:
    assert parse_time_of_day("07:30") == 7 * HOUR + 30 * MINUTE
    assert parse_time_of_day("24:00") == DAY
    for bad in ("7:30", "24:01", "12:60", "25:00", ""):
        assert parse_time_of_day(bad) is None
    assert format_time_of_day(7 * HOUR + 30 * MINUTE) == "07:30"
    assert format_time_of_day(DAY) == "24:00"
    assert format_time_of_day(1_500_000) == "00:00:01.5"
