"""Events that both start a journey and end it."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.rules import OccursOn


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
                )


def _start(count: int) -> str:
    return "starts" if count == 1 else "start"
