"""Triggers and the journeys they start, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from lifecycle_dsl.localtime import WEEKDAYS, format_time_of_day
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import condition
from lifecycle_dsl.telling.happenings import clause, nouns
from lifecycle_dsl.telling.items import Entry
from lifecycle_dsl.telling.marks import capital, name
from lifecycle_dsl.telling.stages import dates, places
from lifecycle_dsl.telling.steps import steps
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length, per, times

_EVERY_DAY = 7


def triggers(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """An entry for each trigger, in the order of the file."""
    found = sorted(program.triggers, key=lambda each: (each.span.source.name, each.span.start))
    return tuple(
        Entry(
            each.name,
            each.title,
            comments.above(each.span),
            steps(each.steps, known),
            numbered=True,
            leads=(*_guards(each, known), f"{_opening(each, known)}:"),
        )
        for each in found
    )


def _opening(trigger: r.Trigger, known: Vocabulary) -> str:
    often = ", ".join(_frequency(each) for each in trigger.frequencies)
    return f"{capital(occurrence(trigger.occurrence, known))}{', ' if often else ''}{often}"


def occurrence(found: r.Occurrence, known: Vocabulary) -> str:
    """`when a customer enters lead`, `every monday at 07:00`."""
    match found:
        case r.OccursOn(happenings=happenings):
            return f"when {clause(happenings, known)}"
        case r.OccursAfter(micros=micros, without=without):
            return f"after {length(micros)} without {nouns(without, known)}"
        case r.OccursAbsence(armed=armed, without=without, micros=micros):
            then = f"{nouns(without, known)} does not follow within {length(micros)}"
            return f"when {clause(armed, known)} and {then}"
        case r.OccursSequence(steps=parts, micros=micros):
            order = ", then ".join(nouns(part, known) for part in parts)
            return f"when {order} follow one another within {length(micros)}"
        case r.OccursEvery(weekdays=weekdays, time_of_day=time_of_day):
            at = format_time_of_day(time_of_day)
            if weekdays is None:
                return f"on the first of every month at {at}"
            if len(weekdays) == _EVERY_DAY:
                return f"every day at {at}"
            days = listed((WEEKDAYS[day].capitalize() for day in sorted(weekdays)), "and")
            return f"every {days} at {at}"
        case r.OccursDates(dates=days, time_of_day=time_of_day):
            at = "" if time_of_day is None else f", at {format_time_of_day(time_of_day)}"
            return f"{dates(days)}{at}"
        case _:
            assert_never(found)


def _frequency(found: r.Frequency) -> str:
    if found.reason == "once":
        return "once per customer"
    return f"at most {times(found.count)}{per(found.per)}"


def _guards(trigger: r.Trigger, known: Vocabulary) -> Iterator[str]:
    if trigger.draft:
        yield "This is a draft: it is decided and logged, and nothing is done."
    if trigger.stages is not None:
        yield f"For customers in {places(trigger.stages, known)}."
    if trigger.condition is not None:
        yield f"Only if {condition(trigger.condition, known)}."
    if trigger.between is not None:
        start, end = map(format_time_of_day, trigger.between)
        yield f"Only between {start} and {end}."
    if trigger.each is not None:
        each = name(trigger.each.field_name)
        yield f"For each {each} by itself, up to {trigger.each.up_to} at a time."
    if trigger.topic is not None:
        yield f"Its messages are about {name(trigger.topic)}."
    if trigger.restart:
        yield "If it comes again while the journey runs, the journey begins anew."
    for exit_on in trigger.exits:
        yield f"The journey ends at once when {clause(exit_on, known)}."
