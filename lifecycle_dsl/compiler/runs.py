"""What is kept of rules between two steps of a customer: runs, armings, progress, touches.

All of it is plain data by name, so that it can be stored and an edit of the rules can find it.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Run(msgspec.Struct, gc=False, omit_defaults=True):
    """A firing that has not ended; while it waits it stands at a step."""

    trigger: str
    fired_at: int
    number: int = 0
    """Of the firing among those of its instant."""
    each: str | None = None
    """Its value, where the trigger is for each."""
    step: str = ""
    """Where it stands; empty while its steps run."""
    since: int = 0
    """When it came there."""
    until: int | None = None
    """When it goes on, where that was computed when it came there."""
    kept: dict[str, Any] | None = None
    """Fields of records that later steps read: the trigger's by name, an arm's `await1.0.name`."""
    deferrals: int = 0
    """How often the message at which it stands has waited for quiet times to end."""
    channel: str | None = None
    """Whose quiet times those are."""


class Armed(msgspec.Struct, gc=False, omit_defaults=True):
    """What waits for an absence."""

    at: int
    each: str | None = None
    kept: dict[str, Any] | None = None
    """As of a run."""


class Progress(msgspec.Struct, gc=False, omit_defaults=True):
    """How far a sequence has got."""

    starts: list[int | None]
    """For each step but the last: the instant of the latest first step that got through it."""
    each: str | None = None


class Touched(msgspec.Struct, gc=False, omit_defaults=True):
    """A touch, for an attribution."""

    at: int
    channel: str
    """Or the event that stands for it."""
    campaign: str | None = None
    trigger: str | None = None
    """What sent it, where it is a message of the engine's own."""
    template: str | None = None
    """Of that message."""
