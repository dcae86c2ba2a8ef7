"""A file as a destination: JSON Lines, appended, each message once.

A message that is new cannot be in the file. One that somebody had in hand before is looked for by
its key, so that it is not written twice. A line that was cut off, because its writer died or the
disk was full, was never reported as delivered: it is removed, and its message comes again.
"""

from __future__ import annotations

import mmap
import os
from errno import ENOENT
from pathlib import Path
from typing import BinaryIO, Final

from attrs import define, field
from filelock import FileLock, Timeout

from lifecycle_dsl.delivery.destination import LaterError, Limits, Parcel
from lifecycle_dsl.delivery.gathering import Gathering

FILE_LIMITS: Final = Limits(workers=64)
"""Many at a time are written with one flush."""
_PATIENCE: Final = 5.0
"""Seconds to wait for another deliverer that writes to the same file."""
_PIECE: Final = 65_536


@define
class FileDestination:
    """Appends messages to a file, which several deliverers may share on one machine."""

    path: Path
    limits: Limits = FILE_LIMITS
    _gathering: Gathering[Parcel] | None = field(default=None, init=False, repr=False)

    async def deliver(self, parcel: Parcel) -> None:
        """Append a message; it is on the disk when this returns."""
        if self._gathering is None:
            self._gathering = Gathering(self._append)
        try:
            await self._gathering.bring(parcel)
        except Timeout as error:
            raise LaterError(f"{self.path}: another process holds it", down=True) from error
        except OSError as error:
            raise LaterError(f"{self.path}: {error.strerror}", down=True) from error

    async def close(self) -> None:
        """Nothing is held between messages."""
        self._gathering = None

    def _append(self, parcels: list[Parcel]) -> None:
        if not self.path.parent.is_dir():  # perhaps a disk that is not there now
            raise FileNotFoundError(ENOENT, f"there is no folder {self.path.parent}")
        with (
            FileLock(f"{self.path}.lock", timeout=_PATIENCE),
            self.path.open("a+b", buffering=0) as file,
        ):
            end = _whole(file)
            known = [p.message.key for p in parcels if p.seen]
            there = _found(file, known) if end and known else set()
            lines = [p.message.line for p in parcels if p.message.key not in there]
            try:
                _write(file, b"".join(line + b"\n" for line in lines))
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(end)
                raise


def _write(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _whole(file: BinaryIO) -> int:
    """Cut off a last line without an end; gives the size."""
    size = end = file.seek(0, os.SEEK_END)
    if size:
        file.seek(size - 1)
        if file.read(1) == b"\n":
            return size
    while end:
        start = max(0, end - _PIECE)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        file.truncate(end)
    return end


def _found(file: BinaryIO, keys: list[str]) -> set[str]:
    """Which keys are in a file that is not empty; the latest lines are looked at first."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return {key for key in keys if text.rfind(f'"key":"{key}"'.encode()) >= 0}
