"""The program's events as msgspec structs, so that decoding a record validates it.

One struct per event, tagged by its name in `type`, and two that are built in: `profile`, whose
fields are the traits, and `tick`. msgspec checks types, lengths and bounds; what it cannot check
(the range of dates and of times given as text) the settlers here do afterwards, which also turn
times and durations into whole microseconds. Dates stay `datetime.date`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict, assert_never

import msgspec
from attrs import frozen
from msgspec import UNSET, Meta, Struct, UnsetType

from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.localtime.durations import LONGEST_WAIT
from lifecycle_dsl.localtime.instants import (
    EPOCH_ORDINAL,
    FIRST_DATE,
    FIRST_INSTANT,
    FIRST_RECORD,
    LAST_DATE,
    LAST_INSTANT,
    LAST_RECORD,
    datetime_to_micros,
)
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import (
    Field,
    Kind,
    Labels,
    LevelType,
    ListType,
    Plain,
    RecordType,
    StageType,
    Type,
)

LONGEST_TEXT: Final = 4_096
LARGEST_NUMBER: Final = 1e15

Accepted = Any
"""An annotation made while running, which no type checker can follow."""

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Number = Annotated[float, Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
_Moment = Annotated[datetime, Meta(tz=True)]
At = Annotated[int, Meta(ge=FIRST_RECORD, le=LAST_RECORD)] | _Moment
_Time = Annotated[int, Meta(ge=FIRST_INSTANT, le=LAST_INSTANT)] | _Moment
_Duration = Annotated[int, Meta(ge=-LONGEST_WAIT, le=LONGEST_WAIT)] | timedelta

_typed_dict: Any = TypedDict

_PLAIN: Final[Mapping[Kind, Any]] = {
    Kind.NUMBER: Number,
    Kind.MONEY: Number,
    Kind.DURATION: _Duration,
    Kind.TIME: _Time,
    Kind.DATE: date,
    Kind.TEXT: Annotated[str, Meta(max_length=LONGEST_TEXT)],
    Kind.BOOL: bool,
}


class Record(Struct, kw_only=True, gc=False, tag_field="type"):
    """What every event has; `at` is whole microseconds once the record is settled."""

    customer: Name
    at: At
    id: Name | None = None
    value: Number = 1.0


class Tick(Struct, kw_only=True, gc=False, tag_field="type", tag="tick"):
    """Time goes by, for every customer."""

    at: At


def customer_of(record: Any) -> str | None:
    """Whose a record is; None of a tick, which is everybody's."""
    if record.__class__ is Tick:
        return None
    found: str = record.customer
    return found


class OutOfRangeError(Exception):
    """A value that msgspec accepts and the language does not."""


Settler = Callable[[Any], Any]
"""Gives the value as the engine wants it, or raises OutOfRangeError."""


@frozen
class Settling:
    """A field that needs a settler."""

    attribute: str
    field: Field
    settle: Settler


@frozen
class Shape:
    """The struct of one event."""

    struct: type[Struct]
    fields: tuple[Field, ...]
    """Its own fields, by the names of the rule file; those of `profile` may all be null."""
    settlings: tuple[Settling, ...]


def instant(at: int | datetime) -> int:
    """Whole microseconds since the epoch, UTC."""
    return at if isinstance(at, int) else datetime_to_micros(at)


def settle_at(at: int | datetime) -> int:
    """The instant of a record, from 1980 to 2200."""
    micros = instant(at)
    if not FIRST_RECORD <= micros <= LAST_RECORD:
        raise OutOfRangeError
    return micros


def shapes(program: Program) -> dict[str, Shape]:
    """The structs of all events, `profile` and `tick` among them."""
    made = {name: _shape(name, event.fields) for name, event in program.events.items()}
    traits = [
        Field(name=trait.name, type=trait.type, optional=True) for trait in program.traits.values()
    ]
    made["profile"] = _shape("profile", traits, unset=True)
    made["tick"] = Shape(Tick, (), ())
    return made


def class_name(event: str) -> str:
    """`EmailOpen` of `email_open`."""
    return "".join(part[:1].upper() + part[1:] for part in event.split("_"))


