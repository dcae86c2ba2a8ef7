"""Decisions in words, to be counted under two versions of rules side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lifecycle_dsl.engine.decisions import Called, Decision, Fired, Held, Sent, Transition

Naming = Callable[[str], str]
"""What something of the old rules is called now."""
NOWHERE: Final = "nowhere"


def told(decision: Decision, now: Naming = str) -> str | None:
    """What a decision does, in the words of the new rules; None of what only follows from others.

    As `sent welcome by email` or `moved lead -> customer`.
    """
    match decision:
        case Sent(template=template, channel=channel):
            return f"sent {template} by {now(channel)}"
        case Called(action=action):
            return f"called {now(action)}"
        case Transition(source=source, to=target):
            return f"moved {now(source or NOWHERE)} -> {now(target)}"
        case Fired(trigger=trigger):
            return f"fired {now(trigger)}"
        case Held(trigger=trigger, reason=reason):
            return f"held {now(trigger)} ({reason})"
        case _:
            return None
