"""An engine whose customers are kept in a store: transactions, and changes of rules.

What a transaction did is kept whole or not at all: when it cannot be kept, what is in memory is
forgotten, and the same may be done again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.errors import OtherLifecycleError, OtherRulesError, StoreBusyError
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.noting import note, state_row
from lifecycle_dsl.stores.residents import Residents
from lifecycle_dsl.stores.store import Commit, Store
from lifecycle_dsl.stores.taking_over import OnChange, take_over
from lifecycle_dsl.stores.turns import Turns

REMEMBERED: Final = 100_000
"""Customers whose states stay in memory, unless a batch needs more."""
CARRIED: Final = 250
"""Customers who are carried over to other rules in one transaction."""

Places = Mapping[tuple[str, int], Place]
BeforeCommit = Callable[[Commit], None]


class Beside(Protocol):
    """Somebody who sees what has been kept; nothing of it may raise."""

    def handled(self, records: Sequence[Any], decisions: Sequence[Decision]) -> None:
        """Records, with what was decided."""

    def paged(self, decisions: Sequence[Decision]) -> None:
        """What was decided about some customers in a tick."""

    def ticked(self, now: int) -> None:
        """A tick is over, for every customer."""


class KeptEngine:
    """The part of a stored engine that keeps customers; see `StoredEngine`."""

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
        self._turns = Turns(store.url)
        self.beside: Beside | None = None
        """Sees what has been kept, such as a `Shadow`."""
        store.acquire()
        try:
            self._passage = take_over(store, ruleset, on_change)
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

    # ---- rules

    def use(self, ruleset: RuleSet, on_change: OnChange | None = None) -> None:
        """Go on under other rules from the next batch on; where they are refused, under the old.

        Nobody is carried over yet; `on_change` gives places to keep with the change.

        Raises:
            OtherLifecycleError, OtherRulesError: as at the start.
            StoreError: where the store failed on the way; then nothing more is handled before the
                change has come to its end, here or after a new start.
        """
        with self._turns.alone(changing=True):
            self._engine_of(ruleset)  # whatever speaks against it is said before anything is done
            try:
                passage = take_over(self.store, ruleset, on_change, self.ruleset)
            except (OtherLifecycleError, OtherRulesError, StoreBusyError):
                raise
            except BaseException:
                self._turns.is_half_changed = True
                raise
            self._turns.is_half_changed = False
            self.ruleset = ruleset
            self._passage = passage
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
                    self._residents.bring_in(names)
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

    # ---- transactions

    def amend(self, names: Iterable[str], change: Callable[[Any], None]) -> None:
        """Change what is kept of customers in one transaction; nothing is decided."""
        names = list(names)
        with self._whole():
            self._residents.bring_in(names)
            for name in names:
                change(self._engine.state(name))
            self._keep([], names, None, None, None)

    def _start(self) -> None:
        """An engine without customers."""
        self._engine = self._engine_of(self.ruleset)
        self._kept_counts: dict[str, int] = dict(self._engine.counts)
        self._residents = Residents(self._engine, self.store, self._passage, self._remember)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of it, or forget what is in memory."""
        with self._turns.alone():
            try:
                self._residents.let_go_of_lost()
                yield
            except BaseException:
                self._start()
                raise

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
        decisions = [*self._residents.take_decided(touched), *decisions]
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
        self._residents.make_room()
        return decisions
