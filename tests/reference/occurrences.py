"""What a trigger is on: whether it occurs in a step, and when its timer is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.rules import (
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursOn,
    OccursSequence,
    Trigger,
)
from tests.reference.customer import Armed, Customer, Moment, Progress, Record
from tests.reference.dates import next_date, next_every
from tests.reference.happenings import Arising, change_matches, record_matches

LONE = ""
"""The value of a trigger without `for each`."""


@dataclass(frozen=True)
class Occurred:
    """A trigger occurs for a value; its steps read this record's fields."""

    each: str
    record: Record | None


def value_of(m: Moment, trigger: Trigger) -> str | None:
    """The value of `for each` in the record at hand; None where there is none."""
    if trigger.each is None:
        return LONE
    return None if m.record is None else m.record.fields.get(trigger.each.field_name)


def concerns(m: Moment, trigger: Trigger, each: str) -> bool:
    """Whether the record at hand speaks of a value: it does of all if it has none."""
    own = value_of(m, trigger)
    return own is None or own == each


def happens_to(
    m: Moment, trigger: Trigger, each: str, happenings: Happenings, arose: list[Arising]
) -> bool:
    """Whether the record at hand or what arose is one of these, and concerns a value."""
    if record_matches(m, happenings) and concerns(m, trigger, each):
        return True
    return any(change_matches(m, happenings, arising) for arising in arose)


def occurs_now(m: Moment, trigger: Trigger, arose: list[Arising]) -> Occurred | None:
    """Whether a trigger occurs in this step; a sequence makes its progress."""
    each = value_of(m, trigger)
    if each is None:
        return None
    match trigger.occurrence:
        case OccursOn(happenings=happenings):
            if not happens_to(m, trigger, each, happenings, arose):
                return None
            return Occurred(each, record_of(m, happenings))
        case OccursSequence():
            return goes_through(m, trigger, trigger.occurrence, each, arose)
        case _:
            return None


def record_of(m: Moment, happenings: Happenings) -> Record | None:
    """The record at hand if it is what was listened to; a change has none."""
    return m.record if record_matches(m, happenings) else None


# Sequences


def goes_through(
    m: Moment, trigger: Trigger, sequence: OccursSequence, each: str, arose: list[Arising]
) -> Occurred | None:
    """Go one step further, the furthest that this can be; say whether that was the last."""
    everyone = m.customer.progress.setdefault(trigger.name, [])
    own = next((progress for progress in everyone if progress.each == each), None)
    starts = {} if own is None else own.starts
    for k in reversed(range(len(sequence.steps))):
        if k > 0 and (k - 1 not in starts or m.now - starts[k - 1] >= sequence.micros):
            continue
        if not happens_to(m, trigger, each, sequence.steps[k], arose):
            continue
        if k == len(sequence.steps) - 1:
            everyone[:] = [progress for progress in everyone if progress.each != each]
            return Occurred(each, record_of(m, sequence.steps[k]))
        if k > 0:
            starts[k] = starts[k - 1]
        else:
            begin(m, trigger, everyone, Progress(each, {**starts, 0: m.now}))
        return None
    return None


def begin(m: Moment, trigger: Trigger, everyone: list[Progress], begun: Progress) -> None:
    """The first step for a value: it goes to the end; the first of too many gives way."""
    everyone[:] = [progress for progress in everyone if progress.each != begun.each]
    if trigger.each is not None and len(everyone) >= trigger.each.up_to:
        del everyone[0]
        m.customer.displaced += 1
    everyone.append(begun)


# Absence


def note_absences(m: Moment, arising: Arising | None) -> None:
    """Arm and disarm `A without B` at the record at hand or, if given, at what arose."""

    def is_one(happenings: Happenings) -> bool:
        if arising is None:
            return record_matches(m, happenings)
        return change_matches(m, happenings, arising)

    for trigger in m.program.triggers:
        if isinstance(trigger.occurrence, OccursAbsence):
            note_absence(m, trigger, trigger.occurrence, is_one, of_record=arising is None)


def note_absence(
    m: Moment,
    trigger: Trigger,
    absence: OccursAbsence,
    is_one: Callable[[Happenings], bool],
    *,
    of_record: bool,
) -> None:
    """What is both only disarms; without a value it disarms every one, and arms none."""
    each = value_of(m if of_record else m.without_record(), trigger)
    armed = m.customer.armed.setdefault(trigger.name, [])
    if is_one(absence.without):
        armed[:] = [one for one in armed if each is not None and one.each != each]
    elif each is not None and is_one(absence.armed):
        armed[:] = [one for one in armed if one.each != each]
        if trigger.each is not None and len(armed) >= trigger.each.up_to:
            del armed[0]
            m.customer.displaced += 1
        armed.append(Armed(each, m.now, m.record if of_record else None))


# Timers


def values_with_timers(m: Moment, trigger: Trigger) -> list[str]:
    """The values for which a trigger's own timer may run, in their order."""
    match trigger.occurrence:
        case OccursOn() | OccursSequence():
            return []
        case OccursAbsence():
            return [one.each for one in m.customer.armed.get(trigger.name, [])]
        case _:
            return [LONE]


def occurrence_due(m: Moment, trigger: Trigger, each: str) -> int | None:
    """When a trigger's own timer is due."""
    customer = m.customer
    used_up_to = customer.done.get(name_of_timer(trigger, each))
    match trigger.occurrence:
        case OccursAfter(micros=micros):
            if trigger.stages is not None and customer.stage not in trigger.stages:
                return None
            start = silence_start(customer, trigger)
            return None if used_up_to == start else start + micros
        case OccursAbsence(micros=micros):
            armed = customer.armed.get(trigger.name, [])
            return next((one.at + micros for one in armed if one.each == each), None)
        case OccursEvery():
            return next_every(m, trigger.occurrence, used_up_to)
        case OccursDates():
            return next_date(m, trigger.occurrence, used_up_to)
        case OccursOn() | OccursSequence():
            return None


def silence_start(customer: Customer, trigger: Trigger) -> int:
    """The latest of the last of `without`, the first record, and entering the stages."""
    starts = [customer.first, *customer.last_seen.get(trigger.name, [])]
    if trigger.stages is not None:
        starts.append(customer.came_into(trigger.stages))
    return max(starts)


def use_up(m: Moment, trigger: Trigger, each: str) -> Occurred:
    """Take note that a timer has run; it fires for its value and its record."""
    customer = m.customer
    match trigger.occurrence:
        case OccursAbsence():
            armed = customer.armed[trigger.name]
            (own,) = [one for one in armed if one.each == each]
            armed.remove(own)
            return Occurred(each, own.record)
        case OccursAfter():
            used_up: int | None = silence_start(customer, trigger)
        case _:
            used_up = occurrence_due(m, trigger, each)
    customer.done[name_of_timer(trigger, each)] = used_up
    return Occurred(each, None)


def name_of_timer(trigger: Trigger, each: str) -> str:
    """The name under which a trigger's own timer has run."""
    return f"trigger {trigger.name} {each}"
