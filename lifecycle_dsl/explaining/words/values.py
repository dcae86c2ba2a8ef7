"""Values, instants and lists of happenings in words."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from lifecycle_dsl.arithmetic import format_number, nine_decimals
from lifecycle_dsl.localtime import (
    MINUTE,
    SECOND,
    WEEKDAYS,
    Zone,
    format_date,
    format_duration,
    format_time_of_day,
)
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program.expression_text import value_text
from lifecycle_dsl.program.memory import Calendar, MemoryTerm, Rolling
from lifecycle_dsl.program.phrases import change, dates, listed, on_one_line, shortened, some_of
from lifecycle_dsl.program.types import DURATION, MONEY, NUMBER, TIME, LevelType, Type

SHOWN_DECIMALS = 3
MOST_NAMES = 6
LONGEST = 100


@frozen
class Voice:
    """Whose clock is spoken of, from when, and whether it is past."""

    zone: Zone
    now: int
    past: bool = False

    @property
    def is_(self) -> str:
        """`is`, or `was`."""
        return "was" if self.past else "is"

    def moment(self, instant: int) -> str:
        """`Mon 2026-01-05 12:00`, on the customer's clock; with seconds where there are any."""
        local = self.zone.local_time(instant)
        time = f"{local // (60 * MINUTE):02}:{local // MINUTE % 60:02}"
        if rest := local % MINUTE:
            time += f":{rest / SECOND:09.6f}".rstrip("0").rstrip(".")
        weekday = WEEKDAYS[self.zone.weekday(instant)][:3].capitalize()
        return f"{weekday} {format_date(self.zone.local_day(instant))} {time}"

    def ahead(self, instant: int) -> str:
        """`Mon 2026-01-05 12:00, in 3d 4h`."""
        return f"{self.moment(instant)}, in {format_duration(instant - self.now)}"


def shown(value: Any, kind: Type, voice: Voice, beside: float | None = None) -> str:
    """A value for a person; of a number as many decimals as tell it from the one beside it."""
    if value is None:
        return "missing"
    if kind == TIME:
        return voice.moment(int(value))
    if kind in (NUMBER, MONEY):
        return number(float(value), beside)
    if kind == DURATION:
        return format_duration(int(value))
    if isinstance(kind, LevelType):
        return kind.labels[int(value)]
    return value_text(value, kind)


def number(value: float, beside: float | None = None) -> str:
    """A number with three decimals at most, or as many as it takes not to seem another."""
    for decimals in range(SHOWN_DECIMALS, 9):
        rounded = round(value, decimals)
        tiny = rounded == 0 and nine_decimals(value) != 0
        if not tiny and (beside is None or rounded != round(beside, decimals) or value == beside):
            return format_number(rounded)
    return format_number(nine_decimals(value))


def source(expression: e.Expression) -> str:
    """An expression as the rule file writes it, on one line."""
    match expression:
        case e.ScoreRead(score=name) | e.LevelRead(level=name) | e.LetRead(let=name):
            return name
        case e.SegmentRead(segment=name) | e.TraitRead(trait=name):
            return name
        case _:
            return shortened(on_one_line(expression), LONGEST)


def happenings(found: h.Happenings, last: str = "or") -> str:
    """`purchase or entering lead`."""
    names = some_of([*found.events, *map(change, found.changes)], MOST_NAMES)
    where = "" if found.where is None else f" where {source(found.where)}"
    return f"{listed(names, last)}{where}"


def occurrence(found: r.Occurrence) -> str:
    """When a trigger is asked at all: `on cart without order for 2h`."""
    match found:
        case r.OccursOn(happenings=heard):
            return f"on {happenings(heard)}"
        case r.OccursAfter(micros=micros, without=without):
            return f"after {format_duration(micros)} without {happenings(without)}"
        case r.OccursAbsence(armed=armed, without=without, micros=micros):
            silent = f"{happenings(armed)} without {happenings(without)}"
            return f"on {silent} for {format_duration(micros)}"
        case r.OccursSequence(steps=steps, micros=micros):
            return f"on {' then '.join(map(happenings, steps))} within {format_duration(micros)}"
        case r.OccursEvery(weekdays=weekdays, time_of_day=time_of_day):
            days = "month" if weekdays is None else listed(WEEKDAYS[d] for d in sorted(weekdays))
            day = "day" if weekdays is not None and len(weekdays) == len(WEEKDAYS) else days
            return f"every {day} at {format_time_of_day(time_of_day)}"
        case r.OccursDates(dates=found_dates, time_of_day=at):
            time = "" if at is None else f" at {format_time_of_day(at)}"
            return f"on {dates(found_dates)}{time}"


def window(term: MemoryTerm) -> str:
    """` within 7d`, ` this week`, or nothing."""
    match term.window:
        case Rolling(micros=micros):
            return f" within {format_duration(micros)}"
        case Calendar(period=period):
            return f" this {period.value}"
        case _:
            return ""


def datum(value: object) -> str:
    """A datum of a record or message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, str):
        return f'"{value}"'
    return "missing" if value is None else shortened(str(value), LONGEST)
