"""A folder of event files that gets new ones.

Its files are read in the order of their names. One is done when a later one is there and nothing
more comes; so it may be written where it is, or be put there whole. Hidden files, and such whose
names are not of events (`part.jsonl.tmp`), are left alone.
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
from lifecycle_dsl.inputs.sources import IDLE, Idle, Place

PATIENCE: Final = 5
"""How many looks with nothing new a later file waits for what is not whole in the one before."""
_FRESH: Final = 2.0
"""Seconds after which a folder's time of change tells whether it has changed since."""
_TOO_LATE: Final = "the file came when later ones had been read: none of it was handled"


class Folder:
    """A folder of event files; its place is that of a file, behind the file's name."""

    def __init__(self, path: Path, pause: Callable[[], None]) -> None:
        self.name = str(path)
        self._path = path
        self._pause = pause
        self._file: Input | None = None
        self._file_name = ""
        self._size = 0
        """Of the file that is being read, when it was opened."""
        self._names: set[str] = set()
        self._changed = 0.0
        self._known: set[str] | None = None
        """The files that have been here; None before the first look."""

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
        return self._file_name, *self._reading.within(number)

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter | Idle]:
        """What comes behind a place, and whatever comes into the folder from then on."""
        if place is not None:
            name = str(place[0])
            if not (self._path / name).is_file():
                raise InputError(
                    f"{self._path / name}, which was being read, is gone: put it back, "
                    "or follow another folder"
                )
            yield from self._opened(name).read(place[1:])
        quiet = 0
        while True:
            before = self._state()
            yield from self._grown()
            quiet = quiet + 1 if self._state() == before else 0
            yield from self._too_late()
            later = self._later()
            if later is None or (self._is_unfinished() and quiet < PATIENCE):
                self._pause()
                yield IDLE
                continue
            yield from self._grown()  # what was written before the later one came
            if self._file is not None:
                yield from self._file.finish()
            self._opened(later)
            quiet = 0

    def kept(self, place: Place) -> None:
        """A folder need not know."""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _reading(self) -> Input:
        if self._file is None:
            raise RuntimeError("nothing has been read yet")
        return self._file

    def _opened(self, name: str) -> Input:
        path = self._path / name
        format_ = format_of(path)
        try:
            raw = path.open("rb")
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        self.close()
        self._file_name = name
        self._file = Input(raw, format_, name=str(path), size=None, growing=True)
        self._file.patient = True
        self._size = self._file.status().st_size
        return self._file

    def _grown(self) -> Iterator[Batch | DeadLetter]:
        """What has come to the file that is being read."""
        file = self._file
        if file is None:
            return
        if file.packed and file.status().st_size != self._size:
            # What is packed is only unpacked from its beginning.
            yield from self._opened(self._file_name).read(file.place)
        else:
            yield from file

    def _state(self) -> tuple[object, ...]:
        """What changes when the file that is being read does."""
        return () if self._file is None else (self._file.place, self._file.rest, self._size)

    def _is_unfinished(self) -> bool:
        return self._file is not None and (self._file.rest > 0 or self._file.is_broken)

    def _later(self) -> str | None:
        """The next file by name, once there is something in it or in one behind it."""
        later = sorted(each for each in self._listing() if each > self._file_name)
        return later[0] if any(map(self._holds_something, later)) else None

    def _holds_something(self, name: str) -> bool:
        try:
            return (self._path / name).stat().st_size > 0
        except FileNotFoundError:
            return False

    def _too_late(self) -> Iterator[DeadLetter]:
        """Files that have come since with names before the one that is being read."""
        names = self._listing()
        known = names if self._known is None else self._known
        self._known = names | known
        for name in sorted(each for each in names - known if each < self._file_name):
            yield DeadLetter(0, _TOO_LATE, name)

    def _listing(self) -> set[str]:
        """The names of the files of events."""
        changed = self._path.stat().st_mtime
        if changed != self._changed or time.time() - changed < _FRESH:
            self._changed = changed
            self._names = {each.name for each in self._path.iterdir() if _is_of_events(each)}
        return self._names


def _is_of_events(path: Path) -> bool:
    if path.name.startswith(".") or not path.suffix or not path.is_file():
        return False
    try:
        format_of(path)
    except InputError:
        return False
    return True
