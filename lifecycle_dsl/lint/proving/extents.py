"""What values lie within wherever they stand; the checker's own bounds are of one place."""

from __future__ import annotations

import math

from lifecycle_dsl.lint.ranges import EVERYTHING, Range
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import TIME

_COUNTS = {Remembers.COUNT, Remembers.DISTINCT, Remembers.STREAK}
_LARGEST = 1e15
"""Of fields and counts."""
_EXACT = 2.0**52
"""Whole numbers below this are added without rounding."""


def everywhere(known: Known, found: e.Expression) -> Range:
    """What something lies within for a customer in the stages that are known of."""
    match found:
        case e.ScoreRead() | e.ParamRead() | e.ClockRead():
            return Known(known.program, known.stages, known.longest_stay).range(found)
        case e.MemoryRead(term=term) if term.remembers in _COUNTS:
            return Range(0, _LARGEST)
        case e.MemoryRead(term=term) if term.remembers is Remembers.SINCE:
            return Range(0)
        case e.FieldRead() if found.type != TIME:
            return Range(-_LARGEST, _LARGEST)
        case _:
            return EVERYTHING


def is_exact_sum(program: Program, found: e.Expression) -> bool:
    """Whether numbers are added that are whole and so small that nothing is rounded."""
    return _whole_size(program, found) < _EXACT


def _whole_size(program: Program, found: e.Expression) -> float:
    match found:
        case e.Constant(value=int() | float() as number) if number == int(number):
            return abs(number)
        case e.MemoryRead(term=term) if term.remembers in _COUNTS:
            return _LARGEST
        case e.Apply(operation=operation, arguments=parts) if operation.name in ("+", "-"):
            return sum(_whole_size(program, part) for part in parts)
        case e.LetRead(let=name):
            return _whole_size(program, program.lets[name].value)
        case _:
            return math.inf
