"""Lengths of time, numbers and values, as one says them."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import DAY, HOUR, MINUTE, SECOND, YEAR, duration_literal
from lifecycle_dsl.program.expression_text import value_text
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.phrases import counted
from lifecycle_dsl.program.rules import Stay
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, TEXT, LevelType, Type
from lifecycle_dsl.telling.marks import code, name

_UNITS: Final = (
    (YEAR, "year"),
    (DAY, "day"),
    (HOUR, "hour"),
    (MINUTE, "minute"),
    (SECOND, "second"),
)


def length(micros: int) -> str:
    """`30 days`, in the largest unit that leaves no fraction."""
    for size, unit in _UNITS:
        if micros and micros % size == 0:
            return counted(micros // size, unit)
    return duration_literal(micros)


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def per(span: object) -> str:
    """` a week`, ` in 14 days`, or nothing where it is for ever."""
    match span:
        case None:
            return ""
        case int():
            return f" in {length(span)}"
        case Period(value=word):
            return f" a {word}"
        case Stay():
            return " in each stay in a stage"
        case _:
            raise TypeError(f"no span: {span!r}")


def said(value: object, kind: Type) -> str:
    """A value."""
    if kind == BOOL:
        return "yes" if value else "no"
    if kind == DURATION and isinstance(value, int):
        return length(value)
    if kind in (NUMBER, MONEY) and isinstance(value, int | float):
        return format_number(value)
    if kind == TEXT and isinstance(value, str):
        return code(value) if value else "an empty text"
    if isinstance(kind, LevelType) or isinstance(value, str):
        return name(value_text(value, kind))
    return "nothing" if value is None else value_text(value, kind)
