"""A customer's stored state, from the old rules to the new ones.

State is kept by name and by the instants at which things began, so most of it is carried over as
it is. What was renamed is found under its former name; a score is converted to its new half-life;
what the new rules watch or wait for and the old ones did not is taken as it is found, in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import msgspec
from attrs import define, field

from lifecycle_dsl.arithmetic import Grid
from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.changing.runs import Runs, StrandedRunError
from lifecycle_dsl.changing.slots import Sources, rolling_sources
from lifecycle_dsl.changing.sooner import may_come_sooner
from lifecycle_dsl.changing.touches import renamed, touch_keys
from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.decisions import Decision, Transition
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_instant

State = dict[str, Any]
RETIRED: Final = "retired"
"""The rule of a transition out of a stage that was taken out."""


class StrandedError(Exception):
    """A customer is where the new rules have no place; `where` says it as the old rules did."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


@define
class Carried:
    """A customer under the new rules."""

    state: Any
    decisions: list[Decision]
    """Moves out of stages, and runs that end, because they were taken out."""
    lost: Counter[str] = field(factory=Counter)
    """What could not be carried over, in words."""


class Carrier:
    """Carries customers over from old rules to new ones."""

    def __init__(self, old: RuleSet, new: RuleSet) -> None:
        self._old, self._new = old, new
        self.names = Names(old.program, new.program)
        self.machine = Machine(new.compiled)
        self._sources = Sources.of(old.compiled.layout, new.compiled.layout, self.names)
        self._runs = Runs(old.program, new.program, self.names)
        self._keyed = rolling_sources(old.program, new.program, self.names)
        self._touches = touch_keys(new.program)
        self._conversions = [*_scores(old, new, self.names), *_levels(old, new, self.names)]
        self._unwatched = frozenset(
            slot
            for kind, name, slot in self.machine.watched.items
            if f"watched {kind} {name}" not in self._sources.present
        )
        entered = new.compiled.layout.entered.items()
        self._entered = [
            (stages, slot)
            for stages, slot in entered
            if f"entered {', '.join(stages)}" not in self._sources.present
        ]
        layout = new.compiled.layout
        self._last = [
            layout.last[happenings]
            for happenings, slot in layout.last.items()
            if layout.key_of(slot) not in self._sources.present
        ]

    @property
    def may_strand(self) -> bool:
        """Whether the new rules lack a stage or a step of the old ones."""
        return self._runs.may_strand or None in self.names.stages.values()

    @cached_property
    def leaves_alone(self) -> bool:
        """Whether every stored state means the same under the new rules, and is due no sooner.

        Then there is nothing to carry over: whoever is loaded goes on.
        """
        return (
            self.names.leaves_alone
            and self._sources.leaves_alone(self._old.compiled.layout, self._new.compiled.layout)
            and not (self._conversions or self._unwatched or self._entered or self._last)
            and self._keyed == rolling_sources(self._old.program, self._old.program, self.names)
            and self._runs.leaves_alone
            and not may_come_sooner(self._old.program, self._new.program)
        )

    def carry(self, data: bytes) -> Carried:
        """A customer's state, as it is stored, under the new rules.

        Raises:
            StrandedError: where they stand in a stage or at a step that is gone.
        """
        old: State = msgspec.msgpack.decode(data)
        lost: Counter[str] = Counter()
        decisions: list[Decision] = []
        clock = old.get("clock", 0)
        new = self._sources.carry(old, lost)
        self._place(old, new, decisions)
        for key in ("fired", "ran"):
            if old.get(key):
                new[key] = [self.names.text_now(each) for each in old[key]]
        if old.get("held"):
            new["held"] = {self.names.now(name): counts for name, counts in old["held"].items()}
        for key in self._touches:
            if new.get(key):
                new[key] = renamed(new[key], self.names)
        for key, sources in self._keyed.items():
            found = old.get(key)
            if found:
                new[key] = {to: found[of] for to, of in sources.items() if of in found}
        try:
            left = self._runs.carry(old, new, format_instant(clock), lost)
        except StrandedRunError as stranded:
            raise StrandedError(stranded.where) from stranded
        for convert in self._conversions:
            convert(new, clock)
        new.update({"due": NEVER, "steady until": 0})
        state: Any = msgspec.convert(new, self.machine.State)
        self._take_as_found(state)
        state.due = self.machine.next_due(state, state.clock)
        return Carried(state, [*decisions, *left], lost)

    def _place(self, old: State, new: State, decisions: list[Decision]) -> None:
        """Put the customer into their stage."""
        stage = old["stage"]
        target = self.names.stages.get(stage)
        if target is None:
            raise StrandedError(f"in stage {stage}")
        new["stage"] = target
        previous = old.get("previous", "none")
        new["previous"] = self.names.stages.get(previous) or previous
        if stage in self.names.moved:
            clock = old.get("clock", 0)
            new.update(previous=stage, entered=clock)
            at = format_instant(clock)
            decisions.append(Transition(old["customer"], at, RETIRED, stage, target))

    def _take_as_found(self, c: Any) -> None:  # noqa: ANN401 — a struct made while running
        """What nobody noted under the old rules."""
        for stages, slot in self._entered:
            if c.stage in stages:
                setattr(c, slot, c.entered)
        for slot in self._last:
            # It may have happened up to now: what waits for its absence begins here.
            setattr(c, slot, c.clock)
        if self._unwatched:
            self.machine.watched.take(c, c.clock, self._unwatched)


Conversion = Callable[[State, int], None]


def _scores(old: RuleSet, new: RuleSet, names: Names) -> list[Conversion]:
    """Scores whose half-life is another one: they keep what they are at the customer's clock."""
    found: list[Conversion] = []
    for was in old.program.scores.values():
        score = new.program.scores.get(names.now(was.name))
        if score is not None and score.half_life != was.half_life:
            found.append(_rescaled(f"score {score.name}", was.half_life, score.half_life))
    return found


def _rescaled(key: str, old: int | None, new: int | None) -> Conversion:
    def growth(half_life: int | None) -> Callable[[int], float]:
        return (lambda _: 1.0) if half_life is None else Grid(half_life).g

    before, after = growth(old), growth(new)

    def convert(state: State, clock: int) -> None:
        if key in state:
            state[key] = state[key] / before(clock) * after(clock)

    return convert


def _levels(old: RuleSet, new: RuleSet, names: Names) -> list[Conversion]:
    """Watched levels whose labels are others: the rank follows the label."""
    found: list[Conversion] = []
    for was in old.program.levels.values():
        level = new.program.levels.get(names.now(was.name))
        if level is not None and level.watched and level.labels != was.labels:
            ranks = [level.labels.index(x) if x in level.labels else None for x in was.labels]
            found.append(_ranked(f"watched level {level.name}", ranks))
    return found


def _ranked(key: str, ranks: list[int | None]) -> Conversion:
    def convert(state: State, _clock: int) -> None:
        rank = ranks[state.get(key, 0)]
        # A label that is gone stands below all: what is found next is a change.
        state[key] = 0 if rank is None else rank

    return convert
