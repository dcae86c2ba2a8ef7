"""An explanation as data: conditions with their values, gates, ways, and what happened.

Instants and durations are whole microseconds, values are those of the running rules (see
`program.types`), and `private` ones are None with the mark set.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import frozen

from lifecycle_dsl.explaining.needs import Need
from lifecycle_dsl.localtime import Zone
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.messages import Cap, QuietTime
from lifecycle_dsl.program.rules import Frequency, Transition, Trigger


@frozen
class Condition:
    """An expression and what it came to, with all that it was computed from."""

    expression: Expression
    value: Any
    private: bool
    """Then the value is not told."""
    truncated: bool
    """Whether entries of this memory had left before their time, so that it may be too low."""
    parts: tuple[Condition, ...]
    wanted: bool | None
    """What it must be for the whole to hold; None of what is no condition."""
    need: Need | None
    """What it would have needed, where it is not what is wanted and that is known."""
    until: int | None = None
    """When it ends to be what is wanted, if nothing happens."""

    @property
    def fits(self) -> bool:
        """Whether it is what is wanted."""
        return self.wanted is None or bool(self.value) is self.wanted


@frozen
class Line:
    """A line of points: at a record of these events, or while its condition holds."""

    events: tuple[str, ...] | None
    condition: Condition | None
    points: float
    counts: bool


@frozen
class Points:
    """The lines of points, what they add up to, and the bar."""

    lines: tuple[Line, ...]
    total: float
    bar: float
    needs_record: bool
    """Whether they are looked at when a record comes, and there is none now."""


# ---- what happened


@frozen
class Cause:
    """What a step of the customer was about: a record, a timer, or neither (the first of all)."""

    at: int
    event: str | None = None
    fields: tuple[tuple[str, Any], ...] = ()
    """The record's own, as decisions write data; private ones masked."""
    timer: str | None = None
    """The rule or trigger whose instant had come; `watch` for what is watched."""


class Moving(Enum):
    """In which way a transition moves."""

    RECORD = "record"
    CONDITION = "condition"
    POINTS = "points"
    AFTER = "after"
    DATES = "dates"


@frozen
class Way:
    """A transition, looked at at an instant."""

    transition: Transition
    moving: Moving
    condition: Condition | None
    """Its guard, its `when`, or the filter of its records."""
    points: Points | None
    due: int | None
    """When its time comes, if nothing happens before."""
    is_open: bool
    """Whether it would lead on at this instant, or did."""
    need: Need | None


@frozen
class Placed:
    """The line of `start` that placed a customer, and those before it."""

    lines: tuple[tuple[str, Condition | None], ...]
    """The stages with their conditions; the last is the one."""


@frozen
class Move:
    """A change of stage, and why."""

    at: int
    rule: str
    source: str | None
    target: str
    cause: Cause
    way: Way | Placed | None


# ---- what may stop a trigger or its message


class Guard(Enum):
    """What is asked before a trigger fires or a message goes out, in this order."""

    STAGE = "stage"
    WHEN = "when"
    HOURS = "hours"
    ONCE = "once"
    AT_MOST = "at_most"
    ALREADY_RUNNING = "already_running"
    TOO_MANY = "too_many"
    DRAFT = "draft"
    BLOCK = "block"
    CONSENT = "consent"
    HOLDOUT = "holdout"
    NO_CHANNEL = "no_channel"
    QUIET = "quiet"
    CAP = "cap"


@frozen
class Filling:
    """A firing or message that counts against a limit."""

    at: int
    rule: str
    template: str | None


@frozen
class Limit:
    """So many in a span, how many there were, and when the next place is free."""

    of: Frequency | Cap
    used: int
    filled: tuple[Filling, ...]
    """Those that are known, the oldest first."""
    free_at: int | None


@frozen
class Standing:
    """A run that waits."""

    trigger: str
    step: str
    since: int
    due: int | None
    each: str | None


@frozen
class Bucket:
    """Where a customer's hash lies among the 10,000."""

    bucket: int
    below: int


@frozen
class Hours:
    """Local times of day, or quiet times; until when they keep it back."""

    windows: tuple[QuietTime, ...]
    until: int | None


@frozen
class Stages:
    """The stages a trigger is for, and the customer's."""

    stages: tuple[str, ...]
    stage: str


Detail = Limit | tuple[Standing, ...] | Bucket | Hours | Stages


@frozen
class Gate:
    """A guard, and whether it let through."""

    guard: Guard
    passed: bool
    name: str | None = None
    """A block's, the reason in decisions; or the channel, topic or file that asks."""
    condition: Condition | None = None
    detail: Detail | None = None
    need: Need | None = None


@frozen
class Passing:
    """The gates of a message on a channel; of a route before its channels where that is None."""

    channel: str | None
    gates: tuple[Gate, ...]

    @property
    def passes(self) -> bool:
        """Whether all let through."""
        return all(gate.passed for gate in self.gates)

    @property
    def waits(self) -> bool:
        """Whether the message waits here for quiet times to end."""
        return {gate.guard for gate in self.gates if not gate.passed} == {Guard.QUIET}


