"""A record's fields with defaults filled in, as values of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifecycle_dsl.localtime import parse_date, parse_instant
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import (
    DATE,
    MONEY,
    NUMBER,
    TIME,
    Field,
    ListType,
    RecordType,
    Type,
)
from tests.reference.customer import PROFILE, Record, Value


def decoded(program: Program, record: Mapping[str, Any]) -> Record:
    """The record at hand. It must be valid; what it declares not is left out."""
    event = record["type"]
    fields: dict[str, Value] = {
        "id": record.get("id"),
        "customer": record["customer"],
        "at": record["at"],
        "value": float(record.get("value", 1.0)),
    }
    if event == PROFILE:
        for trait in program.traits.values():
            if trait.name in record:
                fields[trait.name] = value_of(trait.type, record[trait.name])
    else:
        for declared in program.events[event].fields:
            fields[declared.name] = field_of(declared, record)
    return Record(event, record["customer"], record["at"], record.get("id"), fields)


def field_of(declared: Field, record: Mapping[str, Any]) -> Value:
    """A field's value, or its default where it is left out."""
    given = record.get(declared.name)
    return declared.default if given is None else value_of(declared.type, given)


def value_of(kind: Type, given: Any) -> Value:
    """What JSON gives as a value of a type."""
    if given is None:
        return None
    if kind in (NUMBER, MONEY):
        return float(given)
    if kind == DATE and isinstance(given, str):
        return parse_date(given)
    if kind == TIME and isinstance(given, str):
        return parse_instant(given)
    if isinstance(kind, ListType):
        return tuple(element_of(kind.element, item) for item in given)
    return given


def element_of(kind: Type | RecordType, given: Any) -> Value:
    """An element of a list."""
    if isinstance(kind, RecordType):
        return {inner.name: field_of(inner, given) for inner in kind.fields}
    return value_of(kind, given)
