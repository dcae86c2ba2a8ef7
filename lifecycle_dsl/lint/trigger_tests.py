"""Witnesses of triggers that fire again and again."""

from __future__ import annotations

from lifecycle_dsl.lint.newcomers import stays_put
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.program.rules import OccursOn, Trigger
from lifecycle_dsl.program.steps import Await, Wait, WaitUntil, all_steps

TIMES = 3
"""Firings that show that there is no end to them."""


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
        for event in occurrence.happenings.events:
            happens = record(rules.program, event)
            if happens is not None and stays_put(rules, stage, event, TIMES):
                return witness(
                    f"{trigger.name} again and again",
                    (
                        f"given stage {stage}",
                        f"{happens} x {TIMES}",
                        f"expect fired {trigger.name} x {TIMES}",
                    ),
                )
    return ()


def _may_defer(rules: Rules) -> bool:
    """Whether a message may wait, so that the run goes on."""
    program = rules.program
    guards = [each.guards for each in program.channels.values()]
    guards += [each.guards for each in program.topics.values()]
    return bool(program.message_guards.quiet) or any(guard.quiet for guard in guards)
