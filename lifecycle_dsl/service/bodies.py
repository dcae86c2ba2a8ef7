"""Bodies of requests into records: JSON, JSON Lines or MessagePack, or objects of Python.

Whether a record is accepted is for the rule set's `Records` to say; here bodies are taken apart.
A `tick` is refused: it would move time on for everybody, which is not for whoever posts an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final, assert_never

import msgspec

from lifecycle_dsl.engine.deadletters import REFUSALS, DeadLetter
from lifecycle_dsl.engine.frames import elements
from lifecycle_dsl.engine.records import Decoded, Records
from lifecycle_dsl.engine.structs import Tick
from lifecycle_dsl.service.refusals import UnreadableError

Event = Mapping[str, Any] | msgspec.Struct
"""A record as Python has it: as a line of JSON holds it, or a struct of `ruleset.events`."""
Body = bytes | Event | Iterable[Event]

NO_TICK: Final = "a tick is no event: time goes on by the service's own ticks"
_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ARRAYS: Final = frozenset(range(0x90, 0xA0)) | {0xDC, 0xDD}
_MAPS: Final = frozenset(range(0x80, 0x90)) | {0xDE, 0xDF}
_PREFIX: Final = 4


class Form(Enum):
    """How a body holds its records."""

    JSON = "json"
    """One object, or an array of objects."""
    LINES = "lines"
    """An object on each line."""
    MSGPACK = "msgpack"
    """One map, an array of maps, or a frame: such an array behind its length."""


def records_of(records: Records, body: Body, form: Form) -> Decoded:
    """The records of a body; `form` is that of bytes.

    Raises:
        UnreadableError: where it cannot be taken apart into records.
        TypeError: where it is nothing of the kind.
    """
    if not isinstance(body, bytes):
        events = [body] if isinstance(body, Mapping | msgspec.Struct) else body
        return _each((p, records.convert(_event(event))) for p, event in enumerate(events, 1))
    match form:
        case Form.JSON:
            return _one_by_one(records, enumerate(_of_json(body), 1))
        case Form.LINES:
            decoded = records.decode_lines(body)
            return decoded if _has_no_tick(decoded) else _one_by_one(records, _of_lines(body))
        case Form.MSGPACK:
            return _of_msgpack(records, body)
        case _:
            assert_never(form)


def _of_json(body: bytes) -> Iterable[bytes]:
    """The element, or those of an array."""
    if not body.lstrip().startswith(b"["):
        return [body.strip()]
    try:
        return map(bytes, _ELEMENTS.decode(body))
    except REFUSALS as error:
        raise UnreadableError("the body is no valid JSON array") from error


def _of_lines(body: bytes) -> Iterable[tuple[int, bytes]]:
    """The lines that are not blank, each with its number."""
    for number, line in enumerate(body.split(b"\n"), 1):
        if line and not line.isspace():
            yield number, line


def _of_msgpack(records: Records, body: bytes) -> Decoded:
    first = body[0] if body else None
    framed = int.from_bytes(body[:_PREFIX], "little") == len(body) - _PREFIX
    if first in _MAPS and not framed:
        return _one_by_one(records, [(1, body)])
    if first not in _ARRAYS and not framed:
        raise UnreadableError("the body is no MessagePack map, array or frame")
    decoded = records.decode_frame(body)
    if _has_no_tick(decoded):
        return decoded
    raws = elements(body[_PREFIX:] if framed else body)
    return _one_by_one(records, ((place, raw) for place, (raw, _) in enumerate(raws, 1)))


def _event(event: object) -> Event:
    if isinstance(event, Mapping | msgspec.Struct):
        return event
    raise TypeError(f"an event is a mapping or a struct, not {event!r:.80}")


def _has_no_tick(decoded: Decoded) -> bool:
    return Tick not in set(map(type, decoded.records))


def _one_by_one(records: Records, raws: Iterable[tuple[int, bytes]]) -> Decoded:
    """Records as they stand, each with its place."""
    return _each((place, records.decode_one(raw)) for place, raw in raws)


def _each(found: Iterable[tuple[int, msgspec.Struct | DeadLetter]]) -> Decoded:
    """Records and dead letters apart, each of which says which one it was."""
    decoded = Decoded([], [])
    for place, record in found:
        match record:
            case DeadLetter():
                record.line = place
                decoded.dead_letters.append(record)
            case Tick():
                decoded.dead_letters.append(DeadLetter(place, NO_TICK, ""))
            case _:
                decoded.records.append(record)
    return decoded
