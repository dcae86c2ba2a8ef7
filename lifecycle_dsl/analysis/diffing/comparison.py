"""The decisions of both rule sets, set side by side customer by customer as they come.

What both decide cancels out at once, so what is kept is what differs, and a few numbers of each
customer. A customer *differs* when what is decided about them is not the same: the same things at
the same instants, in the words of the new rules, in whatever order at one instant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import define, field, frozen

from lifecycle_dsl.analysis.diffing.deeds import Deed, Key, Kind, Reader
from lifecycle_dsl.arithmetic import to_millionths
from lifecycle_dsl.engine.decisions import Credit, Sent

OLD, NEW = 0, 1
"""The places of both in every pair."""
SIDES: Final = (OLD, NEW)
_DAY: Final = len("2026-01-31")


@define
class Side:
    """What one rule set decided about everybody."""

    deeds: Counter[Deed] = field(factory=Counter)
    messages: Counter[tuple[str, str]] = field(factory=Counter)
    """By day (UTC) and channel."""
    reached: Counter[str] = field(factory=Counter)
    """How many customers got a message, by day."""
    reached_by: Counter[str] = field(factory=Counter)
    """How many customers got a message at all, by channel."""
    reached_ever: int = 0
    worth: Counter[tuple[str, str]] = field(factory=Counter)
    """What credits are worth by attribution and channel, in whole millionths."""

    def add(self, other: Side) -> None:
        """Take in what was decided about other customers."""
        self.deeds.update(other.deeds)
        self.messages.update(other.messages)
        self.reached.update(other.reached)
        self.reached_by.update(other.reached_by)
        self.worth.update(other.worth)
        self.reached_ever += other.reached_ever


@frozen
class Life:
    """One customer about whom the two decided differently."""

    customer: str
    stages: tuple[str, str]
    """In the end, under both."""
    more: tuple[tuple[Deed, int], ...]
    """What the new rules did more often, sorted, and how often; less often, if it is negative;
    0, where it was done at another time or said something else."""
    size: int
    """How many decisions stand on one side only."""
    length: int
    """How many decisions there are on both sides together."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """What the differences are of."""
        return frozenset(deed[0] for deed, _ in self.more)


class Comparison:
    """Takes what both decided, piece by piece."""

    def __init__(self, old: Reader, new: Reader) -> None:
        self.sides = Side(), Side()
        self._readers = old, new
        self._channels = Counter[str](), Counter[str]()
        self._unmatched: dict[str, dict[Key, int]] = {}
        """For each customer what stands on one side only: how much more often on the new one."""
        self._lengths: Counter[str] = Counter()
        self._last_day: tuple[dict[str, str], dict[str, str]] = {}, {}
        self._reached: tuple[set[tuple[str, str]], set[tuple[str, str]]] = set(), set()

    def take(self, old: Iterable[Any], new: Iterable[Any]) -> None:
        """What both decided about the same records, or in the same tick."""
        before, after = _by_customer(old), _by_customer(new)
        for customer, decisions in before.items():
            others = after.pop(customer, [])
            self._lengths[customer] += len(decisions) + len(others)
            if decisions == others:
                for decision in decisions:
                    self._count(SIDES, NEW, decision)
            else:
                self._set_against(customer, decisions, others)
        for customer, others in after.items():
            self._lengths[customer] += len(others)
            self._set_against(customer, [], others)

    def _set_against(self, customer: str, old: list[Any], new: list[Any]) -> None:
        for side, decisions in ((OLD, old), (NEW, new)):
            for decision in decisions:
                self._note(customer, self._count((side,), side, decision), 1 if side else -1)

    def _count(self, sides: Sequence[int], reader: int, decision: Any) -> Key:  # noqa: ANN401 — of any class
        key = self._readers[reader].key(decision)
        deed = key[0]
        for side in sides:
            self.sides[side].deeds[deed] += 1
        if decision.__class__ is Sent:
            day, channel, customer = decision.at[:_DAY], deed[2], decision.customer
            for side in sides:
                counted = self.sides[side]
                counted.messages[day, channel] += 1
                self._reached[side].add((channel, customer))
                if self._last_day[side].get(customer) != day:
                    # INVARIANT: what is decided about one customer comes in order of time.
                    self._last_day[side][customer] = day
                    counted.reached[day] += 1
        elif decision.__class__ is Credit and decision.worth is not None:
            for side in sides:
                self.sides[side].worth[deed[1:]] += to_millionths(decision.worth)
        return key

    def _note(self, customer: str, key: Key, more: int) -> None:
        kept = self._unmatched.setdefault(customer, {})
        kept[key] = kept.get(key, 0) + more
        if not kept[key]:
            del kept[key]
            if not kept:
                del self._unmatched[customer]

    def close(self) -> None:
        """Count what is only known when everything has come."""
        for side in SIDES:
            counted = self.sides[side]
            counted.reached_by.update(channel for channel, _ in self._reached[side])
            counted.reached_ever = len(self._last_day[side])

    def differing(self) -> list[str]:
        """The customers who differ, sorted."""
        return sorted(self._unmatched)

    def life(self, customer: str, stages: tuple[str, str]) -> Life:
        """What differs about one who differs."""
        found: defaultdict[Deed, int] = defaultdict(int)
        size = 0
        for key, more in self._unmatched[customer].items():
            found[key[0]] += more
            size += abs(more)
        return Life(customer, stages, tuple(sorted(found.items())), size, self._lengths[customer])


def _by_customer(decisions: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for decision in decisions:
        try:
            found[decision.customer].append(decision)
        except KeyError:
            found[decision.customer] = [decision]
    return found
