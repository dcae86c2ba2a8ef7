"""Event files as batches for the engine: JSON Lines and MessagePack frames, plain or packed.

A file is read piece by piece, so that its size does not matter; a line or frame that is too long
to be one becomes a dead letter. What is damaged beyond reading ends the input with one dead
letter: what came before it is handled.

A place in a file is (offset, first, next, mark, standing): the batch at `offset`, in bytes before
packing, begins with record `first`; the next to be handled is `next`; `mark` is a checksum of what
stands before the offset, by which another file of the same name is told apart; `standing` says
what is known of what stands behind it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, Final, Self
from zlib import crc32

import msgspec

from lifecycle_dsl.engine.deadletters import REFUSALS, DeadLetter, dead_letter
from lifecycle_dsl.inputs.batches import LENGTH, Batch, count_in_frame
from lifecycle_dsl.inputs.packing import BLOCK, DAMAGED, Format, InputError, format_of, unpacked
from lifecycle_dsl.inputs.sources import Place

LONGEST_LINE: Final = 1 << 22
LONGEST_FRAME: Final = 1 << 26
SHOWN: Final = 1 << 12
"""How much of what is too long a dead letter keeps."""
MARKED: Final = 1 << 10
"""How many of the last bytes the mark is of."""
PLACE: Final = 5
"""How many numbers a place in a file has."""


class Standing(IntEnum):
    """What is known of what stands behind a place."""

    OPEN = 0
    """Nothing."""
    TOLD = 1
    """It was damaged, which a dead letter has told."""
    WITHIN = 2
    """The rest of a line that is too long, which a dead letter has told."""


class Input:
    """An open input; iterating gives batches, and dead letters for what is in none."""

    def __init__(
        self, raw: BinaryIO, format_: Format, *, name: str, size: int | None, growing: bool = False
    ) -> None:
        self.name = name
        self.framed = format_.framed
        self.packed = bool(format_.packing)
        self.size = size
        """Bytes of the file as it lies on the disk; None if nobody knows."""
        self.patient = False
        """Whether a packed file that is cut off or damaged may still become whole."""
        self.is_broken = False
        """Whether it is a packed file that is cut off or damaged."""
        self._raw = raw
        self._stream = unpacked(raw, format_.packing)
        self._growing = growing
        self._done = 0
        self._read = 0
        self._ahead = b""
        self._tail = b""
        self._batch = (0, 1)
        self._mark_before = 0
        self._standing = Standing.OPEN
        self._told = 0
        """The number of the record at which damage was told."""

    @property
    def position(self) -> int:
        """How many of the file's bytes have been read."""
        return self._raw.tell() if self.size is not None else 0

    @property
    def resumable(self) -> bool:
        """Not where it comes from standard input or another pipe."""
        return self._growing and self._raw.seekable()

    @property
    def rest(self) -> int:
        """How many bytes at the end, before packing, are no whole record yet."""
        return len(self._ahead)

    @property
    def place(self) -> Place:
        """Up to where it has been read: behind the piece that was given last."""
        next_ = self._done + 1
        return self._read - len(self._ahead), next_, next_, crc32(self._tail), int(self._standing)

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        if number == self._done:
            return self.place
        return *self._batch, number + 1, self._mark_before, int(Standing.OPEN)

    def is_same(self) -> bool:
        """Whether the file still holds what was read last; it must not be packed."""
        end = self._read - len(self._ahead)
        return os.pread(self._raw.fileno(), len(self._tail), end - len(self._tail)) == self._tail

    def status(self) -> os.stat_result:
        """Of the open file, wherever it has been put."""
        return os.fstat(self._raw.fileno())

    def stands(self, place: Place) -> bool:
        """Go to a place; whether it is one of this file."""
        offset, mark = (int(place[-PLACE + part]) for part in (0, 3))
        try:
            self._skip(offset)
        except DAMAGED:
            return False
        return self._read == offset and crc32(self._tail) == mark

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter]:
        """What comes behind a place.

        Raises:
            InputError: where the file is not the one that the place is of, or does not unpack.
        """
        if place is None:
            yield from self
            return
        _, first, next_, _, standing = (int(part) for part in place[-PLACE:])
        if not self.stands(place):
            raise InputError(
                f"{self.name} is not the file that was read up to record {next_ - 1}: "
                "put that one back, or give this one another name"
            )
        self._done = first - 1
        if standing == Standing.TOLD:
            self._told = next_
        else:
            self._standing = Standing(standing)
        for piece in self:
            if isinstance(piece, DeadLetter):
                if piece.line >= next_:
                    yield piece
                continue
            rest = piece.behind(next_ - 1)
            if next(rest.records(), None) is not None:
                yield rest

    def finish(self) -> Iterator[Batch | DeadLetter]:
        """What is left, where nothing more is going to come."""
        self._growing = False
        yield from self

    def kept(self, place: Place) -> None:
        """A file need not know."""

    def __iter__(self) -> Iterator[Batch | DeadLetter]:
        if self._standing == Standing.TOLD:
            return
        pieces = self._frames() if self.framed else self._pieces()
        try:
            yield from pieces
        except DAMAGED as error:
            self.is_broken = True
            if self.patient and self._growing:
                return
            if self._done == 0 and not self._read and not self.patient:
                raise InputError(f"{self.name} does not unpack: {error}") from error
            yield from self._end("the input is damaged or cut off from here on", str(error))

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, reason: str, shown: str) -> Iterator[DeadLetter]:
        """Say, unless it is said already, that nothing behind this can be read."""
        self._standing = Standing.TOLD
        if self._told != self._done + 1:
            yield DeadLetter(self._done + 1, reason, shown)

    # ---- bytes

    def _take(self, size: int) -> bytes:
        """The next bytes of the stream; fewer at the end."""
        taken = self._stream.read(size)
        self._read += len(taken)
        return taken

    def _next(self, size: int) -> bytes:
        """As many bytes, of those given back first; fewer at the end."""
        taken = self._ahead[:size]
        self._ahead = self._ahead[size:]
        return taken if len(taken) == size else taken + self._take(size - len(taken))

    def _give_back(self, ahead: bytes) -> None:
        """Bytes that have been read and belong to no piece yet."""
        self._ahead = ahead

    def _skip(self, offset: int) -> None:
        """Go to an offset, and remember what stands before it."""
        if self._stream is self._raw and self._raw.seekable():
            self._read = self._raw.seek(max(offset - MARKED, 0))
        while self._read < offset and (block := self._take(min(BLOCK, offset - self._read))):
            self._note(block)

    def _note(self, data: bytes) -> None:
        """Take note of bytes that have been handed on."""
        self._tail = (self._tail + data[-MARKED:])[-MARKED:]

    def _begin_batch(self, data: bytes) -> None:
        self._batch = self._read - len(self._ahead) - len(data), self._done + 1
        self._mark_before = crc32(self._tail)
        self._note(data)

    # ---- lines

    def _pieces(self) -> Iterator[Batch | DeadLetter]:
        while block := self._take(BLOCK):
            self._give_back(self._ahead + block)
            if not self._is_behind_last_line():
                continue
            rest = self._ahead
            end = rest.find(b"\n")
            if end < 0:
                if len(rest) > LONGEST_LINE:
                    self._standing = Standing.WITHIN
                    yield self._too_long(rest, b"")
                continue
            # INVARIANT: only the first line can be too long, the others are within two blocks.
            if end > LONGEST_LINE:
                yield self._too_long(rest[: end + 1], rest[end + 1 :])
                rest = self._ahead
            last = rest.rfind(b"\n") + 1
            if last:
                yield self._lines(rest[:last], rest[last:])
        if self._ahead and self._is_whole(self._ahead):
            yield self._lines(self._ahead, b"")

    def _is_behind_last_line(self) -> bool:
        """Pass what still belongs to the line that was given last; whether it is all passed."""
        rest = self._ahead
        is_within = self._standing == Standing.WITHIN
        if not is_within and (not self._done or self._tail.endswith(b"\n")):
            return True
        end = rest.find(b"\n") + 1
        line = rest[:end] if end else rest
        if not is_within and not line.isspace():
            return True  # it is no end of a line, so let it be a line of its own
        if is_within or end:
            self._give_back(rest[len(line) :])
            self._note(line)
        if end:
            self._standing = Standing.OPEN
        return bool(end)

    def _is_whole(self, line: bytes) -> bool:
        """Whether a last line without an end is one, if the file may still grow."""
        if not self._growing:
            return True
        try:
            return isinstance(msgspec.json.decode(line), dict)
        except REFUSALS:
            return False

    def _lines(self, data: bytes, ahead: bytes) -> Batch:
        self._give_back(ahead)
        self._begin_batch(data)
        batch = Batch(data, self._done + 1, framed=False)
        self._done += data.count(b"\n") + (not data.endswith(b"\n"))
        return batch

    def _too_long(self, line: bytes, ahead: bytes) -> DeadLetter:
        self._give_back(ahead)
        self._begin_batch(line)
        self._done += 1
        return dead_letter(self._done, "the line is longer than 4 MiB", line[:SHOWN])

    # ---- frames

    def _frames(self) -> Iterator[Batch | DeadLetter]:
        while head := self._next(LENGTH.size):
            number = self._done + 1
            if len(head) < LENGTH.size:
                yield from self._cut_off(head, "the length of a frame is cut off")
                return
            (length,) = LENGTH.unpack(head)
            if length > LONGEST_FRAME:
                self._give_back(head)
                shown = dead_letter(number, "", head).record
                yield from self._end("the length of a frame is broken", shown)
                return
            body = self._next(length)
            if not body or (self._growing and len(body) < length):
                yield from self._cut_off(head + body, "the frame is cut off")
                return
            self._begin_batch(head + body)
            # A frame that is cut off keeps the records that are whole: its length is mended.
            batch = Batch(LENGTH.pack(len(body)) + body, number, framed=True)
            self._done += count_in_frame(body)
            yield batch

    def _cut_off(self, data: bytes, reason: str) -> Iterator[DeadLetter]:
        """Say so at the end of the file, unless more may come."""
        self._give_back(data)
        if self._growing:
            self._ahead += self._take(1)  # what is damaged says so now
        else:
            yield from self._end(reason, dead_letter(0, "", data[:SHOWN]).record)


def _is_list(file: BinaryIO) -> bool:
    """Whether a file of JSON is one list, as far as its beginning tells."""
    head = file.read(BLOCK)
    file.seek(0)
    return head.lstrip().startswith(b"[")


def open_input(name: str, stdin: BinaryIO | None = None, *, growing: bool = False) -> Input:
    """The input of a name; `-` is standard input, as JSON Lines.

    Where the file is `growing`, a piece at its end that is not whole yet is left for later.

    Raises:
        OSError: where it cannot be opened.
        InputError: where its name does not say what it is, or it is no file of lines.
    """
    if name == "-":
        stream = stdin or sys.stdin.buffer
        return Input(stream, Format(framed=False, packing=""), name="-", size=None)
    path = Path(name)
    format_ = format_of(path)
    raw = path.open("rb")
    is_file = path.is_file()
    if is_file and path.suffix == ".json" and _is_list(raw):
        raw.close()
        raise InputError(
            f"{path} is one list, and not an object a line; "
            f"a query reads it, as in --sql \"FROM '{path.name}'\""
        )
    size = path.stat().st_size if is_file else None
    growing = growing and is_file
    return Input(raw, format_, name=str(path.resolve()), size=size, growing=growing)
