"""Memory refilled from the log of events, where rules remember what earlier ones did not.

The log is replayed under the present rules into a store on the side, whose messages nobody
delivers. Then memory is taken over from there, some customers in each transaction; stage, scores,
runs and decisions stay. It is exact at any time, so one that was stopped is just done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from attrs import define, field

from lifecycle_dsl.changing import Names
from lifecycle_dsl.changing.memory import not_whole
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Batch, Idle, Source
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.inputs.sources import Piece, Place
from lifecycle_dsl.loading import compile_sources
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.feeding import Fed, Feeder
from lifecycle_dsl.stores.opening import open_store
from lifecycle_dsl.stores.sharing import order_of
from lifecycle_dsl.stores.store import Rules, Store, pages

PAGE: Final = 500
"""Customers whose memory is taken over in one transaction."""


@define
class Rebuilt:
    """What was refilled."""

    terms: list[MemoryTerm]
    left: list[MemoryTerm]
    """Those that remember more than events, of which a log of events says nothing."""
    records: int = 0
    customers: int = 0
    changed: int = 0
    """Of whom something was refilled."""


@define
class UpTo:
    """A source as far as a place, from its beginning."""

    inner: Source
    limit: Place | None
    resumable: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """Of the source."""
        return self.inner.name

    @property
    def place(self) -> Place | None:
        """Behind the last piece."""
        return self.inner.place

    def within(self, number: int) -> Place:
        """Behind a record of the last batch."""
        return self.inner.within(number)

    def read(self, place: Place | None) -> Iterator[Piece]:
        """What comes before the limit."""
        for piece in self.inner.read(place):
            if isinstance(piece, Idle):
                continue
            limit, behind = self.limit, self.inner.place
            if limit is None or order_of(behind) <= order_of(limit):
                yield piece
                continue
            if isinstance(piece, Batch):
                yield from self._before(piece, limit)
            return

    def _before(self, batch: Batch, limit: Place) -> Iterator[Batch]:
        for number, _ in batch.records():
            if order_of(self.inner.within(number)) > order_of(limit):
                if number > batch.first:
                    yield next(batch.cut([number]))
                return

    def kept(self, place: Place) -> None:
        """Nothing of it is removed."""

    def close(self) -> None:
        """Let go of the source."""
        self.inner.close()


def terms_to_rebuild(
    before: Rules | None, ruleset: RuleSet
) -> tuple[list[MemoryTerm], list[MemoryTerm]]:
    """What is refilled, and what cannot be because it remembers more than events.

    Where other rules ran `before`, that is what they did not keep; else it is everything.
    """
    program = ruleset.program
    if before is None or before.fingerprint == ruleset.fingerprint:
        found = list(program.memory)
    else:
        old = compile_sources(before.sources).program
        found = not_whole(old, program, Names(old, program))
    events = [term for term in found if not term.happenings.changes]
    return events, [term for term in found if term.happenings.changes]


def rebuild(
    engine: StoredEngine,
    sources: Sequence[Source],
    selection: Selection,
    before: Rules | None,
    watch: Callable[[Iterable[Fed | Idle], Source], Iterable[Fed | Idle]],
) -> Rebuilt:
    """Refill memory from all events that a store has handled; `watch` sees how far that is.

    Raises:
        StoreError: where these are not all the events, or others run rules on the store, too.
    """
    store = engine.store
    if len(store.owned()) < store.shards:
        raise StoreError(f"{store.url}: other workers run rules on it; end them first")
    rebuilt = Rebuilt(*terms_to_rebuild(before, engine.ruleset))
    if not rebuilt.terms:
        return rebuilt
    with TemporaryDirectory(prefix="lcr-rebuild-") as folder:
        url = f"sqlite:///{Path(folder, 'memory.db')}?synchronous=normal"
        with closing(open_store(url)) as aside, StoredEngine(engine.ruleset, aside) as replay:
            for source in sources:
                limited = UpTo(source, _limit(store, source))
                feeder = Feeder(replay, limited, selection)
                for _ in watch(feeder.feed(), source):
                    pass
            rebuilt.records = _refuse_others(store, aside)
            _take_over(engine, aside, rebuilt)
    return rebuilt


def _limit(store: Store, source: Source) -> Place | None:
    """Up to where the store has handled a source; None where it does not know it."""
    places = {store.place(source.name, shard) for shard in range(store.shards)}
    if len(places) > 1:
        raise StoreError(f"{store.url}: its workers have not read equally far; let them end first")
    return places.pop()


def _refuse_others(store: Store, aside: Store) -> int:
    """Know that the log has all that was handled, and nothing else; gives how many records."""
    there, here = (sum(each.counts().get(n, 0) for n in _RECORDS) for each in (store, aside))
    if there != here:
        raise StoreError(
            f"{store.url} has handled {there:,} records, and the events to rebuild from are"
            f" {here:,}; give all that it has handled, and no others: nothing was changed"
        )
    return here


_RECORDS: Final = ("records", "dead")


def _take_over(engine: StoredEngine, aside: Store, rebuilt: Rebuilt) -> None:
    """Take memory over from the store on the side."""
    machine = Machine(RuleSet(engine.ruleset.program).compiled)
    decode = msgspec.msgpack.Decoder(machine.State).decode
    slots = [machine.compiled.layout.memory[term] for term in rebuilt.terms]
    for page in pages(engine.store, PAGE):
        found = {name: decode(data) for name, data in aside.load([name for name, _ in page])}

        def refill(c: Any, found: dict[str, Any] = found) -> None:  # noqa: ANN401 — a struct made while running
            replayed = found[c.customer]
            if any(getattr(c, slot) != getattr(replayed, slot) for slot in slots):
                rebuilt.changed += 1
                _refill(machine, c, replayed, slots)

        rebuilt.customers += len(page)
        engine.amend(found, refill)


def _refill(machine: Machine, c: Any, replayed: Any, slots: Sequence[str]) -> None:  # noqa: ANN401
    """Give a customer other memory; what is watched is taken as it is found then, in silence."""
    before = machine.watched.values(c, c.clock)
    for slot in slots:
        setattr(c, slot, getattr(replayed, slot))
    after = machine.watched.values(c, c.clock)
    changed = {slot for slot, value in after.items() if before[slot] != value}
    machine.watched.take(c, c.clock, changed)
    c.steady_until = 0
    c.due = machine.next_due(c, c.clock)
