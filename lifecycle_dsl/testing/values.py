"""Values of expressions and of their parts, written out for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifecycle_dsl.arithmetic import format_number, nine_decimals
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.expression_text import value_text
from lifecycle_dsl.program.types import MONEY, NUMBER, StageType, Type
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.story import Part


def written(span: Span) -> str:
    """What stands at a place, on one line."""
    return " ".join(span.text.split())


def shown(value: Any, kind: Type) -> str:
    """A value for a person; numbers to nine decimals."""
    if value is None:
        return "missing"
    if kind in (NUMBER, MONEY):
        return format_number(nine_decimals(float(value)))
    if isinstance(kind, StageType):
        return str(value)
    return value_text(value, kind)


def parts_of(condition: e.Expression, judge: Judge) -> tuple[Part, ...]:
    """What each part of a condition that is written in it came to, the inner before the outer."""
    parts: dict[tuple[int, int], Part] = {}
    outer = condition.span
    for part in reversed(list(walk(condition))):
        span = part.span
        inside = span.source is outer.source and outer.start <= span.start <= span.end <= outer.end
        if isinstance(part, e.Constant | e.StageRead) or not inside or not span.text.strip():
            continue
        value = _value(part, judge)
        if value is not None:
            parts[span.start, span.end] = Part(span, value)
    return tuple(sorted(parts.values(), key=lambda part: (part.span.end, -part.span.start)))


def false_parts(condition: e.Expression, judge: Judge) -> list[str]:
    """The parts of a condition that make it false, with the values that they compare."""
    return list(dict.fromkeys(_false(condition, judge)))


def _false(condition: e.Expression, judge: Judge) -> Iterator[str]:
    if isinstance(condition, e.And | e.Or):
        for operand in condition.operands:
            if not judge.value(operand):
                yield from _false(operand, judge)
        return
    match condition:
        case e.Forgiving(left=left) | e.Apply(arguments=(left, _)):
            value = _value(left, judge)
            yield f"`{written(condition.span)}`, {written(left.span)} is {value}"
        case _:
            yield f"`{written(condition.span)}`"


def _value(part: e.Expression, judge: Judge) -> str | None:
    """A part's value written out; None where it cannot be told by itself."""
    try:
        value = judge.value(part)
    except (ArithmeticError, TypeError, ValueError):
        return None  # it is only looked at where another part allows it
    if isinstance(part, e.OneOf) and isinstance(part.subject, e.StageRead) and not value:
        return f"false (the stage is {judge.value(part.subject) or 'none yet'})"
    return shown(value, part.type)
