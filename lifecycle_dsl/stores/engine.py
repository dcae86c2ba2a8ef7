"""A rule set run over a store: each batch is one transaction.

The states of customers who came lately stay in memory; the others are loaded with the batch that
needs them. What a batch did is kept whole or not at all: when it cannot be kept, what is in memory
is forgotten and the batch may be given again.

A stored engine is for one thread at a time. A second one that uses it meanwhile gets an
`EngineInUseError`, and nothing is damaged; for several threads or asyncio there is
`lifecycle_dsl.service.Writer`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import instant_given
from lifecycle_dsl.engine.structs import Tick, instant
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.stores.kept import BeforeCommit, KeptEngine, Places
from lifecycle_dsl.stores.store import Answer, Commit

PAGE: Final = 1_000
"""Customers of a tick that are handled in one transaction."""

Answering = Callable[[Sequence[list[Decision]]], Iterable[Answer]]
"""From the decisions of each request to the answers that are to be kept."""


class StoredEngine(KeptEngine):
    """Runs a rule set over the customers of a store, which it holds until it is closed.

    Where other rules ran before, customers are carried over, each when they are needed next; what
    is decided on the way comes with the batch. `on_change` gives places to keep with the change;
    `engine_of` makes the engine that decides.

    Raises:
        StoreBusyError: where another process runs rules on the store.
        OtherLifecycleError: where the store belongs to another lifecycle.
        OtherRulesError: where its customers cannot go on under these rules.
    """

    # ---- input

    def process(
        self, event: Mapping[str, Any] | Struct | bytes, places: Places | None = None
    ) -> list[Decision]:
        """Handle one record, as `Engine.process`; kept when it returns.

        Raises:
            StoreError: where it cannot be kept; then it was not handled.
        """
        records = self.ruleset.records
        if isinstance(event, bytes | bytearray | memoryview):
            record = records.decode_one(bytes(event))
        else:
            record = records.convert(event)
        if isinstance(record, DeadLetter):
            return self.process_records((), (record,), places)
        return self.process_records([record], (), places)

    def process_batch(self, data: bytes, places: Places | None = None) -> list[Decision]:
        """Handle a MessagePack frame or JSON Lines in one transaction.

        `places` say up to where inputs are handled with it. Malformed records become dead letters.

        Raises:
            StoreError: where it cannot be kept; then nothing of it was handled.
        """
        decoded = self.ruleset.records.decode(data)
        return self.process_records(decoded.records, decoded.dead_letters, places)

    def process_records(
        self,
        records: Iterable[Any],
        dead: Iterable[DeadLetter] = (),
        places: Places | None = None,
        before_commit: BeforeCommit | None = None,
    ) -> list[Decision]:
        """Handle decoded records in one transaction; a tick alone may take several.

        `before_commit` sees what is about to be kept, may add places, and stops it by raising.
        """
        records, dead = list(records), list(dead)
        if Tick not in set(map(type, records)):
            _, kept = self._handled([records], dead, places, before_commit)
            return kept
        if len(records) == 1 and not dead:
            return list(self._ticked(instant(records[0].at), places, before_commit, count=1))
        carried = [each for page in self.carrying() for each in page]
        with self._whole():
            decisions, touched = self._with_ticks(records)
            kept = self._keep_handled(decisions, touched, dead, places, before_commit)
        self._note_kept(records, decisions, dead)
        return [*carried, *kept]

    def process_each(
        self,
        requests: Sequence[Sequence[Any]],
        dead: Sequence[DeadLetter] = (),
        answering: Answering | None = None,
    ) -> list[list[Decision]]:
        """Handle the decoded records of several requests in one transaction; no ticks.

        Gives the decisions of each. What `answering` makes of them is kept with them.

        Raises:
            StoreError: where it cannot be kept; then nothing of it was handled.
        """
        each, _ = self._handled(requests, dead, None, None, answering)
        return each

    def _handled(
        self,
        requests: Sequence[Sequence[Any]],
        dead: Sequence[DeadLetter],
        places: Places | None,
        before_commit: BeforeCommit | None,
        answering: Answering | None = None,
    ) -> tuple[list[list[Decision]], list[Decision]]:
        """The decisions of each request, and all that was kept with them."""
        with self._whole():
            touched = {record.customer for records in requests for record in records}
            self._residents.bring_in(touched)
            each = [self._engine.handle(list(records)) for records in requests]
            decisions = [decision for found in each for decision in found]

            def answer(commit: Commit) -> None:
                if answering is not None:
                    commit.answers += answering(each)
                if before_commit is not None:
                    before_commit(commit)

            kept = self._keep_handled(decisions, touched, dead, places, answer)
        self._note_kept([record for records in requests for record in records], decisions, dead)
        return each, kept

    def advance(
        self,
        now: int | datetime,
        places: Places | None = None,
        before_commit: BeforeCommit | None = None,
    ) -> list[Decision]:
        """Run every timer that is due at or before an instant.

        A thousand customers at a time are kept; one that was stopped in between may be asked again.

        Raises:
            TypeError, ValueError: as `Engine.advance`.
            StoreError: where it cannot be kept.
        """
        return list(self._ticked(instant_given(now), places, before_commit))

    def advancing(
        self,
        now: int | datetime,
        places: Places | None = None,
        before_commit: BeforeCommit | None = None,
        *,
        records: int = 0,
        shards: Collection[int] | None = None,
    ) -> Iterator[list[Decision]]:
        """As `advance`, page by page; between two pages others may have their turn.

        The places are kept with the last, which counts so many `records`. Where `shards` are given,
        time goes on for their customers only.
        """
        return self._pages(instant_given(now), places, before_commit, records, shards)

    def take_dead_letters(self) -> list[DeadLetter]:
        """The dead letters since the last time."""
        taken, self._dead_letters = self._dead_letters, []
        return taken

    # ---- state

    @property
    def clock(self) -> int | None:
        """The latest instant that was handled, in microseconds; None before the first."""
        return self.store.clock()

    @property
    def counts(self) -> dict[str, int]:
        """The counters since the store was made."""
        return self.store.counts()

    def customer(self, name: str, at: int | None = None) -> Customer:
        """A customer as they were at the end of their last step, or as they are at an instant.

        Raises:
            KeyError: where nobody is called so.
        """
        with self._turns.alone():
            self._residents.let_go_of_lost()
            self._residents.bring_in({name})
            found = self._engine.customer(name, at)
            self._residents.let_go_of_foreign([name])
            return found

    def states(self, at: int | None = None) -> Iterator[dict[str, Any]]:
        """The lines of a state file, sorted by customer, scores read at an instant."""
        page = self.store.people("", PAGE)
        while page:
            names = [name for name, _ in page]
            self._residents.bring_in(names)
            yield from self._engine.states(at, names)
            self._residents.let_go_of_foreign(names)
            self._residents.make_room()
            page = self.store.people(names[-1], PAGE)

    def forget(self, customer: str) -> bool:
        """Erase a customer from the store and from memory; whether there was anything."""
        with self._turns.alone():
            self._residents.forget(customer)
            return self.store.forget(customer)

    # ---- batches

    def _with_ticks(self, records: list[Any]) -> tuple[list[Decision], set[str]]:
        """Records among which time goes on for everybody."""
        decisions: list[Decision] = []
        touched: set[str] = set()
        for record in records:
            if isinstance(record, Tick):
                at = instant(record.at)
                self._engine.counts["records"] += 1
                for page in self._due(at):
                    touched.update(page)
                    decisions += self._engine.advance_some(page, at)
            else:
                touched.add(record.customer)
                self._residents.bring_in([record.customer])
                decisions += self._engine.handle([record])
        return decisions, touched

    def _due(self, until: int) -> Iterator[list[str]]:
        """Who is due by an instant, in memory, page by page; who is there already comes first."""
        ahead = [n for n in self._engine.customers() if self._engine.state(n).due <= until]
        if ahead:
            yield ahead
        seen = set(ahead)
        after = (-NEVER, "")
        while page := self.store.due(until, after, PAGE):
            after = page[-1]
            names = [name for _, name in page if name not in seen]
            self._residents.bring_in(names)
            yield names

    def _ticked(
        self,
        now: int,
        places: Places | None,
        before_commit: BeforeCommit | None,
        *,
        count: int = 0,
    ) -> Iterator[Decision]:
        """The decisions of a tick."""
        for page in self._pages(now, places, before_commit, count):
            yield from page

    def _pages(
        self,
        now: int,
        places: Places | None,
        before_commit: BeforeCommit | None,
        count: int = 0,
        shards: Collection[int] | None = None,
    ) -> Iterator[list[Decision]]:
        """A tick, kept page by page; the places with the last."""
        yield from self.carrying(before_commit)
        after = (-NEVER, "")
        while page := self.store.due(now, after, PAGE, shards):
            after = page[-1]
            names = {name for _, name in page}
            with self._whole():
                self._residents.bring_in(names)
                decisions = self._engine.advance_some(names, now)
                kept = self._keep(decisions, names, None, None, before_commit)
            if self.beside is not None:
                self.beside.paged(decisions)
            yield kept
        with self._whole():
            self._engine.counts["records"] += count
            self._keep([], (), places, now, before_commit)
        if self.beside is not None and shards is None:
            self.beside.ticked(now)

    def _keep_handled(
        self,
        decisions: list[Decision],
        touched: Collection[str],
        dead: Sequence[DeadLetter],
        places: Places | None,
        before_commit: BeforeCommit | None,
    ) -> list[Decision]:
        """Commit what records and dead letters did."""
        self._engine.counts["dead"] += len(dead)
        clock = max((self._engine.state(name).clock for name in touched), default=None)
        return self._keep(decisions, touched, places, clock, before_commit)

    def _note_kept(
        self, records: Sequence[Any], decisions: Sequence[Decision], dead: Iterable[DeadLetter]
    ) -> None:
        """Take note of what has been kept."""
        self._dead_letters += dead
        if self.beside is not None:
            self.beside.handled(records, decisions)
