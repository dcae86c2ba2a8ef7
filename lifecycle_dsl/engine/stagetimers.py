"""The timers of a stage, in the order in which those of one instant run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from lifecycle_dsl.compiler.falling import Course, course
from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.absences import Absence, ArmedTimer
from lifecycle_dsl.engine.calendars import DatesTimer, EveryTimer
from lifecycle_dsl.engine.journeys import RunTimer
from lifecycle_dsl.engine.timers import (
    AfterTransition,
    AfterTrigger,
    DatesTransition,
    Guard,
    Guarded,
    Start,
    Timer,
    Watch,
    WhenTransition,
)
from lifecycle_dsl.engine.watching import NextChange, next_changes
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.rules import (
    After,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OnDates,
    Transition,
    Trigger,
    WhenTrue,
)

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Order = tuple[int, int, int, int]
"""The place of a timer among those of one instant: transitions and the watch, then triggers."""
Placed = tuple[Order, Timer]


@frozen(slots=False)
class StageTimers:
    """Timers of a stage; those of runs and of values come and go with the customer's state."""

    deadlines: Callable[[State], int]
    """When the first of those that are plain deadlines is due."""

    first: tuple[Timer, ...]
    """Of transitions, then the watch."""
    of_triggers: tuple[tuple[int, Timer], ...]
    """With the trigger's place in the program, in its order."""
    absences: tuple[tuple[int, Absence, Guarded], ...]

    @cached_property
    def _always(self) -> tuple[Placed, ...]:
        """Those that do not come and go, in order."""
        first = (((0, number, 0, 0), timer) for number, timer in enumerate(self.first))
        triggers = (((1, place, 1, 0), timer) for place, timer in self.of_triggers)
        return (*first, *triggers)

    @cached_property
    def _others(self) -> tuple[Placed, ...]:
        """Those that are no plain deadlines."""
        return tuple(
            t for t in self._always if not isinstance(t[1], AfterTransition | AfterTrigger)
        )

    @cached_property
    def only_deadlines(self) -> bool:
        """Whether it has plain deadlines only."""
        return not self._others and not self.absences

    def look(
        self, machine: Machine, c: State, until: int, limit: int
    ) -> tuple[int, list[tuple[int, Order, Timer]]]:
        """The timers due up to an instant, and when the first of the others is.

        Exactly so up to the limit; beyond it is some later instant that is not too late.
        """
        found: list[tuple[int, Order, Timer]] = []
        nearest = self.deadlines(c)
        looked_at = self._others
        if nearest <= until:
            nearest, looked_at = NEVER, self._always
        for order, timer in looked_at:
            due = timer.due(c, limit)
            if due <= until:
                found.append((due, order, timer))
            elif due < nearest:
                nearest = due
        if self.absences:
            nearest = self._look_at_absences(c, until, nearest, found)
        if c.runs is not None:
            for number, run in enumerate(c.runs):
                journey = machine.journeys[run.trigger]
                due = journey.due(c, run)
                if due <= until:
                    found.append((due, (1, journey.place, 0, number), RunTimer(journey, run)))
                elif due < nearest:
                    nearest = due
        return nearest, found

    def _look_at_absences(
        self, c: State, until: int, nearest: int, found: list[tuple[int, Order, Timer]]
    ) -> int:
        for place, absence, guarded in self.absences:
            for number, one in enumerate(getattr(c, absence.slot) or ()):
                due = one.at + absence.micros
                if due <= until:
                    found.append((due, (1, place, 1, number), ArmedTimer(absence, guarded, one)))
                elif due < nearest:
                    nearest = due
        return nearest


def stage_timers(machine: Machine, stage: str) -> StageTimers:
    """What can become due in a stage."""
    program = machine.compiled.program
    first: list[Timer] = []
    for transition in program.stages[stage].transitions:
        if transition.target == stage and isinstance(transition.moving, WhenTrue):
            continue
        timer = _transition(machine, transition)
        if timer is not None:
            first.append(timer)
    if machine.watched.items:
        first.append(_watch(machine))
    of_triggers: list[tuple[int, Timer]] = []
    absences: list[tuple[int, Absence, Guarded]] = []
    for place, trigger in enumerate(program.triggers):
        if isinstance(trigger.occurrence, OccursAbsence):
            absences.append((place, machine.absences[trigger.name], _guarded(machine, trigger)))
        elif (timer := _trigger(machine, trigger, stage)) is not None:
            of_triggers.append((place, timer))
    deadlines = machine.compiled.deadlines(stage, machine.links)
    return StageTimers(deadlines, tuple(first), tuple(of_triggers), tuple(absences))


