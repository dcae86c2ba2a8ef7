"""Triggers that fire at any event, every time."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.trigger_tests import repeating
from lifecycle_dsl.program.rules import OccursOn
from lifecycle_dsl.program.steps import Call, Send, all_steps


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers `on any event`, or on nearly all of them, that send or call without a frequency."""
    every = len(rules.program.events)
    for trigger in rules.program.triggers:
        if not isinstance(trigger.occurrence, OccursOn):
            continue
        happenings = trigger.occurrence.happenings
        if trigger.frequencies or trigger.each is not None or happenings.where is not None:
            continue
        often = every >= 4 and len(happenings.events) >= 0.75 * every
        acts = any(isinstance(step, Send | Call) for step in all_steps(trigger.steps))
        if often and acts and not trigger.draft:
            yield warning(
                "trigger-without-frequency",
                f"`{trigger.name}` fires at every record, again and again",
                trigger.span,
                f"it listens to {len(happenings.events)} of {every} events and has no frequency",
                help="say `once`, `at most 1 per 7d` or `at most 1 per stay`, or `on enter` the"
                " stage that is meant",
                notes=repeating(rules, trigger),
            )
