"""Messages that go out at every event, with nothing that limits them."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import caps_on, channels_of, is_transactional, sends
from lifecycle_dsl.lint.trigger_tests import repeating
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.rules import OccursOn


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers on events, without a frequency, whose messages no cap counts."""
    program = rules.program
    for trigger in program.triggers:
        if (
            not isinstance(trigger.occurrence, OccursOn)
            or not trigger.occurrence.happenings.events
            or trigger.frequencies
            or trigger.each is not None
            or trigger.draft
            or is_transactional(program, trigger)
        ):
            continue
        free = dict.fromkeys(
            channel
            for send in sends(trigger)
            for channel in channels_of(program, send)
            if not caps_on(program, trigger, channel)
        )
        if free:
            yield warning(
                "message-without-cap",
                f"nothing limits how often `{trigger.name}` sends",
                trigger.span,
                f"it has no frequency, and no cap counts {listed(free)}",
                help="say `at most 1 per 7d` or `once`, or give the channel a `cap`",
                notes=repeating(rules, trigger),
            )
