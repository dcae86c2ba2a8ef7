"""Batches: pieces of an input that the engine takes at once, and the records in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec
from attrs import frozen

from lifecycle_dsl.engine.frames import elements

LENGTH: Final = struct.Struct("<I")
"""What stands before a frame: its length in bytes."""


@frozen
class Batch:
    """A piece of an input that the engine takes at once."""

    data: bytes
    first: int
    """The number of its first line, or of its first record, from 1."""
    framed: bool
    rows: Sequence[int] | None = None
    """The numbers of its records where they come from, if they were put in order since."""

    def records(self) -> Iterator[tuple[int, bytes]]:
        """The records as they stand, each with its number; blank lines are left out."""
        for number, raw in enumerate(self._pieces(), self.first):
            if self.framed or (raw and not raw.isspace()):
                yield number, raw

    def behind(self, number: int) -> Batch:
        """The records that come after the one of a number."""
        return self if number < self.first else list(self.cut([number + 1]))[-1]

    def cut(self, numbers: Sequence[int]) -> Iterator[Batch]:
        """The batch in pieces, each but the first from one of these numbers on."""
        pieces = list(self._pieces())
        starts = sorted({self.first, *numbers})
        for start, end in pairwise([*starts, self.first + len(pieces)]):
            part = pieces[start - self.first : end - self.first]
            data = pack(part, framed=True) if self.framed else b"\n".join(part)
            rows = self.rows and self.rows[start - self.first : end - self.first]
            yield Batch(data, start, self.framed, rows)

    @property
    def last(self) -> int:
        """The number of its last record; before the first, where it has none."""
        numbers = [number for number, _ in self.records()]
        return numbers[-1] if numbers else self.first - 1

    def _pieces(self) -> Iterator[bytes]:
        if self.framed:
            return (raw for raw, _ in elements(self.data[LENGTH.size :]))
        return iter(self.data.split(b"\n"))


def pack(records: Sequence[bytes], *, framed: bool) -> bytes:
    """Records as they stand, together again as a batch."""
    if not framed:
        return b"".join(record + b"\n" for record in records)
    # The head of an array of so many: each None takes one byte.
    head = msgspec.msgpack.encode([None] * len(records)).removesuffix(b"\xc0" * len(records))
    body = head + b"".join(records)
    return LENGTH.pack(len(body)) + body


def count_in_frame(body: bytes) -> int:
    """How many records a frame says it has."""
    first = body[0]
    if 0x90 <= first <= 0x9F:
        return first - 0x90
    if first in {0xDC, 0xDD}:
        return int.from_bytes(body[1 : 3 if first == 0xDC else 5], "big")
    return 1
