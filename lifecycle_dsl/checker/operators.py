"""The operators: one row for each meaning, beside the code that is its meaning.

Arithmetic on numbers and money is plain IEEE. Durations are whole microseconds, rounded half away
from zero; products of durations stop at the length of the calendar, instants and dates at its ends.
A quotient or power that may come near dividing by zero stops at 1e30.
"""

from __future__ import annotations

import operator as python
from functools import cache
from typing import Final

from lifecycle_dsl.arithmetic import elementary, round_half_away
from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.rows import Table
from lifecycle_dsl.localtime import DAY, add_days, clamp_instant
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    LevelType,
    ListType,
    Type,
)

OPERATORS: Final = Table()
operator = OPERATORS.row


# Sums


@operator("+", NUMBER, NUMBER, NUMBER, bounds=intervals.add, inline="+")
@operator("+", MONEY, MONEY, MONEY, bounds=intervals.add, inline="+")
@operator("+", DURATION, DURATION, DURATION, bounds=intervals.add, inline="+")
def _add(a: float, b: float) -> float:
    return a + b


@operator("-", NUMBER, NUMBER, NUMBER, bounds=intervals.subtract, inline="-")
@operator("-", MONEY, MONEY, MONEY, bounds=intervals.subtract, inline="-")
@operator("-", DURATION, DURATION, DURATION, bounds=intervals.subtract, inline="-")
@operator(
    "-",
    TIME,
    TIME,
    DURATION,
    bounds=intervals.always(-intervals.LONGEST, intervals.LONGEST),
    inline="-",
)
def _subtract(a: float, b: float) -> float:
    return a - b


@operator("-", NUMBER, NUMBER, bounds=intervals.negate, inline="-")
@operator("-", MONEY, MONEY, bounds=intervals.negate, inline="-")
@operator("-", DURATION, DURATION, bounds=intervals.negate, inline="-")
def _negate(a: float) -> float:
    return -a


@operator("+", TIME, DURATION, TIME)
def _later(t: int, d: int) -> int:
    return clamp_instant(t + d)


@operator("+", DURATION, TIME, TIME)
def _later_turned(d: int, t: int) -> int:
    return clamp_instant(t + d)


@operator("-", TIME, DURATION, TIME)
def _earlier(t: int, d: int) -> int:
    return clamp_instant(t - d)


