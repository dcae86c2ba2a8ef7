"""Files as streams of bytes, whatever they are packed with, and what their names say of them."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, Final, cast

import zstandard
from attrs import frozen

BLOCK: Final = 1 << 18
"""How much of a text is handed on at once, in bytes."""
DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
_LINES: Final = {".jsonl", ".ndjson", ".json"}
_PACKINGS: Final = {".gz", ".zst"}


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
    packing = suffixes.pop() if suffixes and suffixes[-1] in _PACKINGS else ""
    kind = suffixes[-1] if suffixes else ""
    if kind and kind != ".msgpack" and kind not in _LINES:
        raise InputError(f"{path} is neither .jsonl nor .msgpack, nor one of them as .gz or .zst")
    return Format(kind == ".msgpack", packing)


def unpacked(raw: BinaryIO, packing: str) -> BinaryIO:
    """A file's bytes as they were before they were packed."""
    match packing:
        case ".gz":
            return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
        case ".zst":
            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            return io.BufferedReader(reader, BLOCK)
        case _:
            return raw
