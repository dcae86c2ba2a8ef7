"""The functions: one row for each meaning, beside the code that is its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from lifecycle_dsl.arithmetic import elementary, round_half_away
from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.operators import ORDERED
from lifecycle_dsl.checker.rows import Row, Table
from lifecycle_dsl.localtime import DAY, HOUR, Zone, clamp_instant
from lifecycle_dsl.localtime.dates import civil, date_weekday
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import (
    DATE,
    DURATION,
    MONEY,
    MONTHS,
    NUMBER,
    TEXT,
    TIME,
    WEEKDAYS,
    ListType,
    Type,
)

BUILTINS: Final = Table("min", "max")
function = BUILTINS.row

ONE_UNIT: Final = frozenset({"min", "max", "clamp", "mod"})
"""Functions whose arguments are all of one unit, which bare numbers among them take."""
MOST_ARGUMENTS: Final = 64
MOST_DIGITS: Final = 15
"""`round` rounds to so many decimals at most."""

_QUANTITIES: Final = (NUMBER, MONEY, DURATION)


# Quantities


def _absolute(a: float) -> float:
    return abs(a)


def _clamp(a: float, low: float, high: float) -> float:
    return max(min(a, high), low)


def _modulo(a: float, b: float) -> float:
    return a % b


def _modulo_or_nothing(a: float, b: float) -> float | None:
    return None if b == 0 else a % b


for _unit in _QUANTITIES:
    function("abs", _unit, _unit, bounds=intervals.absolute)(_absolute)
    function(
        "mod",
        _unit,
        _unit,
        _unit,
        bounds=intervals.modulo,
        domain=lambda _, b: intervals.apart(b),
        inline="%",
    )(_modulo)
    function("mod", _unit, _unit, _unit, bounds=intervals.modulo, may_miss=True)(_modulo_or_nothing)
for _unit in ORDERED:
    function(
        "clamp",
        _unit,
        _unit,
        _unit,
        _unit,
        bounds=intervals.clamped if _unit in _QUANTITIES else None,
    )(_clamp)


@cache
def _extreme(name: str, unit: Type, count: int) -> Row:
    evaluate, bounds = (min, intervals.least) if name == "min" else (max, intervals.greatest)
    return Row(
        Operation(name, (unit,) * count, unit, evaluate), bounds if unit in _QUANTITIES else None
    )


@function("round", NUMBER, NUMBER, bounds=intervals.rounded)
@function("round", MONEY, MONEY, bounds=intervals.rounded)
def _round(a: float) -> float:
    return round_half_away(a)


@function("round", NUMBER, NUMBER, NUMBER, bounds=intervals.rounded)
@function("round", MONEY, NUMBER, MONEY, bounds=intervals.rounded)
def _round_to(a: float, digits: float) -> float:
    return round_half_away(a, int(digits))


function("sqrt", NUMBER, NUMBER, bounds=intervals.square_root, domain=lambda a: a[0] >= 0)(
    elementary.square_root
)
function("log", NUMBER, NUMBER, bounds=intervals.logarithm, domain=lambda a: a[0] > 0)(
    elementary.log
)
function("exp", NUMBER, NUMBER, bounds=intervals.exponential)(elementary.exp)


@function("sqrt", NUMBER, NUMBER, bounds=intervals.square_root, may_miss=True)
def _square_root_or_nothing(a: float) -> float | None:
    return None if a < 0 else elementary.square_root(a)


@function("log", NUMBER, NUMBER, bounds=intervals.logarithm, may_miss=True)
def _log_or_nothing(a: float) -> float | None:
    return None if a <= 0 else elementary.log(a)


@function("number", MONEY, NUMBER, bounds=intervals.unchanged)
def _number(money: float) -> float:
    return money


@function("days", DURATION, NUMBER, bounds=intervals.in_days)
def _days(d: int) -> float:
    return float(d // DAY if d >= 0 else -(-d // DAY))


@function("hours", DURATION, NUMBER, bounds=intervals.in_hours)
def _hours(d: int) -> float:
    return float(d // HOUR if d >= 0 else -(-d // HOUR))


# Texts


def _length(sized: Sequence[object]) -> float:
    return float(len(sized))


function("length", TEXT, NUMBER, bounds=intervals.always(0, 1e6))(_length)


@function("lower", TEXT, TEXT)
def _lower(text: str) -> str:
    return text.lower()


@cache
def _length_of_list(list_type: ListType) -> Row:
    return Row(
        Operation("length", (list_type,), NUMBER, _length),
        intervals.always(0, float(list_type.up_to)),
    )


# The calendar: of an instant on the customer's clock, and of a date


@function("date", TIME, DATE, needs_zone=True)
def _date(zone: Zone, t: int) -> int:
    return zone.local_day(t)


@function("midnight", DATE, TIME, needs_zone=True)
def _midnight(zone: Zone, day: int) -> int:
    """The instant at which the date begins; not at 00:00 where that is skipped."""
    return clamp_instant(zone.day_start(day))


@function("hour", TIME, NUMBER, needs_zone=True, bounds=intervals.always(0, 23))
def _hour(zone: Zone, t: int) -> float:
    return float(zone.hour(t))


@function("weekday", TIME, WEEKDAYS, needs_zone=True)
def _weekday(zone: Zone, t: int) -> str:
    return WEEKDAYS.labels[zone.weekday(t)]


@function("weekday", DATE, WEEKDAYS)
def _weekday_of_date(day: int) -> str:
    return WEEKDAYS.labels[date_weekday(day)]


@function("day", TIME, NUMBER, needs_zone=True, bounds=intervals.always(1, 31))
def _day(zone: Zone, t: int) -> float:
    return float(zone.day(t))


@function("day", DATE, NUMBER, bounds=intervals.always(1, 31))
def _day_of_date(day: int) -> float:
    return float(civil(day)[2])


@function("month", TIME, MONTHS, needs_zone=True)
def _month(zone: Zone, t: int) -> str:
    return MONTHS.labels[zone.month(t) - 1]


@function("month", DATE, MONTHS)
def _month_of_date(day: int) -> str:
    return MONTHS.labels[civil(day)[1] - 1]


@function("year", TIME, NUMBER, needs_zone=True, bounds=intervals.always(1899, 2401))
def _year(zone: Zone, t: int) -> float:
    return float(zone.year(t))


@function("year", DATE, NUMBER, bounds=intervals.always(1899, 2401))
def _year_of_date(day: int) -> float:
    return float(civil(day)[0])


function("logistic", NUMBER, NUMBER, bounds=intervals.always(0, 1))(elementary.logistic)
"""What a model puts its weighted sum through."""

NAMES: Final = BUILTINS.names


def find_function(
    name: str, types: Sequence[Type], bounds: Sequence[Interval | None]
) -> Row | None:
    """The row of a function for arguments of these types and intervals."""
    if name in ("min", "max"):
        same = 2 <= len(types) <= MOST_ARGUMENTS and len(set(types)) == 1 and types[0] in ORDERED
        return _extreme(name, types[0], len(types)) if same else None
    if name == "length" and len(types) == 1 and isinstance(types[0], ListType):
        return _length_of_list(types[0])
    return BUILTINS.find(name, types, bounds)
