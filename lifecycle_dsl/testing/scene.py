"""One customer on an engine of their own, and the clock of a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from lifecycle_dsl.checker.remembering import memory_with_tests
from lifecycle_dsl.compiler.values import data_of
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.rehearsal import Rehearsal
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import FIRST_RECORD, HOUR, LAST_RECORD, Zone, zone
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import ListType, RecordType, Type
from lifecycle_dsl.testing.looking import Looking

CUSTOMER = "customer"
MONDAY = 20_458
"""2026-01-05 in days since 1970-01-01: the day on which tests start, at 12:00."""

Stepped = Callable[[Any, int, list[Any]], None]


class RejectedError(Exception):
    """A step of a test that cannot be: a record not taken, a clock that would go back."""


def rehearsed(program: Program) -> RuleSet:
    """A rule set that also remembers what only its tests and promises read."""
    return RuleSet(memory_with_tests(program))


def zone_of_tests(program: Program) -> Zone:
    """The zone in which tests start and are told: the file's."""
    found = zone(program.timezone) or zone("UTC")
    assert found is not None  # noqa: S101 — there always is a UTC
    return found


def first_instant(program: Program) -> int:
    """When tests start: Monday 2026-01-05 at 12:00 in the file's zone."""
    return zone_of_tests(program).instant(MONDAY, 12 * HOUR)


@lru_cache(maxsize=4)
def _linked(ruleset: RuleSet) -> tuple[Rehearsal, Looking]:
    """The machine of a rule set, for one scene after the other: linking one takes a while."""
    machine = Rehearsal(ruleset.compiled)
    return machine, Looking(machine)


class Scene:
    """A customer, and what time it is; of one rule set, one scene at a time."""

    def __init__(self, ruleset: RuleSet, now: int | None = None) -> None:
        self.ruleset = ruleset
        self.program = ruleset.program
        self.machine, self.looking = _linked(ruleset)
        self.machine.reset()
        self.now = first_instant(self.program) if now is None else now
        self._engine: Engine | None = None
        self._state: Any = None
        self._is_there = False

    def watch(self, watching: Sequence[Stepped]) -> None:
        """Have every step looked at when it ends; before anything happens."""

        def stepped(c: Any, now: int, out: list[Any]) -> None:
            for each in watching:
                each(c, now, out)

        self.machine.stepped = stepped

    @property
    def engine(self) -> Engine:
        """The engine, made when the first thing happens."""
        if self._engine is None:
            self._engine = Engine(self.ruleset, self.machine)
        return self._engine

    @property
    def state(self) -> Any:
        """The customer's state; before their first record, what they have been given."""
        if self._state is None:
            self._state = self.machine.nowhere(CUSTOMER, self.now)
        return self._state

    # ---- what a test does

    def give(self, items: tuple[t.GivenItem, ...]) -> None:
        """How things stand from now on; nothing happens."""
        c, now = self.state, self.now
        if self._is_there:
            self.machine.set_clock(c, max(now, c.clock))
        for item in items:
            match item:
                case t.GivenStage(stage=stage):
                    self.machine.place(c, now, stage)
                    self.engine.adopt(c)
                    self._is_there = True
                case t.GivenJoined(segment=segment):
                    self.machine.join(c, segment)
                case t.GivenHoldout():
                    self.machine.held_out = True
                case t.GivenArm(split=split, arm=arm):
                    self.machine.deal(split, arm)
                case t.GivenTrait(trait=trait, value=value):
                    self.machine.set_trait(c, now, trait, value)
                case t.GivenScore(score=score, value=number):
                    self.machine.set_score(c, now, score, number)
        self.machine.settle(c, now)

    def handle(self, event: str, fields: tuple[tuple[str, Type, object], ...]) -> list[Decision]:
        """A record now.

        Raises:
            RejectedError: where it would be a dead letter.
        """
        c = self.state
        record = {"type": event, "customer": CUSTOMER, "at": self.now}
        record |= {name: written(value, kind) for name, kind, value in fields}
        made = self.engine.process(msgspec.json.encode(record))
        letters = self.engine.take_dead_letters()
        if letters:
            raise RejectedError(f"the record was not taken: {letters[0].reason}")
        self._is_there = True
        self.now = max(self.now, c.clock)
        return made

    def advance(self, until: int) -> list[Decision]:
        """Let time go by.

        Raises:
            RejectedError: where that would be out of all bounds.
        """
        if not FIRST_RECORD <= until <= LAST_RECORD:
            raise RejectedError("the clock would leave the years 1980 to 2200")
        self.now = until
        return self.engine.advance(until)


def written(value: object, kind: Type) -> object:
    """A constant of a rule file as a record holds it."""
    if isinstance(kind, ListType) and isinstance(value, tuple):
        element = kind.element
        if isinstance(element, RecordType):
            return [
                {
                    field.name: written(each[field.name], field.type)
                    for field in element.fields
                    if each[field.name] is not None
                }
                for each in value
            ]
        return [written(each, element) for each in value]
    write = data_of(kind)
    return value if write is None or value is None else write(value)
