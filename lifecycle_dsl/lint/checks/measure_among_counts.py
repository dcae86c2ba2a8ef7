"""Scores that weigh seconds or money as they weigh records."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Score, ScoreLine

MEASURES = frozenset(
    {"duration", "seconds", "minutes", "hours", "length", "distance", "amount", "revenue", "price"}
)
"""Words in the name of an event whose `value` can hardly be a count."""
LEAST = 0.1
"""Smaller weights look as if somebody had thought of the unit."""
_MANY = 300
"""Seconds, say: five minutes."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Lines with the `value` of a measure, in scores that have others beside them."""
    for score in rules.program.scores.values():
        measured = {line: found for line in score.lines if (found := _measures(line))}
        if len(measured) == len(score.lines):
            continue
        for line, events in measured.items():
            yield advice(
                "measure-among-counts",
                f"`{events[0]}` is measured, and weighs here as if it were counted",
                line.span,
                f"a `value` of {_MANY} adds {_MANY} times what one record does",
                help="declare a field with its unit, such as `took: duration`, and weigh"
                " `took / 1min`; where `value` is a strength, allow it and say so",
                notes=_witness(rules, score, line, events[0]),
            )


def _measures(line: ScoreLine) -> tuple[str, ...]:
    """The events of a line whose names speak of a measure, if it weighs their `value`."""
    if abs(_weight(line.amount)) < LEAST:
        return ()
    return tuple(
        event for event in line.happenings.events if not MEASURES.isdisjoint(event.split("_"))
    )


def _witness(rules: Rules, score: Score, line: ScoreLine, event: str) -> tuple[str, ...]:
    """Five minutes in seconds; only of a weight times `value`, and where no other line adds."""
    weight, stage = _weight(line.amount), next(iter(rules.reachable), None)
    alone = sum(event in each.happenings.events for each in score.lines) == 1
    plain = record(rules.program, event) == f"on {event}" and line.happenings.where is None
    reached = weight * _MANY
    if not plain or not alone or stage is None or not 0 < reached <= score.high:
        return ()
    return witness(
        f"one {event} outweighs all else",
        (
            f"given stage {stage}",
            f"on {event} {{ value: {_MANY} }}",
            f"expect {score.name} >= {number(reached)}",
        ),
    )


def _weight(amount: e.Expression) -> float:
    """What `value` is multiplied by; 0 where that is not all."""
    match amount:
        case e.FieldRead(name="value"):
            return 1.0
        case (
            e.Apply(arguments=(e.Constant(value=weight), e.FieldRead(name="value")))
            | e.Apply(arguments=(e.FieldRead(name="value"), e.Constant(value=weight)))
        ) if amount.operation.name == "*" and isinstance(weight, int | float):
            return float(weight)
        case _:
            return 0.0
