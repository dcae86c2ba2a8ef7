"""Values written out: in texts, and as JSON in decisions and states."""

from __future__ import annotations

from lifecycle_dsl.arithmetic import format_number, nine_decimals
from lifecycle_dsl.localtime import format_date, format_duration, format_instant
from lifecycle_dsl.program.expressions import Expression, ScoreRead
from lifecycle_dsl.program.types import DATE, DURATION, TIME, LevelType, ListType, RecordType, Type
from tests.reference.customer import Value


def text_of(e: Expression, value: Value) -> str:
    """A value as it stands in a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case float():
            return format_number(nine_decimals(value) if isinstance(e, ScoreRead) else value)
        case int() if isinstance(e.type, LevelType):
            return e.type.labels[value]
        case int() if e.type == DATE:
            return format_date(value)
        case int() if e.type == TIME:
            return format_instant(value)
        case int() if e.type == DURATION:
            return format_duration(value)
        case _:
            pass
    raise TypeError(value)


def json_of(e: Expression, value: Value) -> Value:
    """A value as it stands in a decision's data."""
    if isinstance(e, ScoreRead):
        value = nine_decimals(value)
    return json_value(e.type, value)


def json_value(kind: Type, value: Value) -> Value:
    """A value of a type in JSON: whole numbers without a fraction, labels and dates as text."""
    match value:
        case None | bool() | str():
            return value
        case float():
            return int(value) if value == int(value) else value
        case int() if isinstance(kind, LevelType):
            return kind.labels[value]
        case int() if kind == DATE:
            return format_date(value)
        case int() if kind == TIME:
            return format_instant(value)
        case tuple() if isinstance(kind, ListType):
            return [json_element(kind.element, item) for item in value]
        case _:
            return value


def json_element(kind: Type | RecordType, value: Value) -> Value:
    """An element of a list in JSON."""
    if isinstance(kind, RecordType):
        return {inner.name: json_value(inner.type, value[inner.name]) for inner in kind.fields}
    return json_value(kind, value)
