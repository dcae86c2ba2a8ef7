"""Event files as batches for the engine: JSON Lines and MessagePack frames, plain or compressed.

A file is read piece by piece, so that its size does not matter; a line or frame that is too long
to be one becomes a dead letter. What is damaged beyond reading ends the input with one dead
letter: what came before it is handled.
"""

from __future__ import annotations

import gzip
import io
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Self, cast

import msgspec
import zstandard
from attrs import frozen

from lifecycle_dsl.engine.deadletters import DeadLetter, dead_letter
from lifecycle_dsl.engine.frames import elements

__all__ = ["Batch", "Input", "InputError", "open_input", "pack"]

BLOCK: Final = 1 << 18
"""How much of a text is handed on at once, in bytes."""
LONGEST_LINE: Final = 1 << 22
LONGEST_FRAME: Final = 1 << 26
SHOWN: Final = 1 << 12
"""How much of what is too long a dead letter keeps."""

_LENGTH: Final = struct.Struct("<I")
_DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
_LINES: Final = {".jsonl", ".ndjson", ".json"}


class InputError(Exception):
    """A file that cannot be read as events, in one clause for people."""


@frozen
class Batch:
    """A piece of an input that the engine takes at once."""

    data: bytes
    first: int
    """The number of its first line, or of its first record, from 1."""
    framed: bool

    def records(self) -> Iterator[tuple[int, bytes]]:
        """The records as they stand, each with its number; blank lines are left out."""
        if self.framed:
            pieces: Iterable[bytes] = (raw for raw, _ in elements(self.data[_LENGTH.size :]))
        else:
            pieces = self.data.split(b"\n")
        for number, raw in enumerate(pieces, self.first):
            if self.framed or (raw and not raw.isspace()):
                yield number, raw


def pack(records: Sequence[bytes], *, framed: bool) -> bytes:
    """Records as they stand, together again as a batch."""
    if not framed:
        return b"".join(record + b"\n" for record in records)
    # The head of an array of so many: each None takes one byte.
    head = msgspec.msgpack.encode([None] * len(records)).removesuffix(b"\xc0" * len(records))
    body = head + b"".join(records)
    return _LENGTH.pack(len(body)) + body


class Input:
    """An open input; iterating gives batches, and dead letters for what is in none."""

    def __init__(self, raw: BinaryIO, stream: BinaryIO, *, framed: bool, size: int | None) -> None:
        self.framed = framed
        self.size = size
        """Bytes of the file as it lies on the disk; None if nobody knows."""
        self._raw = raw
        self._stream = stream
        self._done = 0

    @property
    def position(self) -> int:
        """How many of those bytes have been read."""
        return self._raw.tell() if self.size is not None else 0

    def __iter__(self) -> Iterator[Batch | DeadLetter]:
        pieces = self._frames() if self.framed else self._pieces()
        try:
            yield from pieces
        except _DAMAGED as error:
            if self._done == 0:
                raise InputError(f"the input does not unpack: {error}") from error
            reason = "the input is damaged or cut off from here on"
            yield DeadLetter(self._done + 1, reason, str(error))

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pieces(self) -> Iterator[Batch | DeadLetter]:
        rest = b""
        for block in self._blocks():
            rest += block
            end = rest.find(b"\n")
            if end < 0:
                if len(rest) > LONGEST_LINE:
                    yield self._too_long(rest)
                    rest = self._after_line()
                continue
            # INVARIANT: only the first line can be too long, the others are within two blocks.
            if end > LONGEST_LINE:
                yield self._too_long(rest[:end])
                rest = rest[end + 1 :]
            last = rest.rfind(b"\n") + 1
            if last:
                yield self._lines(rest[:last])
                rest = rest[last:]
        if rest:
            yield self._lines(rest)

    def _blocks(self) -> Iterator[bytes]:
        while block := self._stream.read(BLOCK):
            yield block

    def _lines(self, data: bytes) -> Batch:
        batch = Batch(data, self._done + 1, framed=False)
        self._done += data.count(b"\n")
        return batch

    def _too_long(self, line: bytes) -> DeadLetter:
        self._done += 1
        return dead_letter(self._done, "the line is longer than 4 MiB", line[:SHOWN])

    def _after_line(self) -> bytes:
        """What stands behind the end of the line that is being read."""
        for block in self._blocks():
            end = block.find(b"\n")
            if end >= 0:
                return block[end + 1 :]
        return b""

    def _frames(self) -> Iterator[Batch | DeadLetter]:
        while head := self._stream.read(_LENGTH.size):
            number = self._done + 1
            if len(head) < _LENGTH.size:
                yield dead_letter(number, "the length of a frame is cut off", head)
                return
            (length,) = _LENGTH.unpack(head)
            if length > LONGEST_FRAME:
                yield dead_letter(number, "the length of a frame is broken", head)
                return
            body = self._stream.read(length)
            if not body:
                yield dead_letter(number, "the frame is cut off", head)
                return
            # A frame that is cut off keeps the records that are whole: its length is mended.
            yield Batch(_LENGTH.pack(len(body)) + body, number, framed=True)
            self._done += _count(body)


def open_input(name: str, stdin: BinaryIO | None = None) -> Input:
    """The input of a name; `-` is standard input, as JSON Lines.

    Raises OSError if it cannot be opened, InputError if its name does not say what it is.
    """
    if name == "-":
        stream = stdin or sys.stdin.buffer
        return Input(stream, stream, framed=False, size=None)
    path = Path(name)
    suffixes = path.suffixes
    packing = suffixes.pop() if suffixes and suffixes[-1] in {".gz", ".zst"} else ""
    kind = suffixes[-1] if suffixes else ""
    if kind and kind != ".msgpack" and kind not in _LINES:
        raise InputError(f"{name} is neither .jsonl nor .msgpack, nor one of them as .gz or .zst")
    raw = path.open("rb")
    size = path.stat().st_size if path.is_file() else None
    return Input(raw, _unpacked(raw, packing), framed=kind == ".msgpack", size=size)


def _unpacked(raw: BinaryIO, packing: str) -> BinaryIO:
    match packing:
        case ".gz":
            return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
        case ".zst":
            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            return io.BufferedReader(reader, BLOCK)
        case _:
            return raw


def _count(body: bytes) -> int:
    """How many records a frame says it has."""
    first = body[0]
    if 0x90 <= first <= 0x9F:
        return first - 0x90
    if first in {0xDC, 0xDD}:
        return int.from_bytes(body[1 : 3 if first == 0xDC else 5], "big")
    return 1
