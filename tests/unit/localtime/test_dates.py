"""Arithmetic on dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.localtime import (
    FIRST_DATE,
    LAST_DATE,
    MONTH_NUMBERS,
    MONTHS,
    WEEKDAY_NUMBERS,
    WEEKDAYS,
    add_days,
    format_date,
    next_anniversary,
    parse_date,
    shift_years,
)
from lifecycle_dsl.localtime.dates import civil, date_weekday

DATES = st.integers(FIRST_DATE, LAST_DATE)


def day_number(text: str) -> int:
    day = parse_date(text)
    assert day is not None
    return day


@given(DATES)
def test_weekdays_and_civil_dates_are_those_of_the_standard_library(day: int) -> None:
    expected = date.fromordinal(day + 719_163)
    assert civil(day) == (expected.year, expected.month, expected.day)
    assert WEEKDAYS[date_weekday(day)] == expected.strftime("%A").lower()
    assert MONTHS[expected.month - 1] == expected.strftime("%B").lower()


def test_labels_have_the_numbers_that_zones_give() -> None:
    assert (WEEKDAY_NUMBERS["monday"], WEEKDAY_NUMBERS["sunday"]) == (0, 6)
    assert (MONTH_NUMBERS["january"], MONTH_NUMBERS["december"]) == (1, 12)


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 1, "2024-02-28"),
        ("2026-07-01", -30, "1996-07-01"),
        ("2026-07-01", 5000, "2400-12-31"),
        ("2026-07-01", -5000, "1900-01-01"),
    ],
)
def test_years_keep_the_day_except_the_29th_of_february(
    start: str, years: int, expected: str
) -> None:
    assert format_date(shift_years(day_number(start), years)) == expected


def test_days_stop_at_the_ends_of_the_calendar() -> None:
    assert format_date(add_days(day_number("2024-02-28"), 2)) == "2024-03-01"
    assert add_days(0, 10**12) == LAST_DATE
    assert add_days(0, -(10**12)) == FIRST_DATE


@given(DATES, DATES)
def test_the_next_anniversary_is_the_first_return_from_a_day_on(day: int, from_day: int) -> None:
    left = 2400 - civil(day)[0]
    returns = [shift_years(day, n) for n in range(left + 1)]
    expected = next((later for later in returns if later >= from_day), None)
    assert next_anniversary(day, from_day) == expected


def test_a_birthday_on_the_29th_of_february_is_kept_on_the_28th() -> None:
    born = day_number("2000-02-29")
    assert next_anniversary(born, day_number("2026-01-01")) == day_number("2026-02-28")
    assert next_anniversary(born, day_number("2026-03-01")) == day_number("2027-02-28")
    assert next_anniversary(born, day_number("2028-02-29")) == day_number("2028-02-29")


def test_the_last_return_is_in_the_last_year_of_the_calendar() -> None:
    assert next_anniversary(day_number("2026-06-01"), day_number("2400-06-02")) is None
    assert next_anniversary(0, LAST_DATE + 1) is None
