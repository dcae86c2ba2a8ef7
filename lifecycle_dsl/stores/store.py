"""What a store does: one small interface, which every kind of store keeps.

A store knows no rule and no clock. It keeps bytes by name, and takes what a batch did in one
transaction: states, decisions, outbox and the place in the input, all or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from itertools import chain
from types import MappingProxyType
from typing import Final, Protocol

from attrs import define, field, frozen

from lifecycle_dsl.inputs.sources import Place

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
NOWHERE: Final[Mapping[tuple[str, int], Place]] = MappingProxyType({})
ONE: Final = 0
"""The only shard of a store that has one."""


@frozen
class Written:
    """A decision as it is kept."""

    number: int
    """In the order in which they were kept, over all customers of a shard."""
    customer: str
    kind: str
    line: bytes
    """JSON, without a line end."""


class Delivery(Enum):
    """How far a message of the outbox has got."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@frozen
class Message:
    """Something for the world outside: a `sent` or a `called` decision in the outbox."""

    number: int
    key: str
    """The idempotency key, the same on every replay."""
    customer: str
    kind: str
    """`sent` or `called`."""
    destination: str
    """The channel, or the action."""
    line: bytes
    """The decision as JSON."""
    status: Delivery = Delivery.WAITING
    due: int = 0
    """From when on it may be tried, in microseconds of the clock on the wall."""
    attempts: int = 0
    reason: str | None = None
    """Why the last attempt failed, or why it is dead."""
    since: int | None = None
    """When it was first claimed; None before, and again after `retry`."""


@frozen
class Answer:
    """What a request was answered, kept with what it did: asked again, it is not done again."""

    request: str
    """Who asked, and the idempotency key."""
    at: int
    """When, in microseconds of the clock on the wall."""
    body: bytes


@frozen
class Change:
    """A change of rules that somebody's state has still to be carried over."""

    number: int
    old: Mapping[str, str]
    """The sources of the rules before it, by name."""
    new: Mapping[str, str]


@frozen
class Rules:
    """The rules that a store's customers are handled by."""

    lifecycle: str
    fingerprint: str
    sources: Mapping[str, str]
    """The rule file and those it uses, by name; the first is the rule file itself."""
    number: int = 0
    """How many changes there have been that states are carried over."""
    changes: tuple[Change, ...] = ()
    """The latest of them, while somebody may be behind."""


@define
class Commit:
    """What a batch did, to be kept in one transaction."""

    states: list[tuple[str, int | None, bytes]] = field(factory=list)
    """(customer, due, state): `due` in microseconds, None where nothing comes due by itself."""
    decisions: list[tuple[str, str, bytes]] = field(factory=list)
    """(customer, kind, line), in the order of handling."""
    outbox: list[tuple[str, str, str, str, bytes]] = field(factory=list)
    """(key, customer, kind, destination, line); a key that is there already is left alone."""
    moves: dict[tuple[str | None, str], int] = field(factory=dict)
    """How many customers moved from one stage to another; from None they are new."""
    places: dict[tuple[str, int], Place] = field(factory=dict)
    """By source and shard: up to where the input is handled."""
    counts: dict[str, int] = field(factory=dict)
    """To be added to the counters."""
    clock: int | None = None
    """The latest instant that was handled; an earlier one than is kept is left alone."""
    answers: list[Answer] = field(factory=list)
    """To requests whose answers are not kept yet; a second one to a request is an error."""


