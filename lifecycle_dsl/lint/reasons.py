"""Why a condition is settled, in a few words: what its sides can be."""

from __future__ import annotations

import math

from lifecycle_dsl.lint.conditions import Settled
from lifecycle_dsl.lint.ranges import Range
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.lint.wording import listed, number, quote, span_of_time
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import DURATION, LevelType, Type

_OF_RECORD = "the record at hand is counted already"


def reason(rules: Rules, part: e.Expression, known: Known) -> str:
    """What is known of the left side of a comparison; empty where there is nothing to say."""
    match part:
        case e.Not(operand=operand):
            return reason(rules, operand, known)
        case e.LetRead(let=name):
            return reason(rules, rules.program.lets[name].value, known)
        case e.OneOf(subject=subject):
            return _values(subject, known)
        case e.Forgiving(left=left, right=right):
            return _either(left, right, known)
        case e.Apply(arguments=(left, right)):
            return _either(left, right, known)
        case e.IsPresent(operand=operand):
            return f"{quote(operand.span)} is always there"
        case e.MemoryRead():
            return _OF_RECORD
        case e.And():
            so = known.truth(part) is True
            return "each of its parts does" if so else "its parts contradict one another"
        case _:
            return ""


def together(found: Settled) -> str:
    """What is known beside a part that took a proof."""
    given = [
        quote(fact.span) if so else f"{quote(fact.span)}, which does not hold"
        for fact, so in found.known.truths.items()
    ]
    if given:
        return f"beside {', '.join(given[-3:])}"
    return "its parts leave nothing out" if found.holds else "its parts contradict one another"


def _either(left: e.Expression, right: e.Expression, known: Known) -> str:
    for side in (left, right):
        if not isinstance(side, e.Constant) and (said := side_reason(side, known)):
            return said
    return ""


def side_reason(side: e.Expression, known: Known) -> str:
    """What a side of a comparison can be."""
    if isinstance(side.type, LevelType):
        ranks = known.possible(side) or frozenset()
        labels = [label for rank, label in enumerate(side.type.labels) if rank in ranks]
        return f"{quote(side.span)} can be {listed(labels, 'or')} here"
    said = _values(side, known) or _range(side, known.range(side))
    return f"{_OF_RECORD}: {said}" if said and _is_of_record(side, known) else said


def _is_of_record(side: e.Expression, known: Known) -> bool:
    """Whether it is the record at hand that makes a quantity what it is."""
    return bool(known.record) and known.range(side) != known.at_record(()).range(side)


def _values(side: e.Expression, known: Known) -> str:
    values = known.possible(side)
    if not values or isinstance(side.type, LevelType):
        return ""
    return f"{quote(side.span)} can only be {listed(sorted(map(str, values)), 'or')} here"


def _range(side: e.Expression, found: Range) -> str:
    low = "" if found.low <= -1e15 or math.isinf(found.low) else _written(found.low, side.type)
    high = "" if found.high >= 1e15 or math.isinf(found.high) else _written(found.high, side.type)
    if side.type == DURATION and found.high > 3e15:
        high = ""
    what = quote(side.span)
    if low and low == high:
        return f"{what} is always {low} here"
    if low and high and not found.open_low and not found.open_high:
        return f"{what} lies between {low} and {high} here"
    said = []
    if high:
        said.append(f"{'always below' if found.open_high else 'never above'} {high}")
    if low and not (said and found.low == 0):
        said.append(f"{'always above' if found.open_low else 'never below'} {low}")
    return f"{what} is {' and '.join(said)} here" if said else ""


def _written(value: float, kind: Type) -> str:
    return span_of_time(int(value)) if kind == DURATION else number(value)
