"""Files that still grow: one file, also while it is rotated, or a folder that gets new files.

A folder's files are read in the order of their names; a file is done when a later one is there and
nothing more comes. A rotated file (`events.jsonl.1` beside a new `events.jsonl`) is read to its end
before the new one. A line or frame that is not whole yet is left until it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs.batches import Batch
from lifecycle_dsl.inputs.files import Input
from lifecycle_dsl.inputs.packing import InputError, format_of
from lifecycle_dsl.inputs.sources import IDLE, Idle, Place, Source

PAUSE: Final = 0.2
"""Seconds between two looks at what has nothing new."""


def follow(name: str, pause: Callable[[], None] | None = None) -> Source:
    """A source that goes on with a file or a folder for as long as it is asked.

    `pause` is called when there is nothing new; by default it sleeps for 0.2 seconds.

    Raises:
        InputError: where the name of a file does not say what it is.
    """
    path = Path(name).resolve()
    waits = pause or _sleep
    if path.is_dir():
        return Folder(path, waits)
    format_of(path)
    return GrowingFile(path, waits)


def _sleep() -> None:
    time.sleep(PAUSE)


class GrowingFile:
    """One file that is written to, and now and then put aside for a new one.

    Its place is that of the file, behind how often it was put aside.
    """

    def __init__(self, path: Path, pause: Callable[[], None]) -> None:
        self.name = str(path)
        self._path = path
        self._pause = pause
        self._file: Input | None = None
        self._number = 0
        self._rotations = 0

    @property
    def resumable(self) -> bool:
        """It is."""
        return True

    @property
    def place(self) -> Place | None:
        """Up to where it has been read."""
        return None if self._file is None else (self._rotations, *self._file.place)

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        return self._rotations, *_reading(self._file).within(number)

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter | Idle]:
        """What comes behind a place, and whatever is written from then on."""
        if place is not None:
            self._rotations = int(place[0]) if len(place) > 4 else 0
            yield from self._rest(place)
        while True:
            if self._file is None and not self._open():
                yield self._nothing()
                continue
            file = _reading(self._file)
            yield from file
            if self._is_put_aside(file):
                yield from file  # what was written before the new one came
                self.close()
                self._rotations += 1
            else:
                yield self._nothing()

    def kept(self, place: Place) -> None:
        """A file need not know."""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _rest(self, place: Place) -> Iterator[Batch | DeadLetter]:
        """What is left of the file that the place is of, wherever it has been put."""
        aside = sorted(self._path.parent.glob(f"{self._path.name}[.-]*"))
        for path in (self._path, *aside):
            if not path.is_file():
                continue
            self._file = self._opened(path)
            try:
                pieces = self._file.read(place)
                first = next(pieces, None)
            except InputError:
                self.close()
                continue
            if first is not None:
                yield first
                yield from pieces
            if path != self._path:
                self.close()
                self._rotations += 1
            return
        raise InputError(f"{self._path} and the files beside it are not what was read before")

    def _open(self) -> bool:
        """Open the file, if it is there."""
        try:
            self._file = self._opened(self._path)
        except FileNotFoundError:
            return False
        return True

    def _opened(self, path: Path) -> Input:
        raw = path.open("rb")
        self._number = path.stat().st_ino
        return Input(raw, format_of(self._path), name=str(path), size=None, growing=True)

    def _is_put_aside(self, file: Input) -> bool:
        """Whether another file stands under the name now, or this one was emptied."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return False
        return status.st_ino != self._number or status.st_size < int(file.place[0])

    def _nothing(self) -> Idle:
        self._pause()
        return IDLE


class Folder:
    """A folder of event files; its place is that of a file, behind the file's name."""

    def __init__(self, path: Path, pause: Callable[[], None]) -> None:
        self.name = str(path)
        self._path = path
        self._pause = pause
        self._file: Input | None = None
        self._file_name = ""

    @property
    def resumable(self) -> bool:
        """It is."""
        return True

    @property
    def place(self) -> Place | None:
        """Up to where it has been read."""
        return None if self._file is None else (self._file_name, *self._file.place)

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        return self._file_name, *_reading(self._file).within(number)

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter | Idle]:
        """What comes behind a place, and whatever comes into the folder from then on."""
        name = "" if place is None else str(place[0])
        if place is not None:
            if not (self._path / name).is_file():
                raise InputError(f"{self._path / name}, which was being read, is gone")
            self._open(name)
            yield from _reading(self._file).read(place)
        while True:
            if self._file is not None:
                yield from self._file
            later = self._after(self._file_name)
            if later is None:
                self._pause()
                yield IDLE
            else:
                if self._file is not None:
                    yield from self._file  # what was written before the later one came
                self._open(later)

    def kept(self, place: Place) -> None:
        """A folder need not know."""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, name: str) -> None:
        self.close()
        path = self._path / name
        format_ = format_of(path)
        self._file_name = name
        growing = not format_.packing
        self._file = Input(path.open("rb"), format_, name=str(path), size=None, growing=growing)

    def _after(self, name: str) -> str | None:
        """The next file of events by name, if there is one; hidden and unfinished ones are none."""
        names = (each.name for each in self._path.iterdir() if _is_of_events(each))
        return min((each for each in names if each > name), default=None)


def _reading(file: Input | None) -> Input:
    if file is None:
        raise RuntimeError("nothing has been read yet")
    return file


def _is_of_events(path: Path) -> bool:
    if path.name.startswith(".") or not path.suffix or not path.is_file():
        return False
    try:
        format_of(path)
    except InputError:
        return False
    return True
