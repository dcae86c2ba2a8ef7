"""Events that both start a journey and end it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.trigger_tests import firing
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.rules import OccursOn, Trigger
from lifecycle_dsl.program.steps import Wait


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers with an event in `on` and in `exit on`: it begins anew instead of ending."""
    for trigger in rules.program.triggers:
        if not isinstance(trigger.occurrence, OccursOn):
            continue
        started = trigger.occurrence.happenings
        for leaving in trigger.exits:
            if leaving.where is not None and started.where is not None:
                continue  # They may be about different records.
            both = [event for event in started.events if event in leaving.events]
            if both:
                yield warning(
                    "exit-on-own-event",
                    f"{listed(both)} both {_start(len(both))} `{trigger.name}` and ends it",
                    trigger.span,
                    "so each such record begins the journey anew",
                    help="say `restart` if that is meant; else take it out of `exit on`",
                    notes=_witness(rules, trigger, both),
                )


def _start(count: int) -> str:
    return "starts" if count == 1 else "start"


def _witness(rules: Rules, trigger: Trigger, both: Collection[str]) -> tuple[str, ...]:
    """Two records in a row; only of triggers that wait at once and may fire again."""
    first = trigger.steps[0] if trigger.steps else None
    if trigger.frequencies or trigger.draft or not isinstance(first, Wait):
        return ()
    if first.micros is None or any(each.where is not None for each in trigger.exits):
        return ()
    found = firing(rules, trigger, 2)
    if found is None or not any(found[1] == record(rules.program, event) for event in both):
        return ()
    stage, happens = found
    return witness(
        f"{trigger.name} begins anew",
        (
            f"given stage {stage}",
            happens,
            f"expect fired {trigger.name}",
            happens,
            f"expect left {trigger.name}",
            f"expect fired {trigger.name}",
        ),
    )
