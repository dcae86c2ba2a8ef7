"""Reading what a store keeps, beside the writer: customers, decisions, figures.

States are read from the store, never from the writer's memory, so that a reader sees only what is
durable and nobody waits for it. A reader may be used from several threads, one after the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from attrs import frozen

from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.explaining.words import WordLine
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.service.masking import Masking
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Delivery, Store, Written

PAGE: Final = 1_000
"""Decisions that are read from the store at once."""
COUNTED: Final = 1.0
"""Seconds for which a count of all messages is good."""
SCANNED: Final = 20_000
"""Decisions that are looked through for those of a kind, at most, for one page."""


class NobodyError(LookupError):
    """Nobody is called so."""


class Standing(msgspec.Struct):
    """A customer as of an instant."""

    customer: str
    at: str
    stage: str
    previous: str | None
    entered: str
    scores: dict[str, float]
    levels: dict[str, str]
    traits: dict[str, Any]
    segments: list[str]
    journeys: list[dict[str, str]]
    """The runs that wait: `trigger`, and the `step` at which each stands."""


@frozen
class Explained:
    """An explanation for programs and for people."""

    data: dict[str, Any]
    text: str


class Reader:
    """Reads a store by a rule set."""

    def __init__(self, ruleset: RuleSet, store: Store) -> None:
        self.store = store
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._counts: dict[tuple[str, Delivery], int] = {}
        self._count_again = 0.0
        self.use(ruleset)

    def use(self, ruleset: RuleSet) -> None:
        """Read by other rules from now on."""
        # A rule set of its own: compiled code is made on use, and the writer's is the writer's.
        own = RuleSet(ruleset.program)
        passage = Passage(self.store)
        with self._turn:
            self._passage = passage
            self.ruleset = own
            self.masking = Masking(own.program)
            self._engine = Engine(own)
            self._states = msgspec.msgpack.Decoder(self._engine.state_class)

    # ---- one customer

    def standing(self, name: str, at: int | None, *, masked: bool = True) -> Standing:
        """A customer's state, at an instant or at their last step if that is later.

        Raises:
            NobodyError: where nobody is called so.
        """
        with self._customer(name, at) as (customer, instant):
            traits = customer.traits
            return Standing(
                customer.name,
                format_instant(instant),
                customer.stage,
                customer.previous,
                format_instant(customer.entered),
                customer.scores,
                customer.levels,
                self.masking.traits(traits) if masked else traits,
                customer.segments,
                [{"trigger": trigger, "step": step} for trigger, step in customer.journeys],
            )

    def explained(self, name: str, about: str | None, at: int | None) -> Explained:
        """Why a customer is in their stage, or what a trigger of that name needs.

        Raises:
            NobodyError: where nobody is called so.
            UnknownNameError: where no stage and no trigger is called so.
        """
        with self._customer(name, at) as (customer, _):
            told = customer.explain(about)
            return Explained(told.data, str(told))

    def lines(self, name: str, at: int | None) -> tuple[WordLine, ...]:
        """Why a customer is in their stage, line by line.

        Raises:
            NobodyError: where nobody is called so.
        """
        with self._customer(name, at) as (customer, _):
            return customer.explain().lines

    # ---- decisions

    def decisions(
        self, customer: str | None, after: int, most: int, kinds: Collection[str] = ()
    ) -> tuple[list[Written], int | None]:
        """Decisions behind a number, of some kinds or of all; and behind which number to go on.

        None where there are no more. Fewer than asked for may come although there are more.
        """
        found: list[Written] = []
        for _ in range(0, SCANNED, PAGE):
            page = self.store.decisions(customer, after, PAGE if kinds else most - len(found))
            if not page:
                return found, None
            for each in page:
                after = each.number
                if not kinds or each.kind in kinds:
                    found.append(each)
                    if len(found) >= most:
                        return found, after
        return found, after

    def latest_number(self) -> int:
        """The number of the latest decision, 0 where there is none."""
        latest = self.store.latest(1)
        return latest[0].number if latest else 0

    def line(self, written: Written, *, masked: bool) -> bytes:
        """A decision as JSON."""
        return self.masking.line(written.line) if masked else written.line

    # ---- figures

    def figures(self) -> tuple[dict[str, int], dict[tuple[str, Delivery], int], int | None]:
        """Customers by stage, messages by destination and status, and the clock."""
        return self.store.population(), self.outbox_counts(), self.store.clock()

    def outbox_counts(self) -> dict[tuple[str, Delivery], int]:
        """Messages by destination and status, as of a second ago at most.

        All messages are counted for that; where it takes long it is done less often, so that it
        never takes more than a tenth of the time.
        """
        with self._counting:
            begin = time.monotonic()
            if begin >= self._count_again:
                self._counts = self.store.outbox_counts()
                end = time.monotonic()
                self._count_again = end + max(COUNTED, 9 * (end - begin))
            return self._counts

    @contextmanager
    def _customer(self, name: str, at: int | None) -> Iterator[tuple[Customer, int]]:
        """A customer from the store, and the instant at which they are looked at."""
        with self._turn:
            engine = self._engine
            for _, stored in self.store.load([name]):
                try:
                    data, _ = self._passage.brought(stored)
                    engine.adopt(self._states.decode(data))
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise StoreError(f"the state of {name!r} cannot be read: {error}") from error
            if name not in engine:
                raise NobodyError(name)
            try:
                clock = int(engine.state(name).clock)
                instant = clock if at is None else max(at, clock)
                yield engine.customer(name, instant), instant
            finally:
                engine.release([name])
