"""Messages that wait for another channel's quiet hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import channels_of, quiet_on
from lifecycle_dsl.program.messages import QuietTime
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Send, Step, Wait, WaitUntil, inner_steps


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Sends by a channel without quiet times directly behind one that may wait for its own."""
    for trigger in rules.program.triggers:
        yield from _in(rules, trigger, trigger.steps)


def _in(rules: Rules, trigger: Trigger, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    waiting: Send | None = None
    for step in steps:
        if isinstance(step, Send):
            quiet = _quiet(rules, trigger, step)
            if waiting is not None and not quiet:
                yield warning(
                    "send-behind-quiet",
                    "this message waits for the quiet hours of the one before it",
                    step.span,
                    "goes out when the other has",
                    secondary=[(waiting.span, "may wait until its quiet hours end")],
                    help="send first what may go out at once",
                )
            waiting = step if quiet else None
        else:
            inner = inner_steps(step)
            waits = isinstance(step, Wait | WaitUntil)
            waiting = None if inner or waits else waiting
            for each in inner:
                yield from _in(rules, trigger, each)


def _quiet(rules: Rules, trigger: Trigger, send: Send) -> set[QuietTime]:
    """The quiet times that a message may wait for."""
    channels = channels_of(rules.program, send)
    return {time for each in channels for time in quiet_on(rules.program, trigger, each)}
