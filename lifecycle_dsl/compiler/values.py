"""Values at the edges: out of a record's fields, into texts and into the data of decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, assert_never

from lifecycle_dsl.arithmetic import format_number, nine_decimals
from lifecycle_dsl.localtime import (
    format_date,
    format_duration,
    format_instant,
)
from lifecycle_dsl.program.expressions import Expression, ScoreRead
from lifecycle_dsl.program.types import (
    Kind,
    Labels,
    LevelType,
    ListType,
    Plain,
    RecordType,
    StageType,
    Type,
)

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Convert = Callable[[Any], Any]


def read_field(kind: Type) -> Convert | None:
    """From a record's attribute to a value; None where they are the same."""
    match kind:
        case Plain(Kind.DATE):
            return day_of
        case ListType(element=RecordType(fields=fields)):
            return _each_element({field.name: read_field(field.type) for field in fields})
        case _:
            return None


def kept_field(kind: Type) -> Convert | None:
    """From a field that a run has kept to a value: a list that was stored is a tuple again."""
    return _tuple_of if isinstance(kind, ListType) else None


def _tuple_of(value: list[Any] | tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return None if value is None else tuple(value)


def _each_element(converts: dict[str, Convert | None]) -> Convert | None:
    """From a list of records, or None, to the same with some of their fields converted."""
    needed = [(name, convert) for name, convert in converts.items() if convert is not None]
    if not needed:
        return None

    def convert_list(items: Sequence[dict[str, Any]] | None) -> tuple[dict[str, Any], ...] | None:
        if items is None:
            return None
        return tuple(
            item | {name: convert(item[name]) for name, convert in needed} for item in items
        )

    return convert_list


def day_of(value: date | None) -> int | None:
    """A date as days since 1970-01-01."""
    return None if value is None else value.toordinal() - _EPOCH_ORDINAL


def as_text(expression: Expression) -> Convert | None:
    """From a value that is there to how it is written in a text; None where it is a text."""
    if isinstance(expression, ScoreRead):
        return _score_text
    return text_of(expression.type)


def text_of(kind: Type) -> Convert | None:
    """From a value of a type to how it is written in a text."""
    match kind:
        case Plain(kind=plain):
            return _PLAIN_TEXT[plain]
        case Labels() | StageType():
            return None
        case LevelType(_, labels):
            return labels.__getitem__
        case ListType():
            return _list_text
    assert_never(kind)


def _score_text(value: float) -> str:
    return format_number(nine_decimals(value))


def _bool_text(value: object) -> str:
    return "true" if value else "false"


def _list_text(value: tuple[Any, ...]) -> str:
    return ", ".join(map(str, value))


_PLAIN_TEXT: dict[Kind, Convert | None] = {
    Kind.NUMBER: format_number,
    Kind.MONEY: format_number,
    Kind.DURATION: format_duration,
    Kind.TIME: format_instant,
    Kind.DATE: format_date,
    Kind.BOOL: _bool_text,
    Kind.TEXT: None,
}


def as_data(expression: Expression) -> Convert | None:
    """From a value, or None, to what stands in a decision's data; None where they are the same."""
    if isinstance(expression, ScoreRead):
        return _score_data
    return data_of(expression.type)


def data_of(kind: Type) -> Convert | None:
    """From a value of a type, or None, to what stands in a decision's data."""
    match kind:
        case Plain(Kind.NUMBER | Kind.MONEY):
            return number_data
        case Plain(Kind.TIME | Kind.DATE) | LevelType():
            write = text_of(kind)
            assert write is not None
            return lambda value: None if value is None else write(value)
        case ListType(element=RecordType(fields=fields)):
            return _each_element({field.name: data_of(field.type) for field in fields})
        case _:
            return None


def number_data(value: float | None) -> float | int | None:
    """A number, as an integer if it is whole."""
    if value is None or value != int(value):
        return value
    return int(value)


def _score_data(value: float) -> float | int | None:
    return number_data(nine_decimals(value))
