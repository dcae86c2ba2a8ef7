"""Intervals: between which numbers the value of an expression surely lies.

IEEE arithmetic never orders two results the other way round, so what `+ - * /` give at the ends of
their arguments' intervals bounds what they give inside. The elementary functions are only near
that; their intervals are a few units in the last place wider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import product
from typing import Final

from lifecycle_dsl.arithmetic import elementary
from lifecycle_dsl.localtime import DAY, FIRST_INSTANT, HOUR, LAST_INSTANT
from lifecycle_dsl.program.types import DURATION, MONEY, NUMBER, Type

Interval = tuple[float, float]

FIELD_LIMIT: Final = 1e15
"""Fields, traits and literals lie within this, on both sides of 0."""
STOP: Final = 1e30
"""Where scores, sums of ever and quotients of very small divisors stop."""
LARGEST: Final = 1e300
"""No expression may be larger."""
LONGEST: Final = LAST_INSTANT + 1 - FIRST_INSTANT
"""The longest duration, in microseconds: all of the calendar. A double holds it exactly."""


def of_type(type_: Type) -> Interval | None:
    """What a field or trait of the type lies within; None if it is no quantity."""
    if type_ in (NUMBER, MONEY):
        return -FIELD_LIMIT, FIELD_LIMIT
    return (-float(LONGEST), float(LONGEST)) if type_ == DURATION else None


def fits(interval: Interval) -> bool:
    """Whether everything in it is a number that the language has."""
    return max(-interval[0], interval[1]) <= LARGEST


def apart(a: Interval) -> bool:
    """Whether 0 is outside."""
    return a[0] > 0 or a[1] < 0


def both(a: Interval, b: Interval) -> Interval:
    """What lies in both; the first where nothing does."""
    low, high = max(a[0], b[0]), min(a[1], b[1])
    return (low, high) if low <= high else a


def either(a: Interval, b: Interval) -> Interval:
    """The least interval around both."""
    return min(a[0], b[0]), max(a[1], b[1])


def outward(a: Interval) -> Interval:
    """A few units in the last place more at ends that are not 0."""
    low, high = a
    for _ in range(4):
        low = math.nextafter(low, -math.inf) if low else low
        high = math.nextafter(high, math.inf) if high else high
    return low, high


def _hull(values: Iterable[float]) -> Interval:
    # 0 times what overflowed is no number; nothing is known then.
    found = [math.inf if math.isnan(value) else value for value in values]
    return min(found), max(found)


def _at_ends(evaluate: Callable[[float, float], float], a: Interval, b: Interval) -> Interval:
    return _hull(evaluate(x, y) for x, y in product(a, b))


def add(a: Interval, b: Interval) -> Interval:
    """Of a + b."""
    return a[0] + b[0], a[1] + b[1]


def subtract(a: Interval, b: Interval) -> Interval:
    """Of a - b."""
    return a[0] - b[1], a[1] - b[0]


def negate(a: Interval) -> Interval:
    """Of -a."""
    return -a[1], -a[0]


def multiply(a: Interval, b: Interval) -> Interval:
    """Of a * b."""
    return _at_ends(lambda x, y: x * y, a, b)


def divide(a: Interval, b: Interval) -> Interval:
    """Of a / b, where 0 is not in b."""
    return _at_ends(lambda x, y: x / y, a, b)


def divides(a: Interval, b: Interval) -> bool:
    """Whether a / b always is a number, and not too large a one."""
    return apart(b) and fits(divide(a, b))


def divide_stopped(a: Interval, b: Interval) -> Interval:
    """Of a / b that stops at `STOP`, whatever b is."""
    if apart(b):
        return _stopped(divide(a, b))
    return _signed(a[0] >= 0 and b[0] >= 0, a[1] <= 0 and b[0] >= 0, STOP)


def divide_whole(a: Interval, b: Interval) -> Interval:
    """Of a / b, where b is whole and the quotient missing where it is 0."""
    if apart(b):
        return divide(a, b)
    return _signed(a[0] >= 0 and b[0] >= 0, a[1] <= 0 and b[0] >= 0, max(-a[0], a[1]))


def multiply_duration(a: Interval, b: Interval) -> Interval:
    """Of a duration times a number, in whole microseconds and within `LONGEST`."""
    return _duration(multiply(a, b))


def divide_duration(a: Interval, b: Interval) -> Interval:
    """Of a duration by a number, in whole microseconds and within `LONGEST`."""
    return _duration(divide(a, b) if apart(b) else (-math.inf, math.inf))


def _duration(a: Interval) -> Interval:
    longest = float(LONGEST)
    low, high = outward((a[0] - 1, a[1] + 1))
    return min(max(low, -longest), longest), min(max(high, -longest), longest)


def _stopped(a: Interval) -> Interval:
    return min(max(a[0], -STOP), STOP), min(max(a[1], -STOP), STOP)


def _signed(never_negative: bool, never_positive: bool, size: float) -> Interval:  # noqa: FBT001
    return (0.0 if never_negative else -size), (0.0 if never_positive else size)


def power_defined(a: Interval, b: Interval) -> bool:
    """Whether a ^ b always is a number."""
    if b[0] == b[1] and b[0].is_integer():
        return b[0] >= 0 or apart(a)
    return a[0] > 0 or (a[0] >= 0 and b[0] >= 0)


def power(a: Interval, b: Interval) -> Interval:
    """Of a ^ b, where that is defined."""
    bases = (*a, 0.0) if a[0] < 0 < a[1] else a
    low, high = outward(_hull(elementary.power(x, y) for x, y in product(bases, b)))
    if a[0] >= 0 and b[0] >= 0:
        # Errors are under one unit in the last place, which does not lead over 1.
        high = min(high, 1.0) if a[1] <= 1 else high
        low = max(low, 1.0) if a[0] >= 1 else low
    return low, high


def powers(a: Interval, b: Interval) -> bool:
    """Whether a ^ b always is a number, and not too large a one because a is very small."""
    return power_defined(a, b) and (b[0] >= 0 or fits(power(a, b)))


def power_stopped(a: Interval, b: Interval) -> Interval:
    """Of a ^ b that stops at `STOP`."""
    if power_defined(a, b):
        return _stopped(power(a, b))
    return (0.0 if a[0] >= 0 else -STOP), STOP


def modulo(a: Interval, b: Interval) -> Interval:
    """Of mod(a, b), which has the sign of b."""
    low, high = min(b[0], 0.0), max(b[1], 0.0)
    if a[0] >= 0 and b[0] >= 0:
        high = min(high, a[1])
    return low, high


def absolute(a: Interval) -> Interval:
    """Of abs(a)."""
    return (0.0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1]))), max(abs(a[0]), abs(a[1]))


def rounded(a: Interval, _digits: Interval | None = None) -> Interval:
    """Of round(a), and with digits that are not negative."""
    return a[0] - 0.5, a[1] + 0.5


def least(*a: Interval) -> Interval:
    """Of min(...)."""
    return min(low for low, _ in a), min(high for _, high in a)


def greatest(*a: Interval) -> Interval:
    """Of max(...)."""
    return max(low for low, _ in a), max(high for _, high in a)


def clamped(a: Interval, low: Interval, high: Interval) -> Interval:
    """Of clamp(a, low, high)."""
    return greatest(least(a, high), low)


def square_root(a: Interval) -> Interval:
    """Of sqrt(a), where it is defined."""
    return math.sqrt(max(a[0], 0.0)), math.sqrt(max(a[1], 0.0))


def logarithm(a: Interval) -> Interval:
    """Of log(a), where it is defined."""
    least_positive = math.nextafter(0.0, 1.0)
    low, high = (elementary.log(max(end, least_positive)) for end in a)
    return outward((low, high))


def exponential(a: Interval) -> Interval:
    """Of exp(a)."""
    low, high = outward((elementary.exp(a[0]), elementary.exp(a[1])))
    return (max(low, 1.0) if a[0] >= 0 else low), (min(high, 1.0) if a[1] <= 0 else high)


def in_days(a: Interval) -> Interval:
    """Of a duration's whole days."""
    return _in_units(a, DAY)


def in_hours(a: Interval) -> Interval:
    """Of a duration's whole hours."""
    return _in_units(a, HOUR)


def _in_units(a: Interval, unit: int) -> Interval:
    low, high = (_whole_units(math.floor(a[0]), unit), _whole_units(math.ceil(a[1]), unit))
    return float(low), float(high)


def _whole_units(micros: int, unit: int) -> int:
    return micros // unit if micros >= 0 else -(-micros // unit)


def always(low: float, high: float) -> Callable[..., Interval]:
    """The same whatever the arguments are."""
    return lambda *_: (low, high)


def unchanged(a: Interval) -> Interval:
    """Of the argument itself."""
    return a
