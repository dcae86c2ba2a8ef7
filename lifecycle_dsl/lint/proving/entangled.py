"""Which conditions several comparisons of the same quantities decide together.

Intervals are exact where each quantity is compared with constants alone. More can only be known
where a comparison is about two quantities or more and another is about one of them, or where the
same quantity stands in several branches of an `or`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import children, walk

_READS = (
    e.ScoreRead,
    e.TraitRead,
    e.FieldRead,
    e.MemoryRead,
    e.ClockRead,
    e.StageRead,
    e.PreviousStage,
    e.SegmentRead,
    e.SeasonRead,
    e.TableRead,
    e.ParamRead,
)
_Quantities = frozenset[object]


def is_entangled(program: Program, known: Known, conditions: Collection[e.Expression]) -> bool:
    """Whether conditions, with what is known, are about each other's quantities."""
    asked = [each for condition in conditions for each in comparisons(program, condition)]
    told = [each for fact in known.truths for each in comparisons(program, fact)]
    together = [*asked, *told]
    if any(len(each) > 1 and _shared(each, together) for each in together):
        return True
    several = any(_has_branches(each) for each in (*conditions, *known.truths))
    return several and any(_shared(each, together) for each in asked)


def comparisons(program: Program, condition: e.Expression) -> Iterator[_Quantities]:
    """The quantities of each comparison in a condition, through names."""
    match condition:
        case e.Not() | e.And() | e.Or() | e.If() | e.Default() if _is_bool(condition):
            for part in children(condition):
                yield from comparisons(program, part)
        case e.LetRead(let=name) if _is_bool(condition):
            yield from comparisons(program, program.lets[name].value)
        case e.SegmentRead(segment=name) if program.segments[name].condition is not None:
            behind = program.segments[name].condition
            if behind is not None:
                yield from comparisons(program, behind)
        case e.Constant():
            pass
        case _:
            yield frozenset(quantities(program, condition))


def quantities(program: Program, expression: e.Expression) -> Iterator[object]:
    """What an expression is made of, through names."""
    match expression:
        case e.LetRead(let=name):
            yield from quantities(program, program.lets[name].value)
        case e.LevelRead(level=name):
            yield from quantities(program, program.levels[name].value)
        case e.Linear(terms=terms):
            yield from (("score", score) for _, score in terms)
        case e.ScoreRead(score=name):
            yield "score", name
        case _ if isinstance(expression, _READS):
            yield expression
        case _:
            for part in children(expression):
                yield from quantities(program, part)


def _is_bool(condition: e.Expression) -> bool:
    return str(condition.type) == "bool"


def _shared(each: _Quantities, others: list[_Quantities]) -> bool:
    return sum(bool(each & other) for other in others) > 1


def _has_branches(condition: e.Expression) -> bool:
    return any(isinstance(part, e.Or | e.If) for part in walk(condition))
