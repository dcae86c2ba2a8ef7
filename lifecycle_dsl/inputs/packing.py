"""Files as streams of bytes, whatever they are packed with, and what their names say of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import zstandard
from attrs import frozen

BLOCK: Final = 1 << 18
"""How much of a text is handed on at once, in bytes."""
DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
"""What unpacking raises; EOFError where the file is cut off."""
_LINES: Final = {".jsonl", ".ndjson", ".json"}
_TABLES: Final = {".csv", ".tsv", ".parquet", ".pq"}
_DATABASES: Final = {".db", ".sqlite", ".sqlite3", ".duckdb"}
PACKINGS: Final = frozenset({".gz", ".zst"})
_MORSEL: Final = 1 << 10
"""Packed bytes that are unpacked at once: 32 MiB at most, however well they are packed."""


class InputError(Exception):
    """An input that cannot be read as events, in one clause for people."""


@frozen
class Format:
    """What a file holds, as its name says."""

    framed: bool
    """MessagePack frames, and not lines of JSON."""
    packing: str
    """`.gz`, `.zst` or nothing."""


def format_of(path: Path) -> Format:
    """What a file of this name holds.

    Raises:
        InputError: where the name does not say it.
    """
    suffixes = path.suffixes
    packing = suffixes.pop() if suffixes and suffixes[-1] in PACKINGS else ""
    kind = suffixes[-1] if suffixes else ""
    if kind and kind != ".msgpack" and kind not in _LINES:
        said = f"{path} is neither .jsonl nor .msgpack, nor one of them as .gz or .zst"
        if kind in _TABLES:
            said += f"; a query reads it, as in --sql \"SELECT … FROM '{path.name}'\""  # noqa: S608 — words for people
        elif kind in _DATABASES:
            said += f'; a query reads it: --sql "SELECT … FROM …" --from {path.name}'  # noqa: S608
        raise InputError(said)
    return Format(kind == ".msgpack", packing)


class Readable(Protocol):
    """As much of a stream as an input needs."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; fewer only at the end."""

    def close(self) -> None:
        """Let go of it."""


def unpacked(raw: BinaryIO, packing: str) -> Readable:
    """A file's bytes as they were before they were packed."""
    match packing:
        case ".gz":
            return _Unpacked(_gunzipped(raw))
        case ".zst":
            return _Unpacked(_unzstd(raw))
        case _:
            return raw


class _Unpacked:
    """A stream of what is unpacked piece by piece.

    Damage is raised behind what was unpacked before it, which is given first.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ahead = b""
        self._damage: Exception | None = None

    def read(self, size: int, /) -> bytes:
        """The next bytes; fewer at the end, or before damage."""
        parts, length = [self._ahead], len(self._ahead)
        while length < size and self._damage is None:
            try:
                piece = next(self._pieces, None)
            except DAMAGED as error:
                self._damage = error
                break
            if piece is None:
                break
            parts.append(piece)
            length += len(piece)
        whole = b"".join(parts)
        self._ahead = whole[size:]
        if not whole and self._damage is not None:
            raise self._damage
        return whole[:size]

    def close(self) -> None:
        """Nothing is held but the file itself."""


def _gunzipped(raw: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=raw) as unpacking:
        while piece := unpacking.read1(BLOCK):
            yield piece


def _unzstd(raw: BinaryIO) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor()
    frame = None
    while morsel := raw.read(_MORSEL):
        while morsel:
            frame = frame or unpacker.decompressobj()
            yield frame.decompress(morsel)
            morsel = b""
            if frame.eof:
                morsel, frame = frame.unused_data, None
    if frame is not None:
        raise EOFError("the last zstd frame is cut off")
