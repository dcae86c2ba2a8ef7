"""Who of a store's customers is in memory: loaded with the batch that needs them, and let go.

Those who came lately stay. What is in memory is good for as long as the shard is held: who may have
been changed by another worker is let go before the next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Store

PAGE: Final = 1_000
"""Customers who are loaded at once."""


class Residents:
    """The customers whom an engine has in memory."""

    def __init__(self, engine: Engine, store: Store, passage: Passage, remembered: int) -> None:
        self._engine = engine
        self._store = store
        self._passage = passage
        self._remembered = remembered
        self._recent: dict[str, None] = {}
        self._on_the_way: dict[str, list[Decision]] = {}
        """What was decided about those who were carried over, and is not kept yet."""
        self._owned = dict(store.owned())
        self._decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(engine.state_class).decode

    def bring_in(self, customers: Iterable[str]) -> None:
        """Have customers' states in memory under the present rules, of those who are kept.

        Raises:
            StoreError: where a state cannot be read.
        """
        engine = self._engine
        missing = [name for name in customers if name not in engine]
        self._recent.update(dict.fromkeys(missing))
        for start in range(0, len(missing), PAGE):
            for name, stored in self._store.load(missing[start : start + PAGE]):
                try:
                    data, decisions = self._passage.brought(stored)
                    engine.adopt(self._decode(data))
                    if decisions:
                        self._on_the_way[name] = decisions
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise StoreError(
                        f"{self._store.url}: the state of {name!r} cannot be read: {error}"
                    ) from error

    def take_decided(self, customers: Iterable[str]) -> list[Decision]:
        """What was decided about customers on their way to the present rules; once."""
        if not self._on_the_way:
            return []
        taken = (self._on_the_way.pop(name, ()) for name in sorted(customers))
        return [decision for each in taken for decision in each]

    def forget(self, customer: str) -> None:
        """Let go of one who is erased."""
        self._let_go([customer])

    def make_room(self) -> None:
        """Let go of those who came first, when there are too many."""
        surplus = len(self._recent) - self._remembered
        if surplus > 0:
            self._let_go([name for name, _ in zip(self._recent, range(surplus), strict=False)])

    def let_go_of_lost(self) -> None:
        """Let go of those whom another worker may have changed since the last batch."""
        owned, before = dict(self._store.owned()), self._owned
        if owned != before:
            changed = {s for s in owned.keys() | before.keys() if owned.get(s) != before.get(s)}
            shards = self._store.shards
            self._let_go([n for n in self._engine.customers() if shard_of(n, shards) in changed])
            self._owned = owned

    def let_go_of_foreign(self, names: Iterable[str]) -> None:
        """Let go of those who belong to another worker and were only looked at."""
        shards = self._store.shards
        self._let_go([name for name in names if shard_of(name, shards) not in self._owned])

    def _let_go(self, names: Sequence[str]) -> None:
        self._engine.release(names)
        for name in names:
            self._recent.pop(name, None)
            self._on_the_way.pop(name, None)
