"""What the interpreter keeps: customers with their whole past, the record at hand, the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lifecycle_dsl.localtime import Zone, format_instant, zone
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.types import NO_STAGE

PROFILE = "profile"

Decision = dict[str, Any]
Value = Any
"""What program/types.py says; None where it is missing."""


@dataclass(frozen=True)
class Record:
    """A record with its defaults filled in; `fields` has `id`, `customer`, `at`, `value` too."""

    event: str
    customer: str
    at: int
    id: str | None
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class Entry:
    """One thing remembered under a memory term, with the local periods it fell into."""

    at: int
    value: Value
    periods: Mapping[Period, int]


@dataclass(frozen=True)
class Firing:
    """One firing of a trigger, or one message under a cap."""

    at: int
    periods: Mapping[Period, int]
    entered: int = 0
    """When the stay began in which it was."""


@dataclass(frozen=True)
class Touch:
    """A touch of an attribution: by which channel, of which campaign, with which template."""

    at: int
    channel: str
    campaign: str | None
    template: str | None = None


@dataclass(frozen=True)
class Armed:
    """`A without B for D` since an A: for which value, when, and its record (None: a change)."""

    each: str
    at: int
    record: Record | None


@dataclass
class Progress:
    """How far a sequence has come for a value: by step, the latest first step that got there."""

    each: str
    starts: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class Run:
    """A firing whose steps have not all been run."""

    trigger: Trigger
    each: str
    """The value of `for each`, "" without it."""
    fired_at: int
    number: int
    """Of the firings of the trigger at that instant, from 0."""
    records: dict[str, Record | None]
    """Whose fields the steps read: of the trigger by "", of an arm by the name of its `await`."""
    place: str = ""
    """The name of the step at which it stands."""
    since: int = 0
    """When it came there."""
    until: int | None = None
    """When it goes on by itself; None where nothing says so, or at a message."""
    channel: str | None = None
    """At a message: the channel whose quiet time it waits out."""
    deferrals: int = 0
    """How often the message at which it stands has waited."""


@dataclass(frozen=True)
class Points:
    """A score's X and the epoch of its half-life that it is relative to (0 without one)."""

    x: float
    epoch: int


@dataclass
class Customer:
    """A customer; every list holds all there ever was, oldest first."""

    name: str
    clock: int
    first: int
    stage: str | None = None
    previous: str = NO_STAGE
    entered: int = 0
    stays: list[tuple[int, str]] = field(default_factory=list)
    """Each stage entered, and when."""
    traits: dict[str, Value] = field(default_factory=dict)
    trait_at: dict[str, int] = field(default_factory=dict)
    """The `at` that set a trait; absent where nothing has."""
    changed_at: dict[str, int] = field(default_factory=dict)
    """The instant at which a trait's value last became another; absent where it has not."""
    zone_at: int | None = None
    """The instant at which the zone last became another."""
    scores: dict[str, Points] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    memory: dict[str, list[Entry]] = field(default_factory=dict)
    """By the term's text."""
    last_seen: dict[str, list[int]] = field(default_factory=dict)
    """By rule: the instants of what stands after `without`."""
    last_record: int | None = None
    """The latest record that was no `profile`."""
    remembered: dict[str, Value] = field(default_factory=dict)
    """Truth and rank of what is watched, as last compared."""
    firings: dict[str, list[Firing]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    """By trigger: reasons recorded since its last firing."""
    done: dict[str, Any] = field(default_factory=dict)
    """By timer: the start instant (for dates: what they were computed from) already used up."""
    runs: list[Run] = field(default_factory=list)
    """In the order in which they fired."""
    armed: dict[str, list[Armed]] = field(default_factory=dict)
    """By trigger, the one armed longest ago first."""
    progress: dict[str, list[Progress]] = field(default_factory=dict)
    """By trigger, the one whose first step lies furthest back first."""
    displaced: int = 0
    """Armed values and progress that gave way to others."""
    messages: dict[str, list[Firing]] = field(default_factory=dict)
    """By cap, the messages that count in it."""
    touches: dict[str, list[Touch]] = field(default_factory=dict)
    """By attribution."""
    ran: set[str] = field(default_factory=set)
    """The timers that ran at the clock's instant."""
    waited: bool = False
    """Whether a timer that had run at an instant ever waited there for the next input."""
    ids: list[tuple[str, int]] = field(default_factory=list)

    def move_clock(self, now: int) -> None:
        """Go on to an instant; what ran at an earlier one may run again."""
        if now > self.clock:
            self.clock = now
            self.ran.clear()

    def came_into(self, stages: tuple[str, ...]) -> int:
        """When they came into these stages from outside; they are in one of them."""
        entered = self.entered
        for at, stage in reversed(self.stays):
            if stage not in stages:
                break
            entered = at
        return entered


@dataclass(frozen=True)
class Moment:
    """A customer at an instant, with the record at hand if there is one.

    `read` is the record whose fields are read: that at hand or, in the steps of a journey, one
    that came earlier.
    """

    program: Program
    customer: Customer
    now: int
    decisions: list[Decision]
    record: Record | None = None
    read: Record | None = None

    @property
    def zone(self) -> Zone:
        """The customer's zone, or the file's where theirs is missing or unknown."""
        own = self.customer.traits.get("zone") if "zone" in self.program.traits else None
        found = zone(own) if isinstance(own, str) else None
        found = found or zone(self.program.timezone)
        assert found is not None
        return found

    def at(self, now: int) -> Moment:
        """The same customer at another instant, without a record."""
        return replace(self, now=now, record=None, read=None)

    def without_record(self) -> Moment:
        """The same instant for what does not see the record."""
        return self.at(self.now)

    def at_record(self, record: Record) -> Moment:
        """The same instant with a record at hand."""
        return replace(self, record=record, read=record)

    def reading(self, record: Record | None) -> Moment:
        """The same moment, at which the fields of this record are read."""
        return replace(self, read=record)

    def decide(self, kind: str, rule: str, **own: Value) -> None:
        """Write a decision."""
        head = {"kind": kind, "customer": self.customer.name, "at": format_instant(self.now)}
        self.decisions.append({**head, "rule": rule, **own})
