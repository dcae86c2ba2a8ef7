"""What would have been needed: why a stage was not reached, why a trigger did not fire.

Conditions are told as they are now, at the place of the expectation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.localtime import WEEKDAYS, duration_literal, format_duration, format_time_of_day
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program.phrases import change, dates, listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursOn,
    OccursSequence,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
)
from lifecycle_dsl.program.types import DURATION
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.values import false_parts, shown, written

_MOST_NAMES = 6


def why_not_in(program: Program, expected: Sequence[str], judge: Judge) -> Iterator[str]:
    """What each way from the present stage to an expected one waits for."""
    span = next(iter(program.stages.values())).span
    stage = judge.value(e.StageRead(span=span))
    if not stage:
        yield "there was no record, and no stage is given: the customer is in no stage"
        return
    ways = [
        each
        for each in program.transitions
        if stage in each.sources and each.target in expected and each.target != stage
    ]
    if not ways:
        yield f"no transition leads from {stage} to {' or '.join(expected)}"
    for way in ways:
        yield f"{way.rule}: {'; '.join(_waits_for(way, judge))}"


def _waits_for(way: Transition, judge: Judge) -> Iterator[str]:
    match way.moving:
        case OnRecord(happenings=happenings):
            yield f"on {_happenings(happenings)}"
        case WhenTrue(condition=condition):
            yield from _failing("when", condition, judge)
        case AtPoints(reached=e.Forgiving(left=points, right=bar)):
            now = shown(judge.value(points), points.type)
            needed = shown(judge.value(bar), bar.type)
            yield f"{now} of {needed} points now, without those of events"
        case After(micros=micros, without=without):
            silent = "" if without is None else f" without {_happenings(without)}"
            stayed = judge.value(e.ClockRead(span=way.span, type=DURATION, clock=e.Clock.IN_STAGE))
            yield (
                f"after {format_duration(micros)}{silent};"
                f" {format_duration(stayed) or '0s'} in the stage by now"
            )
        case _:
            yield written(way.span)
    if way.guard is not None:
        yield from _failing("when", way.guard, judge)


def why_not_fired(
    program: Program, name: str, judge: Judge, events: Sequence[str]
) -> Iterator[str]:
    """What a trigger waits for, as far as it is not so now; `events` came in the last step."""
    trigger = next(each for each in program.triggers if each.name == name)
    yield from _not_heard(trigger, judge, events)
    stage = judge.value(e.StageRead(span=trigger.span))
    if trigger.stages is not None and stage not in trigger.stages:
        yield f"it is `in {_names(trigger.stages)}`, the stage is {stage or 'none yet'}"
    if trigger.condition is not None:
        yield from _failing("its `when`", trigger.condition, judge)


def _not_heard(trigger: Trigger, judge: Judge, events: Sequence[str]) -> Iterator[str]:
    occurrence = trigger.occurrence
    if not isinstance(occurrence, OccursOn):
        yield f"it fires {_waiting_for(occurrence)}"
        return
    heard = occurrence.happenings
    came = bool(set(events) & set(heard.events)) or any(
        _came(each, judge) for each in heard.changes
    )
    if not came or heard.where is not None:
        yield f"it is on {_happenings(heard)}; the last step had {_names(events) or 'no record'}"


def _came(found: h.Change, judge: Judge) -> bool:
    """Whether a change is among the moves of the last step."""
    moves = [each for each in judge.decisions if isinstance(each, d.Transition)]
    match found:
        case h.EnterStage(stages=stages):
            return any(each.to in stages and each.source not in stages for each in moves)
        case h.LeaveStage(stages=stages):
            return any(each.source in stages and each.to not in stages for each in moves)
        case _:
            return False  # no decision tells


_ByTime = OccursAfter | OccursAbsence | OccursSequence | OccursEvery | OccursDates


def _waiting_for(occurrence: _ByTime) -> str:
    match occurrence:
        case OccursAfter(micros=micros, without=without):
            return f"after {duration_literal(micros)} without {_happenings(without)}"
        case OccursAbsence(armed=armed, without=without, micros=micros):
            return (
                f"{duration_literal(micros)} after {_happenings(armed)} without"
                f" {_happenings(without)}"
            )
        case OccursSequence(steps=steps, micros=micros):
            order = " then ".join(map(_happenings, steps))
            return f"on {order} within {duration_literal(micros)}"
        case OccursEvery(weekdays=weekdays, time_of_day=time_of_day):
            days = "month" if weekdays is None else listed(WEEKDAYS[d] for d in sorted(weekdays))
            return f"every {days} at {format_time_of_day(time_of_day)}"
        case OccursDates(dates=days):
            return f"on {dates(days)}"
    assert_never(occurrence)


def _failing(what: str, condition: e.Expression, judge: Judge) -> Iterator[str]:
    """The parts of a condition that do not hold, if it does not."""
    if judge.value(condition):
        return
    parts = false_parts(condition, judge)
    yield f"{what} does not hold now: {', '.join(parts)}"


def _happenings(found: h.Happenings) -> str:
    where = "" if found.where is None else f" where {written(found.where.span)}"
    names = [_names(found.events)] if found.events else []
    return f"{listed([*names, *map(change, found.changes)])}{where}"


def _names(names: Sequence[str]) -> str:
    listed = list(dict.fromkeys(names))
    more = len(listed) - _MOST_NAMES
    return ", ".join(listed[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
