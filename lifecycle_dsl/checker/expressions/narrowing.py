"""What a condition that holds, or does not, says about the values that it looks at."""

from __future__ import annotations

import math

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.applying import interval
from lifecycle_dsl.checker.expressions.place import Knowledge
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.operators import TURNED
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.types import DURATION

NOTHING = Knowledge()
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_WHOLE = frozenset((Remembers.COUNT, Remembers.DISTINCT, Remembers.STREAK))
_WHOLE_FUNCTIONS = frozenset(("days", "hours", "length", "hour", "day", "year"))


def knowledge(condition: e.Expression, *, holds: bool) -> Knowledge:
    """What is known where a condition holds, or where it does not."""
    match condition:
        case e.IsPresent():
            return Knowledge(frozenset((condition.operand,))) if holds else NOTHING
        case e.Not():
            return knowledge(condition.operand, holds=not holds)
        case e.And() if holds:
            return _all(condition.operands, holds=True)
        case e.Or() if not holds:
            return _all(condition.operands, holds=False)
        case e.Apply() if condition.operation.name in TURNED and len(condition.arguments) == 2:
            return _compared(condition.operation.name, *condition.arguments, holds=holds)
        case e.Forgiving():
            return _forgiven(condition, holds=holds)
        case _:
            return NOTHING


def _all(conditions: tuple[e.Expression, ...], *, holds: bool) -> Knowledge:
    found = NOTHING
    for condition in conditions:
        found = found.joined(knowledge(condition, holds=holds))
    return found


def _compared(symbol: str, left: e.Expression, right: e.Expression, *, holds: bool) -> Knowledge:
    if not holds:
        symbol = _OPPOSITE[symbol]
    found = NOTHING
    for side, other, read in ((left, right, symbol), (right, left, TURNED[symbol])):
        known, against = interval(side), interval(other)
        if known is None or against is None or isinstance(side, e.Constant):
            continue
        narrowed = _narrowed(read, known, against, whole=_is_whole(side))
        found = found.joined(Knowledge(ranges={side: intervals.both(known, narrowed)}))
    return found


def _narrowed(symbol: str, known: Interval, against: Interval, *, whole: bool) -> Interval:
    """The values of a side that compares so with something within `against`."""
    low, high = against
    match symbol:
        case ">=":
            return low, math.inf
        case ">":
            return _next(low, whole=whole), math.inf
        case "<=":
            return -math.inf, high
        case "<":
            return -math.inf, -_next(-high, whole=whole)
        case "==":
            return against
        case _ if low == high == known[0]:
            return _next(low, whole=whole), math.inf
        case _ if low == high == known[1]:
            return -math.inf, -_next(-high, whole=whole)
        case _:
            return known


def _next(value: float, *, whole: bool) -> float:
    return math.floor(value) + 1.0 if whole else math.nextafter(value, math.inf)


def _forgiven(condition: e.Forgiving, *, holds: bool) -> Knowledge:
    known, against = interval(condition.left), interval(condition.right)
    if known is None or against is None:
        return NOTHING
    symbol = condition.symbol if holds else _OPPOSITE[condition.symbol]
    low = against[0], 1e-9 * max(1.0, abs(against[0]))
    high = against[1], 1e-9 * max(1.0, abs(against[1]))
    match symbol:
        case ">=":
            narrowed = low[0] - low[1], math.inf
        case ">":
            narrowed = low[0] + low[1], math.inf
        case "<=":
            narrowed = -math.inf, high[0] + high[1]
        case "<":
            narrowed = -math.inf, high[0] - high[1]
        case "==":
            narrowed = low[0] - low[1], high[0] + high[1]
        case _:
            return NOTHING
    return Knowledge(ranges={condition.left: intervals.both(known, narrowed)})


def _is_whole(expression: e.Expression) -> bool:
    """Whether only whole numbers (or microseconds) come out."""
    match expression:
        case e.MemoryRead():
            return expression.type == DURATION or expression.term.remembers in _WHOLE
        case e.Apply():
            return expression.type == DURATION or expression.operation.name in _WHOLE_FUNCTIONS
        case _:
            return expression.type == DURATION
