"""Bytes into records: typed structs for what is well formed, dead letters for the rest.

A batch is decoded as a whole, which is fast; only when that fails it is decoded record by record,
and then each malformed one becomes a dead letter and the others are given as ever. Which records
are accepted does not depend on what else is in the batch.

Records come out settled: `at` and fields of type time and duration are whole microseconds within
their range; dates are `datetime.date`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, Final, Union

import msgspec
from attrs import frozen
from msgspec import Struct

from lifecycle_dsl.engine.deadletters import (
    REFUSALS,
    DeadLetter,
    dead_letter,
    why_not,
    why_not_json,
    why_not_msgpack,
)
from lifecycle_dsl.engine.frames import elements
from lifecycle_dsl.engine.structs import (
    Accepted,
    OutOfRangeError,
    Record,
    Settling,
    Shape,
    instant,
    settle_at,
    shapes,
)
from lifecycle_dsl.localtime.instants import FIRST_RECORD, LAST_RECORD
from lifecycle_dsl.program.program import Program

__all__ = ["DeadLetter", "Decoded", "Records", "instant"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_at = attrgetter("at")
_PREFIX: Final = 4
"""Bytes of a frame's length."""
_REFUSALS: Final = (*REFUSALS, OutOfRangeError)


@frozen
class Decoded:
    """What a batch held; lines count from 1 in the batch."""

    records: list[Any]
    dead_letters: list[DeadLetter]


class Records:
    """Decodes the records of one program."""

    def __init__(self, program: Program) -> None:
        self.shapes: Mapping[str, Shape] = shapes(program)
        self.classes: dict[str, type[Struct]] = {
            name: shape.struct for name, shape in self.shapes.items()
        }
        self.events = _namespace(self.classes)
        """The structs by their Python names, such as `events.EmailOpen`."""
        self._any = _any_of(self.classes.values())
        self._frame = msgspec.msgpack.Decoder(_list_of(self._any))
        self._raw_frame = msgspec.msgpack.Decoder(list[msgspec.Raw])
        self._map = msgspec.msgpack.Decoder(self._any)
        self._lines = msgspec.json.Decoder(self._any)
        self._settlings: dict[type, tuple[Settling, ...]] = {
            shape.struct: shape.settlings for shape in self.shapes.values() if shape.settlings
        }

    def decode(self, data: bytes) -> Decoded:
        """A MessagePack frame or JSON Lines, whichever it is."""
        return self.decode_frame(data) if is_frame(data) else self.decode_lines(data)

    def decode_frame(self, data: bytes) -> Decoded:
        """A frame, with or without the length in front."""
        whole = int.from_bytes(data[:_PREFIX], "little") == len(data) - _PREFIX
        body = memoryview(data)[_PREFIX:] if whole else data
        try:
            records: list[Any] = self._frame.decode(body)
            self._settle_all(records)
        except _REFUSALS:
            return self._decode_elements(bytes(body))
        return Decoded(records, [])

    def decode_lines(self, data: bytes) -> Decoded:
        """Lines of JSON; blank ones are skipped."""
        try:
            # Not msgspec's `decode_lines`: it takes two records in a line, and one over two lines.
            decode = self._lines.decode
            records: list[Any] = [decode(line) for line in data.split(b"\n") if line]
            self._settle_all(records)
        except _REFUSALS:
            return self._decode_each_line(data)
        return Decoded(records, [])

    def decode_one(self, data: bytes) -> Struct | DeadLetter:
        """A single record: a JSON object or a MessagePack map."""
        if data[:1] and 0x80 <= data[0] <= 0xDF:
            return self._decode_map(1, data)
        return self._decode_line(1, data)

    def convert(self, event: Mapping[str, Any] | Struct) -> Struct | DeadLetter:
        """A mapping such as a line holds, or a struct of `events`, checked like any record."""
        found = event if isinstance(event, Mapping) else _fields(event)
        try:
            record = msgspec.convert(found, self._any)
            self._settle(record)
            msgspec.json.encode(record)  # refuses half a surrogate pair
        except _REFUSALS:
            reason = why_not(self.shapes, found) or "the record is malformed"
            return DeadLetter(1, reason, _printed(found))
        return record  # type: ignore[no-any-return]

    def _settle_all(self, records: list[Any]) -> None:
        if self._settlings:
            for record in records:
                self._settle(record)
            return
        if set(map(type, map(_at, records))) <= {int}:
            return
        for record in records:
            at = record.at
            if at.__class__ is datetime:
                # `settle_at`, written out: this runs for every line.
                since = at - _EPOCH
                micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
                if not FIRST_RECORD <= micros <= LAST_RECORD:
                    raise OutOfRangeError
                record.at = micros

    def _settle(self, record: Record) -> None:
        record.at = settle_at(record.at)
        for settling in self._settlings.get(type(record), ()):
            value = getattr(record, settling.attribute)
            if value is not None and value is not msgspec.UNSET:
                setattr(record, settling.attribute, settling.settle(value))

    def _decode_each_line(self, data: bytes) -> Decoded:
        decoded = Decoded([], [])
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.isspace() and line:
                _put(decoded, self._decode_line(number, line))
        return decoded

    def _decode_line(self, number: int, line: bytes) -> Struct | DeadLetter:
        try:
            record = self._lines.decode(line)
            self._settle(record)
        except _REFUSALS:
            return dead_letter(number, why_not_json(self.shapes, line), line.removesuffix(b"\r"))
        return record  # type: ignore[no-any-return]

    def _decode_elements(self, body: bytes) -> Decoded:
        decoded = Decoded([], [])
        try:
            found = [(bytes(raw), True) for raw in self._raw_frame.decode(body)]
        except _REFUSALS:
            found = list(elements(body))
        for number, (raw, whole) in enumerate(found, 1):
            if whole:
                _put(decoded, self._decode_map(number, raw))
            else:
                decoded.dead_letters.append(dead_letter(number, "the frame is malformed", raw))
        return decoded

    def _decode_map(self, number: int, raw: bytes) -> Struct | DeadLetter:
        try:
            record = self._map.decode(raw)
            self._settle(record)
        except _REFUSALS:
            return dead_letter(number, why_not_msgpack(self.shapes, raw), raw)
        return record  # type: ignore[no-any-return]


