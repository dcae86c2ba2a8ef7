"""Triggers in a stage that their own event leads out of."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.moves import may_bring, rests, sure_moves
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.program.rules import OccursOn, Transition, Trigger


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers all of whose events always lead out of all stages that they are `in`.

    Where only some do, as of `any event`, the others are what the trigger is there for.
    """
    for trigger in rules.program.triggers:
        if not isinstance(trigger.occurrence, OccursOn) or trigger.stages is None:
            continue
        happenings = trigger.occurrence.happenings
        lost = {event: _leaving(rules, trigger, event) for event in happenings.events}
        if not lost or happenings.changes or not all(lost.values()):
            continue
        event, moves = next(iter(lost.items()))
        yield warning(
            "guard-on-left-stage",
            f"`{trigger.name}` can never fire: it looks for a stage that has just been left",
            trigger.span,
            f"`in` is looked at when `{event}` has moved the customer",
            secondary=[(moves[0].span, "leads out of it at this very record")],
            help=f"say `on leave {trigger.stages[0]}` or `on enter {moves[0].target}` instead",
            notes=_witness(rules, trigger, event, moves[0]),
        )


def _leaving(rules: Rules, trigger: Trigger, event: str) -> list[Transition]:
    """How an event leads out of each of the stages; empty where it may not, or leads in too."""
    stages = trigger.stages or ()
    found = []
    for stage in stages:
        move = sure_moves(rules, stage).get(event)
        if move is None or move.target in stages:
            return []
        found.append(move)
    return [] if may_bring(rules, event, stages) else found


def _witness(rules: Rules, trigger: Trigger, event: str, move: Transition) -> tuple[str, ...]:
    stage = (trigger.stages or ("",))[0]
    if not rests(rules, stage):
        return ()
    return witness(
        f"{trigger.name} comes too late",
        (
            f"given stage {stage}",
            record(rules.program, event),
            f"expect entered {move.target}",
            f"expect not fired {trigger.name}",
        ),
    )