@operator("+", DATE, DURATION, DATE)
def _days_later(day: int, d: int) -> int:
    return add_days(day, d // DAY)


@operator("+", DURATION, DATE, DATE)
def _days_later_turned(d: int, day: int) -> int:
    return add_days(day, d // DAY)


@operator("-", DATE, DURATION, DATE)
def _days_earlier(day: int, d: int) -> int:
    return add_days(day, -(d // DAY))


@operator("-", DATE, DATE, DURATION, bounds=intervals.always(-intervals.LONGEST, intervals.LONGEST))
def _days_between(later: int, earlier: int) -> int:
    return (later - earlier) * DAY


# Products


@operator("*", NUMBER, NUMBER, NUMBER, bounds=intervals.multiply, inline="*")
@operator("*", MONEY, NUMBER, MONEY, bounds=intervals.multiply, inline="*")
@operator("*", NUMBER, MONEY, MONEY, bounds=intervals.multiply, inline="*")
def _multiply(a: float, b: float) -> float:
    return a * b


@operator("*", DURATION, NUMBER, DURATION, bounds=intervals.multiply_duration)
def _times(d: int, factor: float) -> int:
    # A whole number of days stays one, whatever its size.
    if factor.is_integer():
        return _within_calendar(d * int(factor))
    return _micros(d * factor)


@operator("*", NUMBER, DURATION, DURATION, bounds=intervals.multiply_duration)
def _times_turned(factor: float, d: int) -> int:
    return _times(d, factor)


_quotients: Final = ((NUMBER, NUMBER, NUMBER), (MONEY, NUMBER, MONEY), (MONEY, MONEY, NUMBER))


def _divide(a: float, b: float) -> float:
    return a / b


def _divide_stopped(a: float, b: float) -> float:
    return min(max(a / b, -intervals.STOP), intervals.STOP)


def _divide_or_nothing(a: float, b: float) -> float | None:
    return None if b == 0 else _divide_stopped(a, b)


for _types in _quotients:
    operator("/", *_types, bounds=intervals.divide, domain=intervals.divides, inline="/")(_divide)
    operator("/", *_types, bounds=intervals.divide_stopped, domain=lambda _, b: intervals.apart(b))(
        _divide_stopped
    )
    operator("/", *_types, bounds=intervals.divide_stopped, may_miss=True)(_divide_or_nothing)

operator(
    "/",
    DURATION,
    DURATION,
    NUMBER,
    bounds=intervals.divide,
    domain=intervals.divides,
    inline="/",
)(_divide)


@operator("/", DURATION, DURATION, NUMBER, bounds=intervals.divide_whole, may_miss=True)
def _ratio_or_nothing(a: int, b: int) -> float | None:
    return None if b == 0 else a / b


@operator(
    "/",
    DURATION,
    NUMBER,
    DURATION,
    bounds=intervals.divide_duration,
    domain=lambda _, b: intervals.apart(b),
)
def _part(d: int, divisor: float) -> int:
    return _micros(d / divisor)


@operator("/", DURATION, NUMBER, DURATION, bounds=intervals.divide_duration, may_miss=True)
def _part_or_nothing(d: int, divisor: float) -> int | None:
    return None if divisor == 0 else _part(d, divisor)


operator("^", NUMBER, NUMBER, NUMBER, bounds=intervals.power, domain=intervals.powers)(
    elementary.power
)


@operator(
    "^",
    NUMBER,
    NUMBER,
    NUMBER,
    bounds=intervals.power_stopped,
    domain=intervals.power_defined,
)
def _power_stopped(a: float, b: float) -> float:
    return min(max(elementary.power(a, b), -intervals.STOP), intervals.STOP)


@operator("^", NUMBER, NUMBER, NUMBER, bounds=intervals.power_stopped, may_miss=True)
def _power_or_nothing(a: float, b: float) -> float | None:
    if (a == 0 and b < 0) or (a < 0 and not b.is_integer()):
        return None
    return _power_stopped(a, b)


def _micros(d: float) -> int:
    longest = float(intervals.LONGEST)
    return int(round_half_away(min(max(d, -longest), longest)))


def _within_calendar(d: int) -> int:
    return min(max(d, -intervals.LONGEST), intervals.LONGEST)


# Texts


@operator("contains", TEXT, TEXT, BOOL)
def _contains(text: str, part: str) -> bool:
    return part in text


@operator("starts with", TEXT, TEXT, BOOL)
def _starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


@operator("ends with", TEXT, TEXT, BOOL)
def _ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


def _has(items: tuple[str, ...], item: str) -> bool:
    return item in items


@cache
def list_contains(items: ListType) -> Operation:
    """`contains` of a list of texts."""
    return Operation("contains", (items, TEXT), BOOL, _has)


# Comparisons, whose types are without number: one row is made for each that is asked for.

_EQUALITIES: Final = {"==": python.eq, "!=": python.ne}
_ORDERS: Final = {"<": python.lt, "<=": python.le, ">": python.gt, ">=": python.ge}
TURNED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""What a comparison reads as from its other side."""
ORDERED: Final = (NUMBER, MONEY, DURATION, TIME, DATE)
"""The types that are ordered, besides levels."""


@cache
def comparison(symbol: str, compared: Type) -> Operation | None:
    """A comparison of two values of a type; None where it has no meaning."""
    if isinstance(compared, ListType):
        return None
    if symbol in _ORDERS and not (compared in ORDERED or isinstance(compared, LevelType)):
        return None
    evaluate = _EQUALITIES.get(symbol) or _ORDERS[symbol]
    return Operation(symbol, (compared, compared), BOOL, evaluate, inline=symbol)