def annotation(type_: Type | RecordType) -> Accepted:
    """What msgspec is to accept for a type."""
    match type_:
        case Plain(kind=kind):
            return _PLAIN[kind]
        case Labels(labels=labels) | LevelType(labels=labels):
            return Literal[labels]
        case StageType():
            return _PLAIN[Kind.TEXT]
        case ListType(element=element, up_to=up_to):
            return Annotated[_tuple_of(annotation(element)), Meta(max_length=up_to)]
        case RecordType(fields=fields):
            return _typed_dict(
                "Element", {field.name: _element_annotation(field) for field in fields}
            )
        case _:
            assert_never(type_)


def _tuple_of(element: Accepted) -> Accepted:
    return tuple[element, ...]


def field_annotation(field: Field) -> Accepted:
    """What msgspec is to accept for a field."""
    return annotation(field.type) | None if field.optional else annotation(field.type)


def _element_annotation(field: Field) -> Accepted:
    accepted = field_annotation(field)
    return NotRequired[accepted] if field.optional or field.default is not None else accepted


def _shape(event: str, fields: Iterable[Field], *, unset: bool = False) -> Shape:
    own = tuple(fields)
    attributes = [attribute_of(field.name) for field in own]
    rows: list[Any] = []
    for field, attribute in zip(own, attributes, strict=True):
        accepted = field_annotation(field)
        if unset:
            rows.append((attribute, accepted | UnsetType, UNSET))
        elif field.optional or field.default is not None:
            rows.append((attribute, accepted, _default(field)))
        else:
            rows.append((attribute, accepted))
    renamed = {
        attribute: field.name
        for field, attribute in zip(own, attributes, strict=True)
        if attribute != field.name
    }
    struct = msgspec.defstruct(
        class_name(event),
        rows,
        bases=(Record,),
        module=__name__,
        tag=event,
        rename=renamed or None,
        kw_only=True,
        gc=False,
    )
    settlings = tuple(
        Settling(attribute, field, settle)
        for field, attribute in zip(own, attributes, strict=True)
        if (settle := settler(field.type)) is not None
    )
    return Shape(struct, own, settlings)


def _default(field: Field) -> object:
    return _as_given(field.type, field.default)


def _as_given(type_: Type, value: Any) -> object:
    """A value as a record holds it: dates are `datetime.date`."""
    match type_:
        case Plain(kind=Kind.DATE) if value is not None:
            return date.fromordinal(value + EPOCH_ORDINAL)
        case ListType(element=RecordType(fields=fields)) if value is not None:
            return tuple(
                {field.name: _as_given(field.type, each[field.name]) for field in fields}
                for each in value
            )
        case _:
            return value


def settler(type_: Type | RecordType) -> Settler | None:
    """What is left to do with a value of the type after msgspec, if anything."""
    match type_:
        case Plain(kind=Kind.TIME):
            return _settle_time
        case Plain(kind=Kind.DATE):
            return _settle_date
        case Plain(kind=Kind.DURATION):
            return _settle_duration
        case ListType(element=element):
            settle = settler(element)
            return None if settle is None else lambda items: tuple(map(settle, items))
        case RecordType(fields=fields):
            return _record_settler(fields)
        case _:
            return None


def _record_settler(fields: Iterable[Field]) -> Settler:
    """Puts in what an element leaves out, and settles its fields."""
    rows = [(field.name, _default(field), settler(field.type)) for field in fields]

    def settle(element: dict[str, Any]) -> dict[str, Any]:
        settled = {}
        for name, default, settle_field in rows:
            value = element.get(name, default)
            if value is not None and settle_field is not None:
                value = settle_field(value)
            settled[name] = value
        return settled

    return settle


def _settle_time(time: int | datetime) -> int:
    micros = instant(time)
    if not FIRST_INSTANT <= micros <= LAST_INSTANT:
        raise OutOfRangeError
    return micros


def _settle_date(day: date) -> date:
    if not FIRST_DATE <= day.toordinal() - EPOCH_ORDINAL <= LAST_DATE:
        raise OutOfRangeError
    return day


def _settle_duration(duration: int | timedelta) -> int:
    if isinstance(duration, timedelta):
        duration = duration // timedelta(microseconds=1)
    if not -LONGEST_WAIT <= duration <= LONGEST_WAIT:
        raise OutOfRangeError
    return duration
