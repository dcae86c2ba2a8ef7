"""New rules beside the running ones, on the same records: they decide, and nothing is done.

The shadow has a store of its own, which begins with every customer carried over, and whose outbox
nobody delivers. It is given what the engine has kept, so it sees the fields that the running rules
declare. Whatever goes wrong in it ends the shadow, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.changing import Carrier
from lifecycle_dsl.changing.told import Naming, told
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.noting import state_row
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Commit, Store, pages
from lifecycle_dsl.stores.taking_over import refuse_to_strand, rules_of

SHOWN: Final = 20
"""Customers who are shown as examples."""
PAGE: Final = 1_000
"""Customers who are carried into the shadow's store in one transaction."""


@frozen
class Example:
    """A customer about whom the two decided differently for the first time."""

    customer: str
    old: tuple[str, ...]
    """What only the running rules decided then, in words."""
    new: tuple[str, ...]


@define
class Compared:
    """What the two have decided so far."""

    old: Counter[str] = field(factory=Counter)
    new: Counter[str] = field(factory=Counter)
    differing: set[str] = field(factory=set)
    """The customers about whom they decided differently."""
    examples: list[Example] = field(factory=list)
    trouble: str | None = None
    """Why the shadow ended, if it did."""


class Shadow:
    """New rules beside an engine; `engine.beside` gets one.

    Raises:
        OtherRulesError: where its customers have no place in the new rules.
    """

    def __init__(self, ruleset: RuleSet, beside: StoredEngine, store: Store) -> None:
        self.ruleset = ruleset
        self.compared = Compared()
        carrier = Carrier(beside.ruleset, ruleset)
        self._now = carrier.names.now
        if store.rules() is None:
            _copy(beside.store, store, carrier, ruleset)
        self._engine = StoredEngine(ruleset, store)
        self._encode = msgspec.json.Encoder().encode
        self._of_tick: list[Decision] = []

    def handled(self, records: Sequence[Any], decisions: Sequence[Decision]) -> None:
        """Take records that the engine has kept, and what it decided."""
        data = b"\n".join(map(self._encode, records))
        self._compare(decisions, lambda: self._engine.process_batch(data))

    def paged(self, decisions: Sequence[Decision]) -> None:
        """Take what the engine decided about some customers in a tick."""
        self._of_tick += decisions

    def ticked(self, now: int) -> None:
        """Take a tick that the engine has kept, when all its customers are through."""
        decisions, self._of_tick = self._of_tick, []
        self._compare(decisions, lambda: self._engine.advance(now))

    def close(self) -> None:
        """Let go of the shadow's store."""
        self._engine.close()
        self._engine.store.close()

    def _compare(self, old: Iterable[Decision], decide: Callable[[], Iterable[Decision]]) -> None:
        """Let the new rules decide, too, and note what differs."""
        found = self.compared
        if found.trouble is not None:
            return
        try:
            new = decide()
        except Exception as error:  # noqa: BLE001 — the running rules must not suffer from it
            found.trouble = f"the shadow ended: {error}"
            return
        before, after = self._by_customer(old, self._now), self._by_customer(new, str)
        for customer in {**before, **after}:
            was, now = before.get(customer, Counter()), after.get(customer, Counter())
            found.old.update(was)
            found.new.update(now)
            if was != now and customer not in found.differing:
                found.differing.add(customer)
                if len(found.examples) < SHOWN:
                    only = tuple((was - now).elements()), tuple((now - was).elements())
                    found.examples.append(Example(customer, *only))

    def _by_customer(self, decisions: Iterable[Decision], now: Naming) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for decision in decisions:
            if (what := told(decision, now)) is not None:
                found.setdefault(decision.customer, Counter())[what] += 1
        return found


def _copy(main: Store, shadow: Store, carrier: Carrier, ruleset: RuleSet) -> None:
    """Carry every customer over into the shadow's store."""
    refuse_to_strand(main, carrier)
    passage = Passage(main)
    for page in pages(main, PAGE):
        states = [carrier.carry(data).state for _, data in passage.all_brought(page)]
        moves: Counter[tuple[str | None, str]] = Counter((None, each.stage) for each in states)
        shadow.commit(Commit([state_row(each) for each in states], moves=dict(moves)))
    shadow.set_rules(rules_of(ruleset))
