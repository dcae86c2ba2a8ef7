"""Conditions that time can only bring down: those in which nothing but fading scores moves.

Where a fading score stands above a bar, time takes it below the bar once; a record that raises it
only puts that off. So what such a condition becomes due at is looked at anew only after a record
that lowers a score; an instant that was computed before is then at worst too early.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from lifecycle_dsl.compiler.touches import inputs
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import walk


class Course(Enum):
    """How a condition's truth goes as scores fade."""

    STEADY = 0
    """It stays: it reads nothing that time changes."""
    ENDING = 1
    """From true to false, if at all."""
    COMING = -1
    """From false to true, if at all."""


_OPPOSITE = {
    Course.STEADY: Course.STEADY,
    Course.ENDING: Course.COMING,
    Course.COMING: Course.ENDING,
}
_STEADY_KINDS = frozenset({"trait", "joined"})


def course(program: Program, condition: e.Expression) -> Course | None:
    """How a condition goes; None where more than fading scores moves it."""
    match condition:
        case e.And() | e.Or():
            return _together(program, condition.operands)
        case e.Not():
            inner = course(program, condition.operand)
            return None if inner is None else _OPPOSITE[inner]
        case e.Forgiving(symbol=">=" | ">") if _is_above(program, condition):
            return Course.ENDING
        case e.Forgiving(symbol="<" | "<=") if _is_above(program, condition):
            return Course.COMING
        case e.Apply(arguments=(e.LevelRead(level=name), e.Constant())):
            return _level(program, name, condition.operation.name)
        case _:
            return Course.STEADY if _is_steady(program, condition) else None


def _together(program: Program, operands: Iterable[e.Expression]) -> Course | None:
    found = {course(program, operand) for operand in operands} - {Course.STEADY}
    if not found:
        return Course.STEADY
    return found.pop() if len(found) == 1 else None


def _level(program: Program, name: str, symbol: str) -> Course | None:
    """A level against a label goes as its bars do."""
    inner = _together(program, program.levels[name].reaches)
    if inner is Course.STEADY or inner is None:
        return inner
    match symbol:
        case ">=" | ">":
            return inner
        case "<=" | "<":
            return _OPPOSITE[inner]
        case _:
            return None


def _is_above(program: Program, comparison: e.Forgiving) -> bool:
    """Whether it compares a fading, never inverted score with a bar above zero."""
    right = comparison.right
    if not isinstance(right, e.Constant) or not isinstance(right.value, int | float):
        return False
    if right.value < 1e-6:
        return False
    match comparison.left:
        case e.Linear(terms=terms, constant=constant):
            return constant == 0.0 and all(weight > 0 for weight, _ in terms)
        case e.ScoreRead():
            return True
        case e.LetRead(let=let):
            from_let = e.Forgiving(
                span=comparison.span,
                symbol=comparison.symbol,
                left=program.lets[let].value,
                right=right,
            )
            return _is_above(program, from_let)
        case _:
            return False


def _is_steady(program: Program, condition: e.Expression) -> bool:
    read = inputs(program, [condition])
    if any(kind not in _STEADY_KINDS for kind, _ in read):
        return False
    return not _reads_time(program, condition)


def _reads_time(program: Program, expression: e.Expression) -> bool:
    """Whether it looks at a clock, the calendar, or a table, by itself or behind a name."""
    for part in walk(expression):
        match part:
            case e.ClockRead() | e.SeasonRead() | e.TableRead() | e.ParamRead():
                return True
            case e.Apply() if part.operation.needs_zone:
                return True
            case e.LetRead(let=let) if _reads_time(program, program.lets[let].value):
                return True
            case e.SegmentRead(segment=segment):
                inside = program.segments[segment].condition
                if inside is not None and _reads_time(program, inside):
                    return True
            case e.LevelRead(level=level):
                if any(_reads_time(program, r) for r in program.levels[level].reaches):
                    return True
            case _:
                pass
    return False
