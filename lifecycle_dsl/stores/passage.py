"""Customers on their way from earlier rules to the present ones.

A change of rules touches nobody at once. The state of each customer says after how many changes it
was written (`carried`); whoever loads one that is behind carries it over the changes that have come
since, and what is kept of it is kept under the present rules. Before time goes on for everybody the
rest is carried over, page by page. So no customer is ever handled by two sets of rules, and nobody
waits for the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

import msgspec

from lifecycle_dsl.changing import Carrier, StrandedError
from lifecycle_dsl.engine.decisions import Decision, Transition
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.stores.errors import OtherRulesError, StoreError
from lifecycle_dsl.stores.store import Change, Rules, Store

_REACHED: Final = "carried"
"""The source whose place says, by shard: after which change, whether all are through, and whom the
last page ended with."""


class _Written(msgspec.Struct):
    """As much of a state as says when it was written."""

    carried: int = 0


_WRITTEN: Final = msgspec.msgpack.Decoder(_Written)


class Passage:
    """The way of a store's customers to the present rules."""

    def __init__(
        self,
        store: Store,
        rules: Rules | None = None,
        known: Mapping[int, Carrier] = MappingProxyType({}),
    ) -> None:
        rules = rules or store.rules()
        self._known = known
        """Carriers that are there already, by the number of the change."""
        self._store = store
        self._changes = () if rules is None else rules.changes
        self.number = 0 if rules is None else rules.number
        """How many changes there have been."""
        self._through: dict[int, int] = {}
        """Shards of which all are through, with the token by which they were held."""

    @property
    def is_open(self) -> bool:
        """Whether somebody may still be on the way."""
        return bool(self._changes)

    # ---- one customer

    def is_behind(self, data: bytes) -> bool:
        """Whether a stored state is one of earlier rules."""
        return self.is_open and _WRITTEN.decode(data).carried < self.number

    def brought(self, data: bytes) -> tuple[bytes, list[Decision]]:
        """A stored state under the present rules, with what was decided on the way.

        Raises:
            OtherRulesError: where earlier rules cannot be read any more.
            StoreError: where the state cannot be read.
        """
        if not self.is_open:
            return data, []
        try:
            carried = _WRITTEN.decode(data).carried
            decisions: list[Decision] = []
            for change, carrier in zip(self._changes, self._carriers, strict=True):
                if change.number > carried:
                    over = carrier.carry(data)
                    over.state.carried = change.number
                    data = msgspec.msgpack.encode(over.state)
                    decisions = [*_renamed(decisions, carrier), *over.decisions]
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise StoreError(f"{self._store.url}: a state cannot be read: {error}") from error
        except StrandedError as error:
            raise OtherRulesError(
                f"{self._store.url}: the rules have no place for a customer {error.where}"
            ) from error
        return data, decisions

    def all_brought(self, people: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        """Customers with their states under the present rules; nothing is kept."""
        for name, data in people:
            yield name, self.brought(data)[0]

    @cached_property
    def _carriers(self) -> list[Carrier]:
        return [self._known.get(each.number) or self._carrier(each) for each in self._changes]

    def _carrier(self, change: Change) -> Carrier:
        try:
            return Carrier(compile_sources(change.old), compile_sources(change.new))
        except CompileError as error:
            raise OtherRulesError(
                f"{self._store.url}: earlier rules cannot be read by this version:{error}"
            ) from error

    # ---- everybody

    def behind(self) -> dict[int, int]:
        """The held shards in which somebody may be behind, each with its token."""
        if not self.is_open:
            return {}
        owned = self._store.owned().items()
        for shard, token in owned:
            if self._through.get(shard) != token and self._reached(shard)[0]:
                self._through[shard] = token
        return {shard: token for shard, token in owned if self._through.get(shard) != token}

    def start(self, shards: Collection[int]) -> str:
        """Behind whose name the next page of some shards begins."""
        found = {self._reached(shard)[1] for shard in shards}
        return found.pop() if len(found) == 1 else ""

    def places(
        self, shards: Collection[int], after: str, *, through: bool
    ) -> dict[tuple[str, int], Place]:
        """What is to be kept with a page, of how far some shards are."""
        return {(_REACHED, shard): (self.number, int(through), after) for shard in shards}

    def end(self, shards: Mapping[int, int]) -> None:
        """Note that all customers of some shards are through; of all, the old rules are dropped."""
        self._through.update(shards)
        if all(self._reached(shard)[0] for shard in range(self._store.shards)):
            rules = self._store.rules()
            if rules is not None and rules.number == self.number:
                present = Rules(rules.lifecycle, rules.fingerprint, rules.sources, rules.number)
                self._store.set_rules(present)
            self._changes = ()

    def _reached(self, shard: int) -> tuple[bool, str]:
        """Whether all of a shard are through, and else whom the last page ended with."""
        match self._store.place(_REACHED, shard):
            case (self.number, int(through), str(after)):
                return bool(through), after
            case _:
                return False, ""


def _renamed(decisions: Iterable[Decision], carrier: Carrier) -> Iterator[Decision]:
    """Moves with the names that stages have since; they are counted under those."""
    now = carrier.names.now
    for each in decisions:
        if isinstance(each, Transition):
            source = None if each.source is None else now(each.source)
            yield msgspec.structs.replace(each, source=source, to=now(each.to))
        else:
            yield each
