"""One input as both rule sets read it, and what one of them or both reject.

Where both declare the same events and traits a record is decoded once for both. Who reads only
some of the customers still decodes all: it finds out by itself how far time goes.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from attrs import define, field

from lifecycle_dsl.analysis.feed import Feed, Share, of_customers
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Batch
from lifecycle_dsl.inputs.selection import Selected, Selection

MOST_REASONS: Final = 1_000
"""Reasons that are told apart."""
OTHER: Final = "other reasons"
SHOWN: Final = 10
"""How many of the records that one rule set alone rejects are shown."""
MOST_NAMES: Final = 10_000
"""Other names that are remembered."""
_at = attrgetter("at")


class Chosen(dict[str, bool]):
    """Whether a customer is one of a few."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(names, True))
        self._needles = [name.encode("utf-8", "surrogatepass") for name in self]
        self.others: dict[str, None] = {}
        """Some of those that are not, in the order of their first records."""

    def __missing__(self, customer: str) -> bool:
        if len(self.others) < MOST_NAMES:
            self.others[customer] = None
        return False

    def may_be_in(self, data: bytes) -> bool:
        """Whether a piece of an input may hold a record of theirs, or a tick; seldom wrongly so."""
        # In JSON a name may be written with escapes.
        sought = (*self._needles, b"tick", b"\\")
        return any(each in data for each in sought)


@define
class Rejected:
    """Records that are dead letters under one of the rule sets, or under both."""

    reasons: tuple[Counter[str], Counter[str]] = field(factory=lambda: (Counter(), Counter()))
    only: list[int] = field(factory=lambda: [0, 0])
    """How many one of them alone rejects."""
    first: tuple[list[DeadLetter], list[DeadLetter]] = field(factory=lambda: ([], []))
    """The first of those."""

    def add(self, old: Sequence[DeadLetter], new: Sequence[DeadLetter]) -> None:
        """Take what both reject of one piece of the input."""
        if not old and not new:
            return
        lines = {each.line for each in old}, {each.line for each in new}
        for side, letters in enumerate((old, new)):
            for letter in letters:
                reasons = self.reasons[side]
                known = letter.reason in reasons or len(reasons) < MOST_REASONS
                reasons[letter.reason if known else OTHER] += 1
                if letter.line not in lines[1 - side]:
                    self.only[side] += 1
                    if len(self.first[side]) < SHOWN:
                        self.first[side].append(letter)


class Reading:
    """Reads an input for both; `end` and `rejected` are known when it has ended."""

    def __init__(
        self,
        feed: Feed,
        rulesets: tuple[RuleSet, RuleSet],
        mine: Share | Chosen,
        *,
        skims: bool = False,
    ) -> None:
        """With `skims`, pieces that hold nothing of the chosen customers are not looked at."""
        old, new = rulesets
        self.old = old
        self.is_shared = _shapes(old) == _shapes(new)
        self.new = _with_records_of(old, new) if self.is_shared else new
        self.end = feed.until
        """Up to where time goes for both: the latest record that one of them accepts."""
        self.begin: int | None = None
        """The earliest record of both."""
        self.later = 0
        """How many records were left out."""
        self.rejected = Rejected()
        self._feed = feed
        self._mine = mine
        self._skims: Chosen | None = None
        if skims and feed.key is None and isinstance(mine, Chosen):
            self._skims = mine

    def __iter__(self) -> Iterator[tuple[list[Any], list[Any]]]:
        """The records of the chosen customers and the ticks, as both decode them.

        Raises:
            InputError, OSError: where the input cannot be read.
        """
        old, new = (Selection(each.records, key=self._feed.key) for each in (self.old, self.new))
        for piece in self._feed.pieces():
            if isinstance(piece, DeadLetter):
                self.rejected.add([piece], [piece])
                continue
            if self._skims is not None and not self._skims.may_be_in(piece.data):
                continue
            records, letters = self._decoded(old, piece)
            if self.is_shared:
                others, other_letters = records, letters
            else:
                others, other_letters = self._decoded(new, piece)
            self.rejected.add(letters, other_letters)
            kept = self._chosen(records)
            self._see(records, others)
            yield kept, kept if self.is_shared else self._chosen(others)

    def _decoded(self, selection: Selection, batch: Batch) -> tuple[list[Any], list[DeadLetter]]:
        selected: Selected = selection.select(batch)
        decoded = selection.records.decode(selected.data)
        return decoded.records, selected.placed(decoded.dead_letters)

    def _see(self, records: list[Any], others: list[Any]) -> None:
        """Note how far time goes, and how much is left out."""
        until = self._feed.until
        if until is not None:
            self.later += sum(record.at > until for record in records)
        for each in (records,) if self.is_shared else (records, others):
            if each:
                instants = list(map(_at, each))
                first, last = min(instants), max(instants)
                self.begin = first if self.begin is None else min(self.begin, first)
                if until is None:
                    self.end = last if self.end is None else max(self.end, last)

    def _chosen(self, records: list[Any]) -> list[Any]:
        return of_customers(self._feed.up_to_until(records), self._mine)


def _shapes(ruleset: RuleSet) -> dict[str, Any]:
    return {name: shape.fields for name, shape in ruleset.records.shapes.items()}


def _with_records_of(old: RuleSet, new: RuleSet) -> RuleSet:
    """The new rules, handling records that the old ones decode."""
    same = copy.copy(new)
    same.records = old.records
    return same
