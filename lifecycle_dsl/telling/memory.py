"""What is remembered of a customer's past, in words."""

from __future__ import annotations

from typing import Final, assert_never

from lifecycle_dsl.program.memory import Calendar, Ever, MemoryTerm, Remembers, Rolling
from lifecycle_dsl.telling import happenings
from lifecycle_dsl.telling.marks import name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length

_OF_FIELD: Final = {
    Remembers.SUM: "the total",
    Remembers.LARGEST: "the largest",
    Remembers.SMALLEST: "the smallest",
    Remembers.MOST: "the commonest",
    Remembers.LAST: "the last",
}


def value(term: MemoryTerm, known: Vocabulary) -> str:
    """`the number of purchase in the last 30 days`."""
    heard, window = happenings.nouns(term.happenings, known), within(term)
    if words := _OF_FIELD.get(term.remembers):
        return f"{words} {name(term.field_name or 'value')} of {heard}{window}"
    match term.remembers:
        case Remembers.COUNT:
            return f"the number of {heard}{window}"
        case Remembers.DISTINCT:
            what = "days" if term.by_day else f"different {name(term.field_name or 'value')}"
            return f"the number of {what} of {heard}{window}"
        case Remembers.SINCE:
            return f"the time since {heard}"
        case Remembers.STREAK:
            return f"the days in a row with {heard}"
        case _:
            return f"whether there has been {heard}{window}"


def seen(term: MemoryTerm, known: Vocabulary, *, ever: bool) -> str:
    """`there has been purchase in the last 30 days`, or never been."""
    heard = happenings.nouns(term.happenings, known)
    return f"there has {'' if ever else 'not '}been {heard}{within(term)}"


def within(term: MemoryTerm) -> str:
    """` in the last 30 days`, ` this week`, or nothing."""
    match term.window:
        case Rolling(micros=micros):
            return f" in the last {length(micros)}"
        case Calendar(period=period):
            return " today" if period.value == "day" else f" this {period.value}"
        case Ever():
            return ""
        case _:
            assert_never(term.window)
