"""A file that still grows, also while it is rotated.

A file that was put aside (`events.jsonl.1` or `events.jsonl-20260105.gz` beside a new
`events.jsonl`) is read to its end before the next one, whether it was renamed, or copied and
emptied, and however often that happened meanwhile. What is not whole at the end is left until it
is, or until the file is put aside and nothing more comes.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs.batches import Batch
from lifecycle_dsl.inputs.files import PLACE, Input
from lifecycle_dsl.inputs.folders import PATIENCE, Folder
from lifecycle_dsl.inputs.packing import PACKINGS, Format, InputError, format_of
from lifecycle_dsl.inputs.sources import IDLE, Idle, Place, Source

PAUSE: Final = 0.2
"""Seconds between two looks at what has nothing new."""
_ASIDE: Final = re.compile(r"[.-](\d[\d._T:-]*?)(\.gz|\.zst)?")
"""What rotation adds to the name of a file."""


def follow(name: str, pause: Callable[[], None] | None = None) -> Source:
    """A source that goes on with a file or a folder for as long as it is asked.

    `pause` is called when there is nothing new; by default it sleeps for 0.2 seconds.

    Raises:
        InputError: where the name of a file does not say what it is, or it cannot grow.
    """
    path = Path(name).resolve()
    waits = pause or _sleep
    if path.is_dir():
        return Folder(path, waits)
    if format_of(path).packing:
        raise InputError(
            f"{path} is packed, so that it does not grow: follow its folder, "
            "or read it without following"
        )
    if not path.parent.is_dir():
        raise InputError(f"{path.parent} is no folder")
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
        self._rotations = 0
        self._before: Place | None = None
        """The place at the end of the file before."""

    @property
    def resumable(self) -> bool:
        """It is."""
        return True

    @property
    def place(self) -> Place | None:
        """Up to where it has been read.

        At the beginning of a file, which looks like that of any other, it is the end of the one
        before.
        """
        if self._file is None or not self._file.place[0]:
            return self._before
        return self._rotations, *self._file.place

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        return self._rotations, *self._reading.within(number)

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter | Idle]:
        """What comes behind a place, and whatever is written from then on."""
        self._before = place
        if place is not None:
            self._rotations = int(place[0]) if len(place) > PLACE else 0
            yield from self._rest(place)
        quiet = 0
        while True:
            if self._file is None and not self._open(self._path):
                yield self._nothing()
                continue
            if self._was_emptied():
                yield from self._copied()
                continue
            before = self._reading.place
            yield from self._reading
            quiet = quiet + 1 if self._reading.place == before else 0
            later = self._later()
            if later is not None and quiet > (PATIENCE if self._reading.rest else 0):
                yield from self._reading.finish()
                self._before = self.place
                self._rotations += 1
                self._open(later)
                quiet = 0
            else:
                yield self._nothing()

    def kept(self, place: Place) -> None:
        """A file need not know."""

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

    def _rest(self, place: Place) -> Iterator[Batch | DeadLetter]:
        """What is left of the file that the place is of, wherever it has been put."""
        for path in (self._path, *sorted(self._aside(), key=lambda each: each.suffix in PACKINGS)):
            if not self._open(path):
                continue
            try:
                pieces = self._reading.read(place)
                first = next(pieces, None)
            except InputError:
                self.close()
                continue
            if first is not None:
                yield first
                yield from pieces
            return
        raise InputError(
            f"neither {self._path} nor a file put aside from it is what was read before: "
            "put that one back, or give this one another name"
        )

    def _was_emptied(self) -> bool:
        """Whether another beginning stands in the open file than was read."""
        return not self._reading.packed and not self._reading.is_same()

    def _copied(self) -> Iterator[Batch | DeadLetter]:
        """The rest of a file that was copied and emptied, and then the open file anew."""
        place = self._reading.place
        self.close()
        try:
            yield from self._rest(place)
        except InputError:  # it was emptied, and not copied
            self._rotations += 1

    def _open(self, path: Path) -> bool:
        """Open the file, or one that was put aside, if it is there."""
        self.close()
        self._file = self._input(path)
        return self._file is not None

    def _input(self, path: Path) -> Input | None:
        try:
            raw = path.open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        packing = path.suffix if path.suffix in PACKINGS else ""
        format_ = Format(format_of(self._path).framed, packing)
        return Input(raw, format_, name=str(path), size=None, growing=True)

    def _aside(self) -> list[Path]:
        """The files that were put aside, the oldest first; plain rather than packed."""
        found: dict[str, Path] = {}
        for path in self._path.parent.glob(f"{_escaped(self._path.name)}[.-]*"):
            added = _ASIDE.fullmatch(path.name.removeprefix(self._path.name))
            if added and (added[1] not in found or path.suffix not in PACKINGS):
                found[added[1]] = path
        return [found[added] for added in sorted(found, key=_age)]

    def _later(self) -> Path | None:
        """The file that comes behind the open one, once there is something in it."""
        mine = self._reading.status()
        if _is(self._path, mine):
            return None
        aside = self._aside()
        same = next((each for each in aside if _is(each, mine)), None)
        if same is None:
            same = next(filter(self._holds_the_same, aside), None)
        behind = aside[aside.index(same) + 1 :] if same is not None else []
        return next(filter(_holds_something, [*behind, self._path]), None)

    def _holds_the_same(self, path: Path) -> bool:
        """Whether a file that was packed meanwhile is the open one."""
        if path.suffix not in PACKINGS or self._reading.packed:
            return False
        packed = self._input(path)
        if packed is None:
            return False
        with packed:
            return packed.stands(self._reading.place)

    def _nothing(self) -> Idle:
        self._pause()
        return IDLE


def _is(path: Path, status: os.stat_result) -> bool:
    """Whether a file is the one of a status."""
    try:
        return os.path.samestat(path.stat(), status)
    except FileNotFoundError:
        return False


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


def _escaped(name: str) -> str:
    """A name in which `glob` sees no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _age(added: str) -> tuple[int, str]:
    """Orders what rotation adds to names, the oldest first: high counts, early dates."""
    return (-int(added), "") if added.isdigit() and len(added) < 5 else (0, added)
