"""Records that are not handled, and why, in the words of the rule file.

msgspec says what it expected in Python's words. So a record that it refuses is decoded once more
without types, and its declared fields are tried one by one until the one at fault is found.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, assert_never

import msgspec
from msgspec import Meta, Struct

from lifecycle_dsl.engine.structs import (
    LONGEST_TEXT,
    Accepted,
    At,
    Name,
    Number,
    OutOfRangeError,
    Settler,
    Shape,
    annotation,
    settle_at,
    settler,
)
from lifecycle_dsl.localtime.instants import FIRST_RECORD, LAST_RECORD, SECOND
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

REFUSALS: Final = (
    msgspec.MsgspecError,
    ValueError,  # UnicodeDecodeError among them
    OverflowError,
    RecursionError,
    TypeError,  # a MessagePack map with a list for a key
)
"""What decoding a malformed record raises."""

NO_TIME: Final = "is no time such as 2026-12-31T12:00:00Z"
_LONGEST_NAME: Final = 40
_UNITS: Final = {
    "seconds": (SECOND, 1),
    "milliseconds": (1_000, 1),
    "nanoseconds": (1, 1_000),
}
"""What makes microseconds of them: a factor and a divisor."""
_TAKEN: Final = "`at` is microseconds since 1970 or a text such as 2026-12-31T12:00:00Z"


class DeadLetter(Struct):
    """A record that was not handled."""

    line: int
    """Its place in the input, from 1: the line, or the number of the record in its frame."""
    reason: str
    record: str
    """Its text, or in base64 what is not UTF-8."""


def dead_letter(line: int, reason: str, raw: bytes) -> DeadLetter:
    """A dead letter of the bytes as they came."""
    try:
        record = raw.decode()
    except UnicodeDecodeError:
        record = b64encode(raw).decode()
    return DeadLetter(line, reason, record)


def why_not_json(shapes: Mapping[str, Shape], raw: bytes) -> str:
    """Why a line was refused."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "the record is not UTF-8"
    try:
        # The standard library also reads NaN and half a surrogate pair, so that the field that
        # holds it can be named.
        found = json.loads(text, parse_int=_whole)
    except RecursionError:
        return "the record is nested too deeply"
    except ValueError:
        return "the record is no valid JSON"
    return why_not(shapes, found) or "the record is no valid JSON"


def _whole(digits: str) -> int:
    """A whole number; of one that Python would not read, as many digits as no range has."""
    return int(digits[:1_000])


def why_not_msgpack(shapes: Mapping[str, Shape], raw: bytes) -> str:
    """Why a record of a frame was refused."""
    try:
        found = msgspec.msgpack.decode(raw)
    except RecursionError:
        return "the record is nested too deeply"
    except UnicodeDecodeError:
        return "a text of the record is not UTF-8"
    except REFUSALS:
        return "the record is no valid MessagePack"
    return why_not(shapes, found) or "the record is no valid MessagePack"


def why_not(shapes: Mapping[str, Shape], found: object) -> str | None:
    """What is wrong with a record that is decoded already; None if nothing is to be seen."""
    if not isinstance(found, Mapping):
        return "the record is no object"
    if "type" not in found:
        return "`type` is missing"
    event = found["type"]
    if not isinstance(event, str):
        return "`type` is no text"
    shape = shapes.get(event)
    if shape is None:
        return f"no event is called `{_shortened(event)}`"
    if event == "tick":
        return _wrong_at(found)
    return (
        _wrong_name(found, "customer", required=True)
        or _wrong_at(found)
        or _wrong_name(found, "id", required=False)
        or _wrong_value(found)
        or _wrong_field(found, shape, nullable=event == "profile")
    )


def unit_of(at: object) -> str | None:
    """In what an `at` counts since 1970, if that seems to be something else than microseconds."""
    if isinstance(at, int) and not isinstance(at, bool):
        for unit, (factor, divisor) in _UNITS.items():
            if FIRST_RECORD <= at * factor // divisor <= LAST_RECORD:
                return unit
    return None


def _wrong_name(found: Mapping[Any, Any], name: str, *, required: bool) -> str | None:
    if name not in found:
        return f"`{name}` is missing" if required else None
    value = found[name]
    if (value is None and not required) or _fits(value, Name):
        return None
    return f"`{name}` is empty" if value == "" else f"`{name}` {_wrong_text(value)}"


