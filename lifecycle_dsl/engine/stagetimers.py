"""The timers of a stage, in the order in which those of one instant run."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.engine.timers import (
    AfterTransition,
    AfterTrigger,
    DatesTransition,
    Guard,
    Start,
    Timer,
    Watch,
    WhenTransition,
)
from lifecycle_dsl.engine.watching import next_changes
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.rules import After, OccursAfter, OnDates, Transition, WhenTrue
from lifecycle_dsl.program.types import BOOL

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


def stage_timers(machine: Machine, stage: str) -> tuple[Timer, ...]:
    """Transitions first, then the watch, then triggers."""
    program = machine.compiled.program
    timers: list[Timer] = []
    for transition in program.stages[stage].transitions:
        if transition.target == stage and isinstance(transition.moving, WhenTrue):
            continue
        timer = _transition(machine, transition)
        if timer is not None:
            timers.append(timer)
    if machine.watched:
        timers.append(_watch(machine))
    for trigger in program.triggers:
        occurrence = trigger.occurrence
        if isinstance(occurrence, OccursAfter) and stage in (trigger.stages or (stage,)):
            timers.append(
                AfterTrigger(
                    machine.firings[trigger.name].fire,
                    f"trigger {trigger.name}",
                    _start(machine, trigger.stages, occurrence.without, since_first=True),
                    occurrence.micros,
                    machine.compiled.layout.done[f"trigger {trigger.name}"],
                    _guard(machine, f"when_{trigger.name}", trigger.condition),
                )
            )
    return tuple(timers)


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
    watched: list[e.Expression] = []
    for kind, name, _ in machine.watched:
        if kind == "level":
            watched += program.levels[name].reaches
        else:
            condition = program.segments[name].condition
            assert condition is not None
            watched.append(condition)
    whole = e.And(span=watched[0].span, type=BOOL, operands=tuple(watched))
    return Watch(machine, next_changes(machine, "watched", whole))


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
