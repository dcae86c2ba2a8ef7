"""Arithmetic on dates (day numbers since 1970-01-01), and the names of weekdays and months.

Results stay within the calendar, 1900-2400: a date shifted beyond it stops at its end.
"""

from datetime import date
from typing import Final

from lifecycle_dsl.localtime.instants import EPOCH_ORDINAL, LAST_DATE, clamp_date

__all__ = [
    "MONTHS",
    "MONTH_NUMBERS",
    "WEEKDAYS",
    "WEEKDAY_NUMBERS",
    "add_days",
    "civil",
    "date_weekday",
    "next_anniversary",
    "shift_years",
]

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAY_NUMBERS: Final = {name: number for number, name in enumerate(WEEKDAYS)}
"""0 for monday, as `Zone.weekday` counts."""
MONTH_NUMBERS: Final = {name: number for number, name in enumerate(MONTHS, 1)}
"""1 for january, as `Zone.month` counts."""


def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    found = date.fromordinal(day + EPOCH_ORDINAL)
    return found.year, found.month, found.day


def date_weekday(day: int) -> int:
    """0 for Monday .. 6 for Sunday."""
    return (day + 3) % 7


def add_days(day: int, days: int) -> int:
    """The date so many days later (or earlier)."""
    return clamp_date(day + days)


def shift_years(day: int, years: int) -> int:
    """The same day so many years later; 29 February is the 28th in other years."""
    return clamp_date(_shifted(day, years))


def next_anniversary(day: int, from_day: int) -> int | None:
    """The first yearly return of a date on or after `from_day`, the date itself included.

    None where that lies beyond the calendar.
    """
    if from_day <= day:
        return day
    if from_day > LAST_DATE:
        return None
    years = civil(from_day)[0] - civil(day)[0]
    found = _shifted(day, years)
    if found < from_day:
        found = _shifted(day, years + 1)
    return found if found <= LAST_DATE else None


def _shifted(day: int, years: int) -> int:
    year, month, day_of_month = civil(day)
    target = min(max(year + years, 1), 9999)
    if month == 2 and day_of_month == 29:
        # The day before 1 March, whichever the year has.
        return date(target, 3, 1).toordinal() - EPOCH_ORDINAL - 1
    return date(target, month, day_of_month).toordinal() - EPOCH_ORDINAL
