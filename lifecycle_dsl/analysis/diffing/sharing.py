"""What both rule sets make of a share of the customers, and of all shares together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.analysis.diffing.comparison import Comparison, Life, Side
from lifecycle_dsl.analysis.diffing.deeds import Deed, Kind, readers
from lifecycle_dsl.analysis.diffing.ending import Ends, Running, both, ends
from lifecycle_dsl.analysis.diffing.reading import (
    Chosen,
    Reading,
    Rejected,
)
from lifecycle_dsl.analysis.feed import Feed, Share
from lifecycle_dsl.engine.ruleset import RuleSet

Rank = tuple[int, int, str]
"""By which an example is chosen, the least first; its last part is the customer."""


@define
class Balance:
    """How many customers the new rules do something more often to, less often, or otherwise."""

    gained: int = 0
    lost: int = 0
    otherwise: int = 0
    """As often, at another time or saying something else."""

    @property
    def counts(self) -> tuple[int, int, int]:
        """All three."""
        return self.gained, self.lost, self.otherwise

    def add(self, other: Balance) -> None:
        """Take in other customers."""
        self.gained += other.gained
        self.lost += other.lost
        self.otherwise += other.otherwise


@frozen
class Way:
    """A way of differing: a thing that is done more often (1), less often (-1) or otherwise (0)."""

    deed: Deed
    more: int


@define
class Found:
    """All that is known of some customers."""

    sides: tuple[Side, Side] = field(factory=lambda: (Side(), Side()))
    ends: Ends = field(factory=Ends)
    customers: int = 0
    differing: int = 0
    elsewhere: int = 0
    """Of those that differ: who end in another stage."""
    kinds: Counter[Kind] = field(factory=Counter)
    """How many customers differ in decisions of a kind."""
    balances: dict[Deed, Balance] = field(factory=dict)
    ways: Counter[Way] = field(factory=Counter)
    """How many customers differ in a way."""
    shortest: dict[Way, Rank] = field(factory=dict)
    """For each way the customer with the shortest story."""
    most: Rank | None = None
    """The customer whose decisions differ most."""
    rejected: Rejected = field(factory=Rejected)
    later: int = 0
    begin: int | None = None
    end: int | None = None
    others: list[str] = field(factory=list)
    """Some of the other customers, where one was asked for alone."""

    def add(self, other: Found) -> None:
        """Take in the customers of another share."""
        for mine, theirs in zip(self.sides, other.sides, strict=True):
            mine.add(theirs)
        self.ends.add(other.ends)
        self.customers += other.customers
        self.differing += other.differing
        self.elsewhere += other.elsewhere
        self.kinds.update(other.kinds)
        for deed, balance in other.balances.items():
            self.balances.setdefault(deed, Balance()).add(balance)
        self.ways.update(other.ways)
        for way, rank in other.shortest.items():
            self.shortest[way] = min(rank, self.shortest.get(way, rank))
        if other.most is not None:
            self.most = other.most if self.most is None else min(self.most, other.most)

    def take(self, life: Life) -> None:
        """Count one who differs."""
        self.differing += 1
        self.elsewhere += life.stages[0] != life.stages[1]
        self.kinds.update(life.kinds)
        rank = life.size, life.length, life.customer
        for deed, more in life.more:
            balance = self.balances.setdefault(deed, Balance())
            way = Way(deed, (more > 0) - (more < 0))
            balance.gained += way.more > 0
            balance.lost += way.more < 0
            balance.otherwise += way.more == 0
            self.ways[way] += 1
            self.shortest[way] = min(rank, self.shortest.get(way, rank))
        most = -life.size, -life.length, life.customer
        self.most = most if self.most is None else min(self.most, most)


@frozen
class Task:
    """A share of the customers; it can be sent to another process."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    """The sources of both rule sets."""
    feed: Feed
    place: int = 0
    count: int = 1
    only: str | None = None
    """One customer alone."""
    lives: Path | None = None
    """Where to write everybody who differs, sorted, one JSON object a line."""


def compare(task: Task, old: RuleSet, new: RuleSet) -> Found:
    """Run both over a share of the customers.

    Raises:
        InputError, OSError: where the input cannot be read.
    """
    mine = Share(task.place, task.count) if task.only is None else Chosen([task.only])
    reading = Reading(task.feed, (old, new), mine)
    sides = both(reading.old, reading.new)
    before, after = (side.engine for side in sides)
    comparison = Comparison(*readers(old.program, new.program))
    for records, others in reading:
        comparison.take(before.handle(records), after.handle(others))
    found = Found(sides=comparison.sides, later=reading.later)
    found.begin, found.end = reading.begin, reading.end
    if task.place == 0:
        found.rejected = reading.rejected
    if reading.end is not None:
        comparison.take(before.advance(reading.end), after.advance(reading.end))
        comparison.close()
        found.ends = ends(*sides, reading.end)
        found.customers = found.ends.stages.total()
        _tell(found, comparison, sides, task.lives)
    if isinstance(mine, Chosen):
        found.others = list(mine.others)
    return found


def _tell(
    found: Found, comparison: Comparison, sides: tuple[Running, Running], path: Path | None
) -> None:
    """Count those who differ, and write them down."""
    old, new = sides
    lives = (
        comparison.life(name, (old.stage(name), new.stage(name))) for name in comparison.differing()
    )
    if path is None:
        for life in lives:
            found.take(life)
        return
    with path.open("wb") as file:
        file.writelines(_written(found, lives))


def _written(found: Found, lives: Iterable[Life]) -> Iterator[bytes]:
    for life in lives:
        found.take(life)
        yield msgspec.json.encode(_plain(life)) + b"\n"


def _plain(life: Life) -> dict[str, object]:
    more = [{"kind": str(deed[0]), "what": deed[1:], "more": n} for deed, n in life.more]
    stages = {"old": life.stages[0], "new": life.stages[1]}
    return {"customer": life.customer, "stage": stages, "differs": more, "decisions": life.size}