@frozen
class Message:
    """A `send` step: what guards it, on its channel or on each of its route's, in order."""

    step: str
    route: str | None
    whole: Passing | None
    """Of a route: what is asked before a channel is chosen."""
    channels: tuple[Passing, ...]

    @property
    def goes_by(self) -> str | None:
        """The channel by which it would go out."""
        asked = self.asked[-1:]
        return asked[0].channel if asked and asked[0].passes else None

    @property
    def asked(self) -> tuple[Passing, ...]:
        """The channels that are looked at, up to the one that is taken."""
        if self.whole is not None and not self.whole.passes:
            return ()
        for place, each in enumerate(self.channels):
            if each.passes or each.waits:
                return self.channels[: place + 1]
        return self.channels


@frozen
class Outcome:
    """A decision of a firing; of a message that was held, with what guarded it then."""

    decision: Any
    message: Message | None


@frozen
class Occasion:
    """A time at which a trigger's happening came, and what became of it."""

    at: int
    cause: Cause
    each: str | None
    fired: bool
    gates: tuple[Gate, ...]
    outcomes: tuple[Outcome, ...]


# ---- what got the credit


class LeftOut(Enum):
    """Why a touch got nothing of a conversion."""

    TOO_OLD = "too_old"
    FULL = "full"
    """Too many came after it: it had left the list."""
    MODEL = "model"
    TRANSACTIONAL = "transactional"
    """A message, and none that is a touch."""
    AFTER = "after"


@frozen
class Touching:
    """A touch, and what it got of a conversion, or would get."""

    at: int
    channel: str
    campaign: str | None
    """Of a message the trigger that sent it."""
    template: str | None
    is_message: bool
    share: float = 0.0
    worth: float | None = None
    """None where it is private or nothing was converted."""
    until: int | None = None
    """When it will be too old."""
    left_out: LeftOut | None = None


@frozen
class Converted:
    """A conversion, and who got the credit for it."""

    at: int
    cause: Cause
    worth: float | None
    """None where it is private."""
    touches: tuple[Touching, ...]
    """The oldest first; none where nothing had touched them."""
    left_out: tuple[Touching, ...]
    """Those nearest to the conversion, the oldest first."""
    more: int
    """Others that got nothing."""


@frozen
class Unconverted:
    """A record that could have been a conversion, and what was asked of it."""

    at: int
    cause: Cause
    conditions: tuple[Condition, ...]


# ---- the answers


@frozen
class Foreseen:
    """What comes if no record does."""

    at: int | None
    """None where it would tell something private."""
    rule: str
    target: str


@frozen
class OfStage:
    """Why a customer is in a stage, or not in the one that was asked about."""

    asked: str | None
    stage: str
    previous: str | None
    entered: int
    path: tuple[Move, ...]
    """How they came here, as far as it was seen; the newest last."""
    earlier: int
    """Moves before those."""
    visits: tuple[int, ...]
    """When the asked stage was entered before."""
    ways: tuple[Way, ...]
    """Out of the stage, in the order in which they are looked at."""
    route: tuple[Way, ...]
    """From the stage to the asked one, by the fewest moves."""
    foreseen: Foreseen | None
    """The next move, if no record comes; None where none is found."""
    stays_until: int | None
    """Where none is found, and not all of the ten years ahead were looked at: until when."""


@frozen
class OfTrigger:
    """Why a trigger fired, or did not."""

    trigger: Trigger
    stage: str
    seen: bool
    """Whether the past was replayed; else only the state as it stands is known."""
    occasions: int
    firings: int
    fired: Occasion | None
    """The last firing."""
    stopped: Occasion | None
    """The last time at which a guard stopped it, if it has not fired since."""
    gates: tuple[Gate, ...]
    """Now."""
    messages: tuple[Message, ...]
    """Now."""
    due: int | None
    """When its own time comes, if it has one and nothing happens before."""
    need: Need | None
    """What it would have needed to fire now."""


@frozen
class OfAttribution:
    """Which touches got the credit for conversions, and which would."""

    attribution: Attribution
    seen: bool
    """Whether the past was replayed; else only the state as it stands is known."""
    conversions: int
    direct: int
    """Those that nothing had touched."""
    credited: tuple[Converted, ...]
    """As far as they were kept; the newest last."""
    missed: Unconverted | None
    """The last record that was none, if no conversion came after it."""
    touches: tuple[Touching, ...]
    """Those that stand, with what they would get of a conversion now."""
    need: Need | None
    """What would be a conversion."""


@frozen
class Explanation:
    """An answer about a customer at an instant."""

    customer: str
    at: int
    zone: Zone
    records: int | None
    """How many of theirs were replayed; None if none were."""
    answer: OfStage | OfTrigger | OfAttribution