class Store(Protocol):
    """Keeps a lifecycle's customers. One that runs rules over it holds it (`acquire`) first."""

    url: str

    @property
    def shards(self) -> int:
        """How many shards the customers are spread over; never changes."""

    # ---- who runs rules here

    def acquire(self) -> None:
        """Become the one who runs rules over (some shards of) this store.

        Raises:
            StoreBusyError: where all is held by others.
        """

    def share(self) -> None:
        """Take what is free of a fair share of the shards, give back what is too much.

        Between two batches, every few seconds, where several workers share the store.

        Raises:
            OtherRulesError: where others have brought in other rules meanwhile.
        """

    def owned(self) -> Mapping[int, int]:
        """The shards that are held, each with a token.

        What is in memory of a shard's customers is good for as long as its token stays the same.
        """

    def advertise(self, address: str) -> None:
        """Tell other workers where this one takes requests; before it holds anything."""

    def address_of(self, shard: int) -> str | None:
        """Where the worker takes requests who holds a shard; None where nobody says."""

    def release(self) -> None:
        """Let others have them."""

    # ---- rules

    def rules(self) -> Rules | None:
        """The rules of the last run; None in a new store."""

    def set_rules(
        self,
        rules: Rules,
        renamed: Mapping[str, str] = NOTHING,
        places: Mapping[tuple[str, int], Place] = NOWHERE,
    ) -> None:
        """Note which rules run from now on, and which stages are called otherwise by them.

        Figures are kept under the new names; what was written before is known by the old ones.
        The places are kept in the same transaction.
        """

    # ---- customers

    def load(self, customers: Collection[str]) -> Iterable[tuple[str, bytes]]:
        """The states of those who are here, in any order."""

    def due(
        self,
        until: int,
        after: tuple[int, str],
        most: int,
        shards: Collection[int] | None = None,
    ) -> list[tuple[int, str]]:
        """Who is due at or before an instant in the held shards, in order of (due, customer).

        At most so many, all behind `after`; of some of the shards, if they are given.
        """

    def people(self, after: str, most: int) -> list[tuple[str, bytes]]:
        """Customers with their states in order of their names, at most so many behind a name."""

    def commit(self, commit: Commit) -> None:
        """Keep what a batch did; states only of shards that are held.

        Raises:
            LostShardError: where another worker has one of them meanwhile.
            StoreError: where it cannot be kept; then nothing of it was.
        """

    def place(self, source: str, shard: int = ONE) -> Place | None:
        """Up to where a source is handled; None where nothing of it is."""

    def clock(self) -> int | None:
        """The latest instant that was handled."""

    def counts(self) -> dict[str, int]:
        """The counters."""

    def population(self) -> dict[str, int]:
        """How many customers are in each stage."""

    def moves(self) -> dict[tuple[str | None, str], int]:
        """How many moves there were from one stage to another, since the store was made."""

    # ---- answers to requests

    def answers(self, requests: Collection[str]) -> list[Answer]:
        """The answers that are kept, of some requests."""

    def forget_answers(self, before: int) -> int:
        """Remove the answers that were given before an instant; gives how many."""

    # ---- decisions

    def decisions(
        self, customer: str | None = None, after: int = 0, most: int = 1_000
    ) -> list[Written]:
        """Decisions behind a number in their order, of all customers or of one."""

    def latest(self, most: int, kinds: Collection[str] = ()) -> list[Written]:
        """The latest decisions, newest first, of some kinds or of all."""

    # ---- outbox; every `now` is of the clock on the wall

    def waiting(self) -> dict[str, int]:
        """By destination: from when on the first of its waiting messages may be tried."""

    def claim(self, destination: str, now: int, most: int, lease: int) -> list[Message]:
        """A destination's waiting messages that may be tried now; others see them after `lease`.

        Those due first come first, of the same instant in their order. A claim is an attempt.
        """

    def delivered(self, numbers: Iterable[int], now: int) -> None:
        """Note that messages have arrived."""

    def postpone(self, number: int, due: int, reason: str) -> None:
        """Note that an attempt failed, and when the next may be."""

    def give_back(self, numbers: Iterable[int], due: int, reason: str | None = None) -> None:
        """Note that claims were no attempts, and when the next may be."""

    def bury(self, number: int, reason: str) -> None:
        """Give a message up."""

    def outbox(
        self,
        status: Delivery | None = None,
        after: int = 0,
        most: int = 1_000,
        customer: str | None = None,
    ) -> list[Message]:
        """Messages behind a number, of one status and customer or of all."""

    def outbox_counts(self) -> dict[tuple[str, Delivery], int]:
        """How many messages there are, by destination and status."""

    def retry(self, numbers: Collection[int] | None, now: int) -> int:
        """Let dead messages be tried again, some or all; gives how many."""

    def drop(self, numbers: Collection[int] | None) -> int:
        """Remove dead messages, some or all; gives how many."""

    def prune(self, before: int, most: int) -> int:
        """Remove messages that arrived before an instant, at most so many; gives how many.

        Their keys stay, so that none is sent again that comes again.
        """

    # ---- one person's data

    def forget(self, customer: str) -> bool:
        """Erase a customer: state, decisions, outbox; whether there was anything."""

    def close(self) -> None:
        """Let go of everything."""


def pages(store: Store, size: int, after: str = "") -> Iterator[list[tuple[str, bytes]]]:
    """All customers behind a name with their states, so many at a time, in order of their names."""
    while page := store.people(after, size):
        after = page[-1][0]
        yield page


def everyone(store: Store, page: int = 1_000) -> Iterator[tuple[str, bytes]]:
    """All customers with their states, in order of their names."""
    return chain.from_iterable(pages(store, page))
