"""Made-up series of records, typed by the event declarations and aimed at what the rules look for.

Values and gaps are drawn from what the rules compare with: the numbers, texts and durations that
stand in them, and those just beside. The same seed gives the same series everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import define, field

from lifecycle_dsl.checker.remembering import expressions_of
from lifecycle_dsl.localtime import DAY, HOUR, MINUTE
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Rolling
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    OccursAbsence,
    OccursAfter,
    OccursSequence,
    OnDates,
)
from lifecycle_dsl.program.steps import Await, Wait, all_steps
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    STAGE,
    TEXT,
    TIME,
    Field,
    Labels,
    ListType,
    Type,
)
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.testing.series import Input, Series, Value

LONGEST = 24
"""Records of a series, at the most."""
_TICK = 1_000
"""One millisecond: what "just before" means."""


@define
class Pools:
    """What values and gaps are drawn from."""

    numbers: list[float] = field(factory=lambda: [0.0, 1.0, 2.0, 10.0, 100.0])
    texts: list[str] = field(factory=lambda: ["a", "b"])
    gaps: list[int] = field(factory=lambda: [MINUTE, HOUR, 9 * HOUR, DAY, 7 * DAY])


def pools(program: Program) -> Pools:
    """The numbers, texts and durations that stand in the rules, and their neighbours."""
    found = Pools()
    for expression in expressions_of(program):
        for part in walk(expression):
            if isinstance(part, e.Constant):
                _take(found, part)
            elif isinstance(part, e.MemoryRead) and isinstance(part.term.window, Rolling):
                found.gaps.append(part.term.window.micros)
    found.gaps += _spans(program)
    found.gaps = [gap for gap in dict.fromkeys(found.gaps) if 0 < gap <= 400 * DAY]
    found.numbers = list(dict.fromkeys(found.numbers))
    found.texts = list(dict.fromkeys(found.texts))
    return found


def _take(found: Pools, constant: e.Constant) -> None:
    value = constant.value
    if isinstance(value, bool) or value is None:
        return
    if constant.type in (NUMBER, MONEY) and isinstance(value, int | float):
        number = float(value)
        if abs(number) <= 1e6:
            found.numbers += [number, number - 1, number + 1]
    elif constant.type == DURATION and isinstance(value, int):
        found.gaps.append(value)
    elif constant.type == TEXT and isinstance(value, str) and len(value) <= 40:
        found.texts.append(value)


def _spans(program: Program) -> Iterator[int]:
    yield from (attribution.within for attribution in program.attributions.values())
    for transition in program.transitions:
        if isinstance(transition.moving, After):
            yield transition.moving.micros
    for trigger in program.triggers:
        match trigger.occurrence:
            case OccursAfter(micros=micros) | OccursAbsence(micros=micros):
                yield micros
            case OccursSequence(micros=micros):
                yield micros
            case _:
                pass
        for step in all_steps(trigger.steps):
            if isinstance(step, Wait | Await) and step.micros is not None:
                yield step.micros


class Maker:
    """Makes series for one rule set."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pools = pools(program)
        self.events = [event for event in program.events.values() if event.name != "profile"]
        self.dated = _dated(program)

    def series(self, seed: int, number: int, start: int) -> Series:
        """The series of a number; `start` is when it begins, for dates near it."""
        random = Random(f"{seed}:{number}")  # noqa: S311 — made-up data needs no secrets
        day = start // DAY
        inputs: list[Input] = []
        favourites = random.sample(self.events, min(len(self.events), random.randint(1, 6)))
        for place in range(random.randint(1, LONGEST)):
            gap = self._gap(random) if place else 0
            profiles = 0.5 if not place else 0.05
            if self.program.traits and random.random() < profiles:
                inputs.append(Input(gap, "profile", self._profile(random, day)))
            elif self.events:
                chosen = random.choice(favourites if random.random() < 0.8 else self.events)
                inputs.append(Input(gap, chosen.name, self._fields(random, chosen.fields, day)))
            day += gap // DAY
        inputs.append(Input(random.choice(self.pools.gaps), None))
        return tuple(inputs)

    def _gap(self, random: Random) -> int:
        chance = random.random()
        if chance < 0.35:
            return 0
        gap = random.choice(self.pools.gaps)
        if chance < 0.5:
            return max(_TICK, gap - _TICK)
        return gap + _TICK if chance < 0.6 else gap

    def _profile(self, random: Random, day: int) -> tuple[Value, ...]:
        traits = list(self.program.traits.values())
        chosen = random.sample(traits, random.randint(1, min(4, len(traits))))
        return tuple(
            Value(trait.name, trait.type, self._value(random, trait.type, day), needed=False)
            for trait in chosen
            if not isinstance(trait.type, ListType) and trait.name != "zone"
        )

    def _fields(self, random: Random, declared: tuple[Field, ...], day: int) -> tuple[Value, ...]:
        found = []
        for one in declared:
            needed = not one.optional and one.default is None
            if needed or random.random() < 0.6:
                found.append(Value(one.name, one.type, self._value(random, one.type, day), needed))
        if random.random() < 0.15:
            found.append(Value("value", NUMBER, random.choice(self.pools.numbers), needed=False))
        return tuple(found)

    def _value(self, random: Random, kind: Type, day: int) -> object:
        if isinstance(kind, Labels):
            return random.choice(kind.labels)
        if isinstance(kind, ListType):
            most = 2 if kind.element == TEXT else 0
            return tuple(random.sample(self.pools.texts, random.randint(0, most)))
        if kind == BOOL:
            return random.random() < 0.5
        if kind == STAGE:
            return random.choice(list(self.program.stages))
        if kind == TEXT:
            return random.choice(self.pools.texts)
        if kind == DURATION:
            return random.choice(self.pools.gaps)
        if kind == DATE:
            return day + random.choice(self.dated)
        if kind == TIME:
            return (day + random.choice(self.dated)) * DAY + random.randrange(24) * HOUR
        return random.choice(self.pools.numbers)


def _dated(program: Program) -> list[int]:
    """Days from now at which dates are put: where the rules shift them to, and around it."""
    days = {0, 1, 7, 30, -1, -30}
    for transition in program.transitions:
        if isinstance(transition.moving, OnDates):
            days.update(-shift // DAY for shift in transition.moving.shifts)
    return sorted(days)
