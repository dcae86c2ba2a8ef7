"""Calendar periods and daily times in a zone: which one an instant lies in, when the next begins.

A period is named by a number that grows by one from each to the next, and begins when its first
date does. Numbers never fall as time goes on: where a clock goes back over midnight, the new
period has begun and stays. Weeks begin on Monday.
"""

from datetime import date
from enum import Enum
from typing import Final, assert_never

from lifecycle_dsl.localtime.dates import civil
from lifecycle_dsl.localtime.instants import EPOCH_ORDINAL
from lifecycle_dsl.localtime.zones import Zone

__all__ = [
    "EVERY_WEEKDAY",
    "Period",
    "at_time_next",
    "next_month_time",
    "next_period_start",
    "next_weekday_time",
    "period_first_day",
    "period_index",
    "period_start",
]

EVERY_WEEKDAY: Final = frozenset(range(7))


class Period(Enum):
    """The periods of the calendar; the value is the language's word."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def period_index(zone: Zone, t: int, unit: Period) -> int:
    """The number of the period that t lies in."""
    day = zone.calendar_day(t)
    match unit:
        case Period.DAY:
            return day
        case Period.WEEK:
            return (day + 3) // 7
        case Period.MONTH:
            year, month, _ = civil(day)
            return year * 12 + month - 1
        case Period.YEAR:
            return civil(day)[0]
    assert_never(unit)


def period_first_day(index: int, unit: Period) -> int:
    """The first date of a period."""
    match unit:
        case Period.DAY:
            return index
        case Period.WEEK:
            return index * 7 - 3
        case Period.MONTH:
            return date(index // 12, index % 12 + 1, 1).toordinal() - EPOCH_ORDINAL
        case Period.YEAR:
            return date(index, 1, 1).toordinal() - EPOCH_ORDINAL
    assert_never(unit)


def period_start(zone: Zone, index: int, unit: Period) -> int:
    """The instant at which a period begins."""
    return zone.day_start(period_first_day(index, unit))


def next_period_start(zone: Zone, t: int, unit: Period) -> int:
    """The first beginning of a period after t."""
    return period_start(zone, period_index(zone, t, unit) + 1, unit)


def at_time_next(zone: Zone, t: int, time_of_day: int) -> int:
    """The next instant that is this local time of some day, t included."""
    return next_weekday_time(zone, t - 1, EVERY_WEEKDAY, time_of_day)


def next_weekday_time(zone: Zone, t: int, weekdays: frozenset[int], time_of_day: int) -> int:
    """The first instant after t that is this local time of a day with one of these weekdays.

    Weekdays count from 0 for Monday; there must be one.
    """
    day = zone.local_day(t) - 1
    while True:
        if (day + 3) % 7 in weekdays:
            candidate = zone.instant(day, time_of_day)
            if candidate > t:
                return candidate
        day += 1


def next_month_time(zone: Zone, t: int, time_of_day: int) -> int:
    """The first instant after t that is this local time of the first day of a month."""
    index = period_index(zone, t, Period.MONTH)
    while True:
        candidate = zone.instant(period_first_day(index, Period.MONTH), time_of_day)
        if candidate > t:
            return candidate
        index += 1
