"""Which rules cost most: the compiled code with a clock that is switched from rule to rule.

In the handler of a stage and an event each statement belongs to the rule that it is about; the
functions of a trigger, a transition or a table belong to that as a whole, with all that the engine
does for them. What is left is the engine's own and the reading of records. The clock stops at the
seams of rules, so that a rule which is looked at a hundred times as often, and never holds, is
found as well as one that sends.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.functions import Written
from lifecycle_dsl.compiler.load import Compiled, Links
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.stagetimers import StageTimers
from lifecycle_dsl.engine.timers import Timer
from lifecycle_dsl.testing.speed.clock import Clock
from lifecycle_dsl.testing.speed.parts import ENGINE, READING, Part, Parts
from lifecycle_dsl.testing.speed.streams import Stream

_PASSES = 3
"""Of each batch the least that a part took counts: others at work on the machine are left out."""


Came = defaultdict[Part, Counter[str]]
"""By part: what came of it, by kind of decision."""


@frozen
class Cost:
    """What a part of a rule set took in a run."""

    part: Part
    share: float
    """Of the whole run, between 0 and 1."""
    nanoseconds: float
    visits: int
    """How often it was looked at."""
    came: Counter[str]
    """What came of it, by kind of decision."""


def hottest(ruleset: RuleSet, stream: Stream) -> list[Cost]:
    """The parts of a rule set by what they cost on a stream, the dearest first."""
    run = _Run(ruleset)
    run.through(stream)  # compiles what is needed
    passes = [run.through(stream) for _ in range(_PASSES)]
    least = [list(map(min, *laps)) for laps in zip(*(found.laps for found in passes), strict=True)]
    taken = {
        part: max(0.0, sum(lap[number] for lap in least)) for part, number in run.numbers.items()
    }
    whole = sum(taken.values()) or 1.0
    last = passes[-1]
    costs = [
        Cost(part, spent / whole, spent, last.visits.get(run.numbers[part], 0), last.came[part])
        for part, spent in taken.items()
    ]
    looked_at = [cost for cost in costs if cost.visits or cost.came]
    return sorted(looked_at, key=lambda cost: -cost.nanoseconds)


@frozen
class _Pass:
    """What was found in a pass over the stream."""

    laps: list[list[float]]
    """For each batch, and the tick at the end: by part, nanoseconds."""
    visits: dict[int, int]
    came: Came


class _Run:
    """Runs with a clock."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.clock = Clock()
        self.parts = Parts(ruleset.program)
        self.numbers: dict[Part, int] = {ENGINE: 0}
        self._aside = self.clock.part()
        """For what is no part of the run."""
        own = self._ruleset = RuleSet(ruleset.program)
        own.compiled = _Clocked(ruleset.program, run=self)
        vars(own.records)["decode"] = self.clock.timed(self.number(READING), own.records.decode)

    def number(self, part: Part) -> int:
        """The clock's number of a part."""
        found = self.numbers.get(part)
        if found is None:
            found = self.numbers[part] = self.clock.part()
        return found

    def through(self, stream: Stream) -> _Pass:
        """Runs the stream; what each part took, batch by batch, and what came of it."""
        machine = _ClockedMachine(self._ruleset.compiled, self._time_timer)
        self._time_triggers(machine)
        engine = Engine(self._ruleset, machine)
        came: Came = defaultdict(Counter)
        laps = []
        self.clock.lap()
        self.clock.visits.clear()
        for batch in (*stream.batches, None):
            self.clock.enter(0)
            if batch is not None:
                decisions = engine.process_batch(batch)
            else:
                decisions = [] if engine.clock is None else engine.advance(engine.clock)
            self.clock.enter(self._aside)
            laps.append(self.clock.lap())
            for decision in decisions:
                part = self.parts.of_decision(decision)
                if part is not None:
                    came[part][type(decision).__name__.lower()] += 1
        return _Pass(laps, dict(self.clock.visits), came)

    def _time_triggers(self, machine: Machine) -> None:
        """What the engine does for a trigger belongs to it."""
        for name, firing in machine.firings.items():
            part = self.number(self.parts.trigger(name))
            fire = vars(firing)["fire"] = self.clock.timed(part, firing.fire)
            machine.links[f"fire_{name}"] = fire
            journey = machine.journeys[name]
            vars(journey)["go_on"] = self.clock.timed(part, journey.go_on)
            vars(journey)["due"] = self.clock.timed(part, journey.due)
        for name, absence in machine.absences.items():
            part = self.number(self.parts.trigger(name))
            machine.links[f"arm_{name}"] = self.clock.timed(part, absence.arm)

    def _time_timer(self, timer: Timer) -> None:
        """Looking when a timer is due, and its run, belong to its rule."""
        part = self.number(self.parts.of_timer(timer.key))
        vars(timer)["due"] = self.clock.timed(part, timer.due)
        vars(timer)["run"] = self.clock.timed(part, timer.run)


class _ClockedMachine(Machine):
    """A machine that shows its timers to one who times them."""

    def __init__(self, compiled: Compiled, time: Callable[[Timer], None]) -> None:
        super().__init__(compiled)
        self._time = time
        self._timed: set[str] = set()
        """Stages."""

    def _of_stage(self, stage: str) -> StageTimers:
        found = super()._of_stage(stage)
        if stage not in self._timed:
            self._timed.add(stage)
            for timer in (*found.first, *(each for _, each in found.of_triggers)):
                self._time(timer)
        return found


@define
class _Clocked(Compiled):
    """A program whose code switches a clock."""

    run: _Run = field(kw_only=True)

    def _linked(self, key: object, write: Callable[[], Written], links: Links) -> Any:
        return super()._linked(key, lambda: self._with_clock(key, *write()), links)

    def _with_clock(self, key: object, made: ast.FunctionDef, needs: Any) -> Written:
        """The function, switching the clock where another part begins, and back at its end."""
        own = self.run.parts.of_function(key, self._look_ups)
        made.body = self._switched(made.body, own, needs)
        return made, needs

    def _switched(self, body: py.Statements, own: Part | None, needs: Any) -> py.Statements:
        enter = needs.value("clock_enter", self.run.clock.enter)
        back = needs.value("clock_back", self.run.clock.back)
        switched: py.Statements = []
        present = own or ENGINE
        first = py.assign("clock_before", self._to(enter, present))
        for statement in body:
            part = present if own is not None else self.run.parts.of_statement(statement, present)
            if part != present:
                present = part
                switch = py.do(self._to(enter, part))
                ast.copy_location(switch, statement)
                switched.append(switch)
            switched.append(statement)
        end = py.do(py.call(back, py.name("clock_before")))
        whole = ast.Try(switched, [], [], [end])
        for each in (first, whole):
            ast.copy_location(each, body[0])
        return [first, whole]

    def _to(self, enter: str, part: Part) -> ast.expr:
        return py.call(enter, py.constant(self.run.number(part)))
