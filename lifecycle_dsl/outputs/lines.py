"""Lines in a file, plain or packed; of the same lines the same bytes.

A packed file that is cut off says so where it is read, so it is written in its place.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import BinaryIO, Final, cast

import zstandard

_GZIP_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 6


def open_lines(path: Path) -> BinaryIO:
    """A new file, packed as its name says, in place of one that is there.

    Raises:
        OSError: where it cannot be written.
    """
    raw = path.open("wb")
    match path.suffix.lower():
        case ".gz":
            return cast("BinaryIO", _Gzip(raw))
        case ".zst":
            packer = zstandard.ZstdCompressor(_ZSTD_LEVEL)
            return io.BufferedWriter(cast("io.RawIOBase", packer.stream_writer(raw, closefd=True)))
        case _:
            return raw


class _Gzip(gzip.GzipFile):
    """Closes the file that it packs into; its head says neither name nor time."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__("", "wb", _GZIP_LEVEL, raw, mtime=0)
        self._raw = raw

    def close(self) -> None:
        """Close both."""
        super().close()
        self._raw.close()