def _wrong_at(found: Mapping[Any, Any]) -> str | None:
    if "at" not in found:
        return "`at` is missing"
    if _fits(found["at"], At, settle_at):
        return None
    outside = "is before 1980 or after 2200"
    unit = unit_of(found["at"])
    if unit is not None:
        outside += f": it looks like {unit}, and {_TAKEN}"
    return f"`at` {_wrong_time(found['at'], outside)}"


def _wrong_value(found: Mapping[Any, Any]) -> str | None:
    if "value" not in found or _fits(found["value"], Number):
        return None
    return f"field `value` {_wrong_number(found['value'])}"


def _wrong_field(found: Mapping[Any, Any], shape: Shape, *, nullable: bool) -> str | None:
    for field in shape.fields:
        if wrong := _wrong_in(found, field, nullable=nullable):
            return f"field `{field.name}` {wrong}"
    return None


def _wrong_in(found: Mapping[Any, Any], field: Field, *, nullable: bool = False) -> str | None:
    if field.name not in found:
        required = not (nullable or field.optional or field.default is not None)
        return "is missing" if required else None
    value = found[field.name]
    if value is None and (nullable or field.optional):
        return None
    return _wrong(value, field.type)


def _wrong(value: object, type_: Type | RecordType) -> str | None:
    """What is wrong with a value, as the rest of a sentence."""
    if _fits(value, annotation(type_), settler(type_)):
        return None
    match type_:
        case Plain(kind=Kind.NUMBER | Kind.MONEY):
            return _wrong_number(value)
        case Plain(kind=Kind.TIME):
            return _wrong_time(value, "is before 1900 or after 2400")
        case Plain(kind=Kind.TEXT) | StageType():
            return _wrong_text(value)
        case Labels(labels=labels) | LevelType(labels=labels):
            return f"is not one of ({', '.join(labels)})"
        case Plain(kind=kind):
            return _WRONG_PLAIN[kind]
        case ListType():
            return _wrong_list(value, type_)
        case RecordType(fields=fields):
            return _wrong_element(value, fields)
        case _:
            assert_never(type_)


_WRONG_PLAIN: Final = {
    Kind.BOOL: "is neither true nor false",
    Kind.DATE: "is no date such as 2026-12-31",
    Kind.DURATION: "is no duration of whole microseconds, or one such as P30D",
}


def _wrong_number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is no number"
    finite = isinstance(value, int) or math.isfinite(value)
    return "is beyond ±1e15" if finite else "is not finite"


def _wrong_text(value: object) -> str:
    if not isinstance(value, str):
        return "is no text"
    return "is longer than 4,096 characters" if len(value) > LONGEST_TEXT else "is malformed text"


def _wrong_time(value: object, outside: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str | datetime):
        return "is neither a text nor a whole number of microseconds"
    if isinstance(value, int) or _fits(value, Annotated[datetime, Meta(tz=True)]):
        return outside
    return "has no offset" if _fits(value, datetime) else NO_TIME


def _wrong_list(value: object, type_: ListType) -> str:
    if not isinstance(value, list | tuple):
        return "is no list"
    if len(value) > type_.up_to:
        return f"has more than {type_.up_to:,} elements"
    wrong = next(filter(None, (_wrong(item, type_.element) for item in value)), "is malformed")
    return f"has an element that {wrong}"


def _wrong_element(value: object, fields: tuple[Field, ...]) -> str:
    if not isinstance(value, Mapping):
        return "is no object"
    for field in fields:
        if wrong := _wrong_in(value, field):
            return f"has a field `{field.name}` that {wrong}"
    return "is malformed"


def _fits(value: object, accepted: Accepted, settle: Settler | None = None) -> bool:
    try:
        converted = msgspec.convert(value, accepted)
        msgspec.json.encode(converted)  # refuses half a surrogate pair
        if settle is not None:
            settle(converted)
    except (*REFUSALS, OutOfRangeError):
        return False
    return True


def _shortened(name: str) -> str:
    """A stranger's name, short and without anything a terminal would act on."""
    shown = "".join(each if each.isprintable() else "\ufffd" for each in name[:_LONGEST_NAME])
    return shown if len(name) <= _LONGEST_NAME else f"{shown}…"
