"""Whether new rules may make anything due sooner for customers who are stored already.

Due instants follow from what a state holds and from the timers of the rules: deadlines, watched
conditions, calendars, waits. Where every timer of the new rules is one of the old rules that is due
no sooner, what was derived under the old rules is still early enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
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
from lifecycle_dsl.program.steps import Await, Send, Wait, WaitUntil, all_steps
from lifecycle_dsl.program.walk import walk

Timers = Mapping[object, tuple[object, int]]
"""By what they are of: all that says when they are due, and the microseconds that are added."""


def may_come_sooner(old: Program, new: Program) -> bool:
    """Whether something may be due sooner under the new rules for somebody who is stored."""
    if old.timezone != new.timezone or old.seasons != new.seasons:
        return True
    stages = [stage for stage in old.stages if stage in new.stages]
    return (
        any(_is_sooner(_of_stage(old, stage), _of_stage(new, stage)) for stage in stages)
        or _is_sooner(_watched(old), _watched(new))
        or _is_sooner(_of_triggers(old), _of_triggers(new), new_ones=False)
    )


def _is_sooner(before: Timers, after: Timers, *, new_ones: bool = True) -> bool:
    """Whether a timer is new, is another one, or is due sooner."""
    for name, (what, micros) in after.items():
        if name not in before:
            if new_ones:
                return True
            continue
        was, former = before[name]
        if was != what or micros < former:
            return True
    return False


def _of_stage(program: Program, stage: str) -> Timers:
    """The timers that run for whoever is in a stage."""
    found: dict[object, tuple[object, int]] = {}
    for transition in program.stages[stage].transitions:
        timer = _of_transition(program, transition, stage)
        if timer is not None:
            found[transition.rule] = timer
    for trigger in program.triggers:
        match trigger.occurrence:
            case OccursAfter(micros=micros, without=without):
                if stage in (trigger.stages or (stage,)):
                    found["trigger", trigger.name] = (trigger.stages, without), micros
            case OccursEvery() as every:
                found["trigger", trigger.name] = every, 0
            case OccursDates(dates=dates) as occurrence:
                found["trigger", trigger.name] = (occurrence, program.traits[dates.trait].type), 0
            case _:
                pass
    return found


def _of_transition(
    program: Program, transition: Transition, stage: str
) -> tuple[object, int] | None:
    match transition.moving:
        case After(micros=micros, without=without):
            return (transition.sources, without), micros
        case OnDates() as dates:
            return (transition.sources, dates, program.traits[dates.trait].type), 0
        case WhenTrue(condition=condition) if transition.target != stage:
            return _all_of(program, condition), 0
        case _:
            return None


def _watched(program: Program) -> Timers:
    """The watched segments and levels."""
    segments: dict[object, tuple[object, int]] = {
        ("segment", each.name): (_all_of(program, each.condition), 0)
        for each in program.segments.values()
        if each.watched and each.condition is not None
    }
    levels: dict[object, tuple[object, int]] = {
        ("level", each.name): ([_all_of(program, reach) for reach in each.reaches], 0)
        for each in program.levels.values()
        if each.watched
    }
    return segments | levels


def _of_triggers(program: Program) -> Timers:
    """What stands for somebody only where something happened before: armings, and runs."""
    found: dict[object, tuple[object, int]] = {}
    for trigger in program.triggers:
        if isinstance(trigger.occurrence, OccursAbsence):
            found["armed", trigger.name] = None, trigger.occurrence.micros
        for step in all_steps(trigger.steps):
            match step:
                case Wait(micros=micros) | Await(micros=micros):
                    computed = _is_computed(step)
                    found[trigger.name, step.name] = computed, NEVER if micros is None else micros
                case WaitUntil():
                    found[trigger.name, step.name] = True, NEVER
                case Send():
                    found[trigger.name, step.name] = _quiet(program, trigger, step), 0
                case _:
                    pass
    return found


def _is_computed(step: Wait | Await) -> bool:
    """Whether the end is computed when a run comes there, and kept with it."""
    if isinstance(step, Wait):
        return step.duration is not None
    return step.time_of_day is not None or step.instant is not None


def _quiet(program: Program, trigger: Trigger, step: Send) -> object:
    """The quiet times that a message may have to wait out."""
    topic = None if trigger.topic is None else program.topics[trigger.topic]
    return (
        None if topic is None else (topic.guards.quiet, topic.transactional),
        program.message_guards.quiet,
        step.channel,
        step.route,
        [(each.name, each.guards.quiet) for each in program.channels.values()],
    )


def _all_of(program: Program, condition: e.Expression) -> object:
    """A condition with all that stands behind the names in it."""
    found: dict[object, object] = {}
    waiting = [condition]
    while waiting:
        for part in walk(waiting.pop()):
            for name, value, behind in _behind(program, part):
                if name not in found:
                    found[name] = value
                    waiting.extend(behind)
    return condition, found


def _behind(
    program: Program, part: e.Expression
) -> Iterator[tuple[object, object, tuple[e.Expression, ...]]]:
    """What a part stands for, by name, with the expressions in it."""
    match part:
        case e.LetRead(let=name):
            value = program.lets[name].value
            yield ("let", name), value, (value,)
        case e.LevelRead(level=name):
            reaches = program.levels[name].reaches
            yield ("level", name), reaches, reaches
        case e.SegmentRead(segment=name):
            condition = program.segments[name].condition
            yield ("segment", name), condition, () if condition is None else (condition,)
        case e.TableRead(table=name, output=output):
            table = program.tables[name]
            yield ("table", name, output), table, tuple(table.reads(output))
        case e.ParamRead(param=name):
            param = program.params[name]
            inner = [program.segments[segment].condition for segment, _ in param.cases]
            conditions = tuple(each for each in inner if each is not None)
            yield ("param", name), (param.value, param.cases, inner), conditions
        case e.ScoreRead(score=name):
            yield ("score", name), program.scores[name].half_life, ()
        case e.MemoryRead(term=term):
            yield ("memory", term), program.keeps.get(term), ()
        case _:
            return
