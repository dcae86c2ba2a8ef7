"""Triggers that look at the clock at the one instant at which something changes."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.program.rules import OccursOn, OccursSequence, heard_by


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`on enter`, `leave`, `rises` or `falls` with `between`: who comes at night is lost."""
    for trigger in rules.program.triggers:
        if trigger.between is None or not isinstance(trigger.occurrence, OccursOn | OccursSequence):
            continue
        heard = heard_by(trigger.occurrence)[-1]
        if not heard.changes or heard.events:
            continue
        yield warning(
            "on-enter-with-between",
            f"`{trigger.name}` never reaches who comes outside its hours",
            trigger.span,
            "the change happens once, and `between` is looked at then",
            help="leave `between` out and let the channel's `quiet` hours hold the message back,"
            " or begin the steps with `wait until 09:00`",
        )
