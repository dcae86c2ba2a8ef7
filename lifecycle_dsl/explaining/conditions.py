"""Conditions taken apart: every part with its value, and what is missing where it is missing."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from lifecycle_dsl.explaining import remedies
from lifecycle_dsl.explaining.forecast import turns_at
from lifecycle_dsl.explaining.model import Condition, Line, Points
from lifecycle_dsl.explaining.probe import Probe, behind, is_private, reads_private
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import children


def explained(
    probe: Probe,
    expression: e.Expression,
    *,
    wanted: bool | None = True,
    lasting: bool = False,
    asks: bool = True,
) -> Condition:
    """An expression with its value and parts.

    `lasting` asks until when it stays so; without `asks` nobody wants to know what it would need.
    """
    value = probe.value(expression)
    private = is_private(probe.program, expression, probe.event)
    if expression.type != BOOL:
        wanted = None
    fits = wanted is None or bool(value) is wanted
    asks = asks and not fits and wanted is not None
    return Condition(
        expression,
        None if private else value,
        private,
        isinstance(expression, e.MemoryRead) and probe.is_truncated(expression.term),
        tuple(_parts(probe, expression, wanted=wanted, asks=asks)),
        wanted,
        remedies.need(probe, expression, want=bool(wanted)) if asks else None,
        _until(probe, expression) if lasting and fits and wanted is not None else None,
    )


def _until(probe: Probe, condition: e.Expression) -> int | None:
    if reads_private(probe.program, condition, probe.event):
        return None
    return turns_at(probe, condition)


def _parts(
    probe: Probe, expression: e.Expression, *, wanted: bool | None, asks: bool
) -> list[Condition]:
    """What it is computed from; only what keeps it from being what is wanted is asked for more."""
    match expression:
        case e.Not(operand=operand):
            inner = None if wanted is None else not wanted
            return [explained(probe, operand, wanted=inner, asks=asks)]
        case e.And() | e.Or():
            operands = expression.operands
            return [explained(probe, each, wanted=wanted, asks=asks) for each in operands]
        case e.LetRead() | e.SegmentRead():
            return [
                explained(probe, each, wanted=wanted, asks=asks)
                for each in behind(probe.program, expression)
                if not isinstance(each, e.Constant)
            ]
        case e.LevelRead():
            return _values(probe, behind(probe.program, expression))
        case e.TableRead(table=table):
            return _values(probe, (each.value for each in probe.program.tables[table].inputs))
        case e.Linear(terms=terms):
            scores = (probe.program.scores[name] for _, name in terms)
            return _values(probe, (e.ScoreRead(span=s.span, score=s.name) for s in scores))
        case _:
            return _values(probe, children(expression))


def _values(probe: Probe, expressions: Iterable[e.Expression]) -> list[Condition]:
    """Values that a value is computed from; constants stand in the text."""
    return [
        explained(probe, each, wanted=None)
        for each in expressions
        if not isinstance(each, e.Constant)
    ]


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
