"""Calendar periods in UTC, which cohorts and trends are put together by, and their names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lifecycle_dsl.localtime import DAY


class Period(StrEnum):
    """What dates are put together by; in UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


AGES: Final = MappingProxyType(
    {
        Period.DAY: DAY,
        Period.WEEK: 7 * DAY,
        Period.MONTH: 30 * DAY,
        Period.QUARTER: 91 * DAY,
    }
)
"""How long a period of a customer's age is, in microseconds: ages are counted from their own first
instant, so that all are equally long."""


def start_of(instant: datetime, by: Period) -> datetime:
    """When the period began that an instant lies in; weeks begin on Monday."""
    day = datetime(instant.year, instant.month, instant.day)  # noqa: DTZ001 — UTC without a zone
    match by:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def next_start(start: datetime, by: Period) -> datetime:
    """When the next period begins."""
    far = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92}[by]
    return start_of(start + timedelta(days=far), by)


def name_of(start: datetime | date, by: Period) -> str:
    """`2026-01-05` of days and weeks, `2026-01` of months, `2026 Q1` of quarters."""
    match by:
        case Period.DAY | Period.WEEK:
            return f"{start:%Y-%m-%d}"
        case Period.MONTH:
            return f"{start:%Y-%m}"
        case Period.QUARTER:
            return f"{start.year} Q{(start.month + 2) // 3}"
