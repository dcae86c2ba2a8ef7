"""Where customers are in the end: stages, segments and levels under both, counted in pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from lifecycle_dsl.analysis.diffing.deeds import NOBODY, Naming
from lifecycle_dsl.changing import Names
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.watched import changed_slots

Pair = tuple[str, str]


@define
class Ends:
    """How many customers end where, under the old rules and under the new ones.

    All in the words of the new rules; of segments and levels those that both have.
    """

    stages: Counter[Pair] = field(factory=Counter)
    segments: Counter[tuple[str, bool, bool]] = field(factory=Counter)
    """By segment: who is in it under either."""
    levels: Counter[tuple[str, str, str]] = field(factory=Counter)
    """By level: who has another label."""

    def add(self, other: Ends) -> None:
        """Take in other customers."""
        self.stages.update(other.stages)
        self.segments.update(other.segments)
        self.levels.update(other.levels)


class Running:
    """One rule set's engine, and how its customers are looked at."""

    def __init__(self, ruleset: RuleSet, now: Naming = str) -> None:
        machine = Machine(ruleset.compiled)
        self.engine = Engine(ruleset, machine)
        self.now = now
        program = ruleset.program
        segments, levels = list(program.segments.values()), list(program.levels.values())
        self.segments = [now(each.name) for each in segments]
        self.levels = [(now(each.name), each.labels) for each in levels]
        self._read: Callable[[Any, int], tuple[Any, ...]] = lambda _c, _now: ()
        if segments or levels:
            span = (segments or levels)[0].span
            reads = changed_slots(segments, levels)
            self._read = machine.compiled.values("ends", reads, span, machine.links)

    def stage(self, name: str) -> str:
        """Where a customer is."""
        return self.now(self.engine.state(name).stage) if name in self.engine else NOBODY

    def look(self, name: str, at: int) -> tuple[dict[str, bool], dict[str, str]]:
        """Their segments, and the labels of their levels, at an instant."""
        c = self.engine.state(name)
        values = iter(self._read(c, max(at, c.clock)))
        segments = dict(zip(self.segments, map(bool, values), strict=False))
        return segments, dict(self._labels(values))

    def _labels(self, ranks: Iterator[int]) -> Iterator[tuple[str, str]]:
        for (name, labels), rank in zip(self.levels, ranks, strict=True):
            yield name, labels[rank]


def both(old: RuleSet, new: RuleSet) -> tuple[Running, Running]:
    """Both rule sets, ready to run."""
    return Running(old, Names(old.program, new.program).now), Running(new)


def ends(old: Running, new: Running, at: int) -> Ends:
    """Everybody at an instant."""
    found = Ends()
    looks = bool(old.segments and new.segments) or bool(old.levels and new.levels)
    people = {**dict.fromkeys(old.engine.customers()), **dict.fromkeys(new.engine.customers())}
    for name in people:
        found.stages[old.stage(name), new.stage(name)] += 1
        if looks and name in old.engine and name in new.engine:
            _compare(found, old.look(name, at), new.look(name, at))
    return found


def _compare(
    found: Ends,
    old: tuple[dict[str, bool], dict[str, str]],
    new: tuple[dict[str, bool], dict[str, str]],
) -> None:
    (was_in, labels), (is_in, present) = old, new
    for segment, inside in is_in.items():
        if segment in was_in and (inside or was_in[segment]):
            found.segments[segment, was_in[segment], inside] += 1
    if labels != present:
        for level, label in present.items():
            if labels.get(level, label) != label:
                found.levels[level, labels[level], label] += 1