def is_frame(data: bytes) -> bool:
    """Whether a batch is a MessagePack frame, not lines of JSON."""
    if int.from_bytes(data[:_PREFIX], "little") == len(data) - _PREFIX:
        return True
    marker = data[_PREFIX : _PREFIX + 1]
    broken = bool(marker) and (0x90 <= marker[0] <= 0x9F or marker[0] in {0xDC, 0xDD})
    return broken and not data.lstrip().startswith(b"{")


def _any_of(structs: Iterable[type[Struct]]) -> Accepted:
    alternatives: Any = tuple(structs)
    return Union[alternatives]  # noqa: UP007  # more than one only when the program is known


def _list_of(element: Accepted) -> Accepted:
    return list[element]


def _put(decoded: Decoded, found: Struct | DeadLetter) -> None:
    if isinstance(found, DeadLetter):
        decoded.dead_letters.append(found)
    else:
        decoded.records.append(found)


def _fields(event: Struct) -> dict[str, Any]:
    """The struct as a mapping that a line could hold."""
    config = event.__struct_config__
    values = {
        name: value
        for attribute, name in zip(
            event.__struct_fields__, event.__struct_encode_fields__, strict=True
        )
        if (value := getattr(event, attribute)) is not msgspec.UNSET
    }
    return {"type": config.tag, **values}


def _printed(found: Mapping[Any, Any]) -> str:
    """A mapping as text for a dead letter."""
    try:
        return msgspec.json.encode(found).decode()
    except REFUSALS:
        return repr(dict(found)).encode("utf-8", "backslashreplace").decode()


def _namespace(classes: Mapping[str, type[Struct]]) -> SimpleNamespace:
    """By the class's name; where two events have the same, the second goes by its own."""
    events: dict[str, type[Struct]] = {}
    for name, struct in classes.items():
        events[struct.__name__ if struct.__name__ not in events else name] = struct
    return SimpleNamespace(**events)
