"""A rule set run over a store: each batch is one transaction.

The states of customers who came lately stay in memory; the others are loaded with the batch that
needs them. What a batch did is kept whole or not at all: when it cannot be kept, what is in memory
is forgotten and the batch may be given again.

A stored engine is for one thread at a time. A second one that uses it meanwhile gets an
`EngineInUseError`, and nothing is damaged; for several threads or asyncio there is
`lifecycle_dsl.service.Writer`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Protocol, Self

import msgspec
from msgspec import Struct

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import Engine, instant_given
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import Tick, instant
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.errors import (
    EngineInUseError,
    OtherLifecycleError,
    OtherRulesError,
    StoreBusyError,
    StoreError,
)
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.noting import note, state_row
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Answer, Commit, Store
from lifecycle_dsl.stores.taking_over import OnChange, take_over

REMEMBERED: Final = 100_000
"""Customers whose states stay in memory, unless a batch needs more."""
PAGE: Final = 1_000
"""Customers of a tick that are handled in one transaction."""
CARRIED: Final = 250
"""Customers who are carried over to other rules in one transaction."""

Places = Mapping[tuple[str, int], Place]
Answering = Callable[[Sequence[list[Decision]]], Iterable[Answer]]
"""From the decisions of each request to the answers that are to be kept."""
BeforeCommit = Callable[[Commit], None]


class Beside(Protocol):
    """Somebody who sees what has been kept; nothing of it may raise."""

    def handled(self, records: Sequence[Any], decisions: Sequence[Decision]) -> None:
        """Records, with what was decided."""

    def paged(self, decisions: Sequence[Decision]) -> None:
        """What was decided about some customers in a tick."""

    def ticked(self, now: int) -> None:
        """A tick is over, for every customer."""


class StoredEngine:
    """Runs a rule set over the customers of a store, which it holds until it is closed.

    Where other rules ran before, customers are carried over, each when they are needed next; what
    is decided on the way comes with the batch. `on_change` gives places to keep with the change;
    `engine_of` makes the engine that decides.

    Raises:
        StoreBusyError: where another process runs rules on the store.
        OtherLifecycleError: where the store belongs to another lifecycle.
        OtherRulesError: where its customers cannot go on under these rules.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        store: Store,
        *,
        remember: int = REMEMBERED,
        on_change: OnChange | None = None,
        engine_of: Callable[[RuleSet], Engine] = Engine,
    ) -> None:
        self.ruleset = ruleset
        self._engine_of = engine_of
        self.store = store
        self._remember = remember
        self._turn = threading.Lock()
        self._half_changed = False
        self.beside: Beside | None = None
        """Sees what has been kept, such as a `Shadow`."""
        store.acquire()
        try:
            self._passage = Passage(store, take_over(store, ruleset, on_change))
        except BaseException:
            store.release()
            raise
        self._dead_letters: list[DeadLetter] = []
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, which stays open."""
        self.store.release()

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
        if len(records) == 1 and not dead and isinstance(records[0], Tick):
            return list(self._ticked(instant(records[0].at), places, before_commit, count=1))
        has_ticks = Tick in set(map(type, records))
        if has_ticks:
            for _ in self.carrying():
                pass  # before time goes on for everybody
        with self._whole():
            if has_ticks:
                decisions, touched = self._with_ticks(records)
            else:
                touched = {r.customer for r in records}
                self._bring_in(touched)
                decisions = self._engine.handle(records)
            self._engine.counts["dead"] += len(dead)
            clock = max((self._engine.state(name).clock for name in touched), default=None)
            kept = self._keep(decisions, touched, places, clock, before_commit)
        self._dead_letters += dead
        if self.beside is not None:
            self.beside.handled(records, decisions)
        return kept

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
        with self._whole():
            touched = {record.customer for records in requests for record in records}
            self._bring_in(touched)
            each = [self._engine.handle(list(records)) for records in requests]
            self._engine.counts["dead"] += len(dead)
            clock = max((self._engine.state(name).clock for name in touched), default=None)
            decisions = [decision for found in each for decision in found]

            def answer(commit: Commit) -> None:
                commit.answers += () if answering is None else answering(each)

            self._keep(decisions, touched, None, clock, answer)
        self._dead_letters += dead
        if self.beside is not None:
            self.beside.handled([each for found in requests for each in found], decisions)
        return each

    def use(self, ruleset: RuleSet, on_change: OnChange | None = None) -> None:
        """Go on under other rules from the next batch on; where they are refused, under the old.

        Nobody is carried over yet; `on_change` gives places to keep with the change.

        Raises:
            OtherLifecycleError, OtherRulesError: as at the start.
            StoreError: where the store failed on the way; then nothing more is handled before the
                change has come to its end, here or after a new start.
        """
        with self._alone(changing=True):
            self._engine_of(ruleset)  # whatever speaks against it is said before anything is done
            try:
                rules = take_over(self.store, ruleset, on_change)
            except (OtherLifecycleError, OtherRulesError, StoreBusyError):
                raise
            except BaseException:
                self._half_changed = True
                raise
            self._half_changed = False
            self.ruleset = ruleset
            self._passage = Passage(self.store, rules)
            self._start()

    def carrying(self, before_commit: BeforeCommit | None = None) -> Iterator[list[Decision]]:
        """Carry over who is still behind a change of rules, page by page; often nobody is.

        Between two pages others may have their turn. Gives what is decided on the way.
        """
        passage = self._passage
        while (shards := passage.behind()) and passage is self._passage:
            after = passage.start(shards)
            while page := self.store.people(after, CARRIED):
                after = page[-1][0]
                held = self.store.owned()
                shards = {s: token for s, token in shards.items() if held.get(s) == token}
                with self._whole():
                    names = [name for name, data in page if self._is_behind(name, data, shards)]
                    self._bring_in(names)
                    places = passage.places(shards, after, through=False)
                    kept = self._keep([], names, places, None, before_commit)
                yield kept
                if passage is not self._passage:
                    return
            with self._whole():
                self._keep([], (), passage.places(shards, after, through=True), None, None)
            passage.end(shards)
        if passage.is_open:
            passage.end({})

    def _is_behind(self, name: str, data: bytes, shards: Collection[int]) -> bool:
        return self._passage.is_behind(data) and shard_of(name, self.store.shards) in shards

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
        with self._alone():
            self._let_go_of_lost()
            self._bring_in({name})
            found = self._engine.customer(name, at)
            self._let_go_of_foreign([name])
            return found

    def states(self, at: int | None = None) -> Iterator[dict[str, Any]]:
        """The lines of a state file, sorted by customer, scores read at an instant."""
        page = self.store.people("", PAGE)
        while page:
            names = [name for name, _ in page]
            self._bring_in(names)
            yield from self._engine.states(at, names)
            self._let_go_of_foreign(names)
            self._make_room()
            page = self.store.people(names[-1], PAGE)

    def forget(self, customer: str) -> bool:
        """Erase a customer from the store and from memory; whether there was anything."""
        with self._alone():
            self._engine.release([customer])
            self._on_the_way.pop(customer, None)
            return self.store.forget(customer)

    def amend(self, names: Iterable[str], change: Callable[[Any], None]) -> None:
        """Change what is kept of customers in one transaction; nothing is decided."""
        names = list(names)
        with self._whole():
            self._bring_in(names)
            for name in names:
                change(self._engine.state(name))
            self._keep([], names, None, None, None)

    # ---- batches

    def _start(self) -> None:
        """An engine without customers."""
        self._engine = self._engine_of(self.ruleset)
        self._kept_counts: dict[str, int] = dict(self._engine.counts)
        self._recent: dict[str, None] = {}
        self._on_the_way: dict[str, list[Decision]] = {}
        """What was decided about those who were carried over, and is not kept yet."""
        self._owned = dict(self.store.owned())
        self._states = msgspec.msgpack.Decoder(self._engine.state_class)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of it, or forget what is in memory."""
        with self._alone():
            try:
                self._let_go_of_lost()
                yield
            except BaseException:
                self._start()
                raise

    @contextmanager
    def _alone(self, *, changing: bool = False) -> Iterator[None]:
        """Keep other threads out, loudly; and all, where customers are under two sets of rules."""
        if self._half_changed and not changing:
            raise StoreError(
                f"{self.store.url}: a change of its rules was cut off; start again with the new"
                " rules, and it comes to its end"
            )
        if not self._turn.acquire(blocking=False):
            raise EngineInUseError(
                "this engine is at work in another thread: a stored engine is for one thread at a"
                " time, and `lifecycle_dsl.service.Writer` is for several"
            )
        try:
            yield
        finally:
            self._turn.release()

    def _bring_in(self, customers: Iterable[str]) -> None:
        """Have customers' states in memory, of those who are in the store."""
        engine = self._engine
        missing = [name for name in customers if name not in engine]
        self._recent.update(dict.fromkeys(missing))
        for start in range(0, len(missing), PAGE):
            for name, stored in self.store.load(missing[start : start + PAGE]):
                try:
                    data, decisions = self._passage.brought(stored)
                    engine.adopt(self._states.decode(data))
                    if decisions:
                        self._on_the_way[name] = decisions
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise StoreError(
                        f"{self.store.url}: the state of {name!r} cannot be read: {error}"
                    ) from error

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
                self._bring_in([record.customer])
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
            self._bring_in(names)
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
                self._bring_in(names)
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

    def _keep(
        self,
        decisions: list[Decision],
        touched: Iterable[str],
        places: Places | None,
        clock: int | None,
        before_commit: BeforeCommit | None,
    ) -> list[Decision]:
        """Commit what was done, and let go of customers who came long ago.

        Gives the decisions behind those that were made on the way to the present rules.
        """
        engine = self._engine
        touched = list(touched)
        if self._on_the_way:
            found = (self._on_the_way.pop(name, ()) for name in sorted(touched))
            decisions = [*(each for earlier in found for each in earlier), *decisions]
        number = self._passage.number
        states = [state_row(engine.state(name), number) for name in touched]
        before = self._kept_counts
        counts = {
            n: c - before.get(n, 0) for n, c in engine.counts.items() if c != before.get(n, 0)
        }
        commit = Commit(states, places=dict(places or {}), counts=counts, clock=clock)
        note(commit, decisions)
        if before_commit is not None:
            before_commit(commit)
        self.store.commit(commit)
        self._kept_counts = dict(engine.counts)
        self._make_room()
        return decisions

    # ---- who stays in memory

    def _make_room(self) -> None:
        """Let go of those who came first, when there are too many."""
        surplus = len(self._recent) - self._remember
        if surplus > 0:
            self._let_go([name for name, _ in zip(self._recent, range(surplus), strict=False)])

    def _let_go_of_lost(self) -> None:
        """Let go of those whom another worker may have changed since the last batch."""
        owned, before = dict(self.store.owned()), self._owned
        if owned != before:
            changed = {s for s in owned.keys() | before.keys() if owned.get(s) != before.get(s)}
            shards = self.store.shards
            self._let_go([n for n in self._engine.customers() if shard_of(n, shards) in changed])
            self._owned = owned

    def _let_go_of_foreign(self, names: Iterable[str]) -> None:
        """Let go of those who belong to another worker and were only looked at."""
        shards = self.store.shards
        self._let_go([name for name in names if shard_of(name, shards) not in self._owned])

    def _let_go(self, names: Sequence[str]) -> None:
        self._engine.release(names)
        for name in names:
            self._recent.pop(name, None)
            self._on_the_way.pop(name, None)
