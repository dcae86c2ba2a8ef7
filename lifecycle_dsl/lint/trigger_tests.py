"""Witnesses of triggers that fire again and again."""

from __future__ import annotations

from lifecycle_dsl.lint.moves import sure_moves
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.program.rules import AtPoints, OccursOn, Trigger, WhenTrue
from lifecycle_dsl.program.steps import Await, Wait, WaitUntil, all_steps


def repeating(rules: Rules, trigger: Trigger) -> tuple[str, ...]:
    """Three records and three firings; nothing where it is not sure that they come about."""
    occurrence = trigger.occurrence
    if not isinstance(occurrence, OccursOn) or occurrence.happenings.where is not None:
        return ()
    if trigger.condition is not None or trigger.between is not None or trigger.restart:
        return ()
    waits = any(isinstance(s, Await | Wait | WaitUntil) for s in all_steps(trigger.steps))
    if waits or trigger.exits or _may_defer(rules):
        return ()
    for stage in trigger.stages or rules.reachable:
        if not _is_calm(rules, stage):
            continue
        for event in occurrence.happenings.events:
            happens = record(rules.program, event)
            if happens is None or event in sure_moves(rules, stage):
                continue
            if any(event in _events(each.moving) for each in rules.out_of(stage)):
                continue
            return witness(
                f"{trigger.name} again and again",
                (f"given stage {stage}", f"{happens} x 3", f"expect fired {trigger.name} x 3"),
            )
    return ()


def _is_calm(rules: Rules, stage: str) -> bool:
    """Whether only its own events lead out of a stage."""
    return not any(isinstance(each.moving, AtPoints | WhenTrue) for each in rules.out_of(stage))


def _events(moving: object) -> tuple[str, ...]:
    happenings = getattr(moving, "happenings", None)
    return () if happenings is None else tuple(happenings.events)


def _may_defer(rules: Rules) -> bool:
    """Whether a message may wait, so that the run goes on."""
    program = rules.program
    guards = [each.guards for each in program.channels.values()]
    guards += [each.guards for each in program.topics.values()]
    return bool(program.message_guards.quiet) or any(guard.quiet for guard in guards)