def _trigger(machine: Machine, trigger: Trigger, stage: str) -> Timer | None:
    """Silence lasts in the trigger's stages only; the calendar goes on, whatever the guards say."""
    key = f"trigger {trigger.name}"
    match trigger.occurrence:
        case OccursAfter(micros=micros, without=without) if stage in (trigger.stages or (stage,)):
            return AfterTrigger(
                machine.firings[trigger.name].fire,
                key,
                _start(machine, trigger.stages, without, since_first=True),
                micros,
                machine.compiled.layout.done[key],
                _guard(machine, f"when_{trigger.name}", trigger.condition),
            )
        case OccursEvery() as every:
            return EveryTimer(machine, key, _guarded(machine, trigger), every)
        case OccursDates() as dates:
            return DatesTimer(machine, key, _guarded(machine, trigger), dates)
        case _:
            return None


def _guarded(machine: Machine, trigger: Trigger) -> Guarded:
    condition = _guard(machine, f"when_{trigger.name}", trigger.condition)
    return Guarded(trigger, condition, machine.firings[trigger.name].fire)


def _guard(machine: Machine, title: str, condition: e.Expression | None) -> Guard:
    if condition is None:
        return None
    return machine.compiled.condition(title, condition, machine.links, ahead=False)


def _transition(machine: Machine, transition: Transition) -> Timer | None:
    compiled = machine.compiled
    number = compiled.plan.number(transition)
    guard = _guard(machine, f"guard_{number}", transition.guard)
    moving = transition.moving
    match moving:
        case After():
            start = _start(machine, transition.sources, moving.without, since_first=False)
            done = compiled.layout.done.get(transition.rule)
            rule = transition.rule
            return AfterTransition(machine, number, rule, start, moving.micros, done, guard)
        case WhenTrue(condition=condition):
            title = f"when_{number}"
            return WhenTransition(
                machine,
                number,
                transition.rule,
                compiled.condition(title, condition, machine.links, ahead=True),
                next_changes(machine, title, condition),
            )
        case OnDates():
            return DatesTransition(
                machine,
                number,
                transition.rule,
                moving,
                compiled.program.traits[moving.trait].type,
                _start(machine, transition.sources, None, since_first=False),
                compiled.layout.done[transition.rule],
                guard,
            )
        case _:
            return None


def _watch(machine: Machine) -> Watch:
    program = machine.compiled.program
    sources: list[NextChange] = []
    for kind, name, slot in machine.watched.items:
        title = f"watched_{name}"
        if kind == "segment":
            condition = program.segments[name].condition
            assert condition is not None
            sources.append(next_changes(machine, title, condition))
            continue
        reaches = program.levels[name].reaches
        bars = [next_changes(machine, f"{title}_{n}", bar) for n, bar in enumerate(reaches, 1)]
        if all(course(program, reach) is Course.ENDING for reach in reaches):
            sources.append(_next_fall(slot, bars))
        else:
            sources += bars
    if len(sources) == 1:
        return Watch(machine, sources[0])

    def next_change(c: State, t: int, limit: int) -> int:
        return min([each(c, t, limit) for each in sources])

    return Watch(machine, next_change)


def _next_fall(slot: str, bars: list[NextChange]) -> NextChange:
    """Of a level that time only takes down: when it falls below the highest bar that it reaches."""

    def next_fall(c: State, t: int, limit: int) -> int:
        rank: int = getattr(c, slot)
        return bars[rank - 1](c, t, limit) if rank > 0 else NEVER

    return next_fall


def _start(
    machine: Machine,
    stages: tuple[str, ...] | None,
    without: Happenings | None,
    *,
    since_first: bool,
) -> Start:
    """When a deadline starts: at the latest of what is given."""
    slots = machine.compiled.layout.starts(stages, without, since_first=since_first)
    if len(slots) == 1:
        return attrgetter(slots[0])
    read = attrgetter(*slots)

    def start(c: State) -> int:
        latest: int = max(instant for instant in read(c) if instant is not None)
        return latest

    return start
