"""What the engine decides: one struct per kind, and their encoding as JSON Lines.

`at` is text already, `rule` names the trigger, attribution or promise, or the move. The order of
the attributes is the order of the keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct, field

_ALWAYS: Any = msgspec.UNSET
"""The default of an attribute that stands behind an optional one and is always given."""


class Rules(Struct, tag_field="kind", tag="rules", gc=False):
    """The first line of a log: whose decisions these are."""

    lifecycle: str
    fingerprint: str


class Decision(Struct, tag_field="kind", gc=False, omit_defaults=True):
    """What every decision says first.

    `each` stands in those of triggers `for each`, `draft` in those of drafts.
    """

    customer: str
    at: str
    rule: str


class Transition(Decision, tag="transition", gc=False, omit_defaults=True):
    """A move from one stage to another; from none at the start."""

    source: str | None = field(name="from")
    to: str


class Fired(Decision, tag="fired", gc=False, omit_defaults=True):
    """A trigger fired."""

    trigger: str
    each: str | None = None
    draft: bool = False


class Sent(Decision, tag="sent", gc=False, omit_defaults=True):
    """A message went out; `topic` is left out when it has none."""

    channel: str
    topic: str | None = None
    template: str = _ALWAYS
    data: dict[str, Any] = _ALWAYS
    transactional: bool = _ALWAYS
    key: str = _ALWAYS
    each: str | None = None
    draft: bool = False


class Held(Decision, tag="held", gc=False, omit_defaults=True):
    """A firing or a message that something stopped, until an instant if it only waits."""

    trigger: str
    reason: str
    step: str | None = None
    """Of a message: the step that would send it."""
    channel: str | None = None
    until: str | None = None
    each: str | None = None
    draft: bool = False


class Called(Decision, tag="called", gc=False, omit_defaults=True):
    """An action was called."""

    action: str
    data: dict[str, Any]
    key: str
    each: str | None = None
    draft: bool = False


class Joined(Decision, tag="joined", gc=False, omit_defaults=True):
    """The customer came into a segment."""

    segment: str
    each: str | None = None
    draft: bool = False


class Quit(Decision, tag="quit", gc=False, omit_defaults=True):
    """The customer came out of a segment."""

    segment: str
    each: str | None = None
    draft: bool = False


class Changed(Decision, tag="changed", gc=False, omit_defaults=True):
    """A step set a trait to another value."""

    trait: str
    value: Any
    each: str | None = None
    draft: bool = False


class Arm(Decision, tag="arm", gc=False, omit_defaults=True):
    """Which arm of a split the customer is in."""

    split: str
    arm: int
    """From 1."""
    each: str | None = None
    draft: bool = False


class Left(Decision, tag="left", gc=False, omit_defaults=True):
    """A run of a journey ended before its last step."""

    trigger: str
    step: str
    reason: str
    each: str | None = None
    draft: bool = False


class Credit(Decision, tag="credit", gc=False, omit_defaults=True):
    """A touch's share of a conversion, or all of it where there is no touch (`direct`).

    Shares are whole billionths and worths whole millionths; those of a conversion add up exactly.
    """

    attribution: str
    channel: str
    campaign: str | None
    share: float
    worth: float | None
    """What the share is worth; None only where that is masked."""
    template: str | None = None
    """Of the message that touched; left out where the touch was none."""


class Broken(Decision, tag="broken", gc=False, omit_defaults=True):
    """A promise did not hold at the end of a step."""

    promise: str


_ENCODER: Final = msgspec.json.Encoder()

encode_decision = _ENCODER.encode
"""A decision as JSON, without a line end."""


def encode_lines(decisions: Iterable[Decision | Rules]) -> bytes:
    """Decisions as JSON Lines, each with its line end."""
    return _ENCODER.encode_lines(decisions)
