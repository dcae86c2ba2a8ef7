"""Conditions taken apart: every part with its value, and what is missing where it is missing."""

from __future__ import annotations

import attrs

from lifecycle_dsl.explaining import remedies
from lifecycle_dsl.explaining.forecast import turns_at
from lifecycle_dsl.explaining.model import Condition, Line, Points
from lifecycle_dsl.explaining.probe import Probe, behind, is_private
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import children


def explained(
    probe: Probe, expression: e.Expression, *, wanted: bool | None = True, lasting: bool = False
) -> Condition:
    """An expression with its value and parts; `lasting` asks until when it stays so, too."""
    value = probe.value(expression)
    private = is_private(probe.program, expression, probe.event)
    if expression.type != BOOL:
        wanted = None
    fits = wanted is None or bool(value) is wanted
    return Condition(
        expression,
        None if private else value,
        private,
        isinstance(expression, e.MemoryRead) and probe.is_truncated(expression.term),
        tuple(_parts(probe, expression, wanted=wanted)),
        wanted,
        None if fits or wanted is None else remedies.need(probe, expression, want=wanted),
        turns_at(probe, expression) if lasting and fits and wanted is not None else None,
    )


def _parts(probe: Probe, expression: e.Expression, *, wanted: bool | None) -> list[Condition]:
    match expression:
        case e.Not(operand=operand):
            inner = None if wanted is None else not wanted
            return [explained(probe, operand, wanted=inner)]
        case e.And() | e.Or():
            return [explained(probe, each, wanted=wanted) for each in expression.operands]
        case e.LetRead() | e.SegmentRead():
            return [
                explained(probe, each, wanted=wanted)
                for each in behind(probe.program, expression)
                if not isinstance(each, e.Constant)
            ]
        case e.LevelRead():
            return [
                explained(probe, each, wanted=None) for each in behind(probe.program, expression)
            ]
        case e.TableRead(table=table):
            inputs = probe.program.tables[table].inputs
            return [explained(probe, each.value, wanted=None) for each in inputs]
        case e.Linear(terms=terms):
            scores = (probe.program.scores[name] for _, name in terms)
            reads = [e.ScoreRead(span=score.span, score=score.name) for score in scores]
            return [explained(probe, each, wanted=None) for each in reads]
        case _:
            read = (each for each in children(expression) if not isinstance(each, e.Constant))
            return [explained(probe, each, wanted=None) for each in read]


def points(probe: Probe, moving: AtPoints) -> Points:
    """The lines of points at a record, or now."""
    lines = []
    for line in moving.lines:
        at_record = line.events is None or probe.event in line.events
        counts = at_record and probe.holds(line.condition)
        condition = line.condition
        lines.append(
            Line(
                line.events,
                None if condition is None or not at_record else explained(probe, condition),
                float(probe.value(line.points) or 0.0),
                counts,
            )
        )
    reached = moving.reached
    assert isinstance(reached, e.Forgiving)
    total = probe.value(at_the_record(moving, probe.event).left)
    return Points(tuple(lines), float(total), float(probe.value(reached.right)), not probe.event)


def at_the_record(moving: AtPoints, event: str) -> e.Forgiving:
    """The comparison of points with their bar, as it is at a record of an event."""
    reached = moving.reached
    assert isinstance(reached, e.Forgiving)
    lines = tuple(
        attrs.evolve(line, events=None)
        for line in moving.lines
        if line.events is None or event in line.events
    )
    total = e.PointsSum(span=reached.span, lines=lines)
    return attrs.evolve(reached, left=total)
