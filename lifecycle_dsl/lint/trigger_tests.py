"""Witnesses of triggers that fire again and again, and of messages that go out."""

from __future__ import annotations

from lifecycle_dsl.lint.newcomers import stays_put
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import caps_on
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.program.rules import OccursOn, Trigger
from lifecycle_dsl.program.steps import Await, Send, Wait, WaitUntil, all_steps

TIMES = 3
"""Firings that show that there is no end to them."""


def firing(rules: Rules, trigger: Trigger, count: int = 1) -> tuple[str, str] | None:
    """A stage, and the record of which each of so many surely fires a trigger there.

    Frequencies, and runs that are under way, are the caller's to look at.
    """
    occurrence = trigger.occurrence
    if not isinstance(occurrence, OccursOn) or occurrence.happenings.where is not None:
        return None
    if trigger.condition is not None or trigger.between is not None or trigger.each is not None:
        return None
    for stage in trigger.stages or rules.reachable:
        for event in occurrence.happenings.events:
            happens = record(rules.program, event)
            if happens is not None and stays_put(rules, stage, event, count):
                return stage, happens
    return None


def repeating(rules: Rules, trigger: Trigger) -> tuple[str, ...]:
    """Three records and three firings; nothing where it is not sure that they come about."""
    waits = any(isinstance(s, Await | Wait | WaitUntil) for s in all_steps(trigger.steps))
    if waits or trigger.restart or trigger.exits or _may_defer(rules):
        return ()
    found = firing(rules, trigger, TIMES)
    if found is None:
        return ()
    stage, happens = found
    return witness(
        f"{trigger.name} again and again",
        (f"given stage {stage}", f"{happens} x {TIMES}", f"expect fired {trigger.name} x {TIMES}"),
    )


def sending(rules: Rules, trigger: Trigger, channel: str) -> tuple[str, ...]:
    """A record at which a message goes out; nothing where it is not sure that it does."""
    program = rules.program
    first = trigger.steps[0] if trigger.steps else None
    if not isinstance(first, Send) or first.channel != channel or _may_defer(rules):
        return ()
    guards = [program.channels[channel].guards]
    guards += [] if trigger.topic is None else [program.topics[trigger.topic].guards]
    if program.message_guards.blocks or any(each.blocks or each.consent for each in guards):
        return ()
    if caps_on(program, trigger, channel):
        return ()  # Another trigger may have filled them.
    found = firing(rules, trigger)
    if found is None:
        return ()
    stage, happens = found
    return witness(
        f"{channel} to somebody who never asked for it",
        (f"given stage {stage}", happens, f"expect sent {channel}"),
    )


def _may_defer(rules: Rules) -> bool:
    """Whether a message may wait, so that the run goes on."""
    program = rules.program
    guards = [each.guards for each in program.channels.values()]
    guards += [each.guards for each in program.topics.values()]
    return bool(program.message_guards.quiet) or any(guard.quiet for guard in guards)
