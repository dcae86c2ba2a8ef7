"""Opening what a run reads and writes, with what cannot be opened said for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import Batch, Input, InputError, Source, follow, open_input


def opened(name: str, *, growing: bool = False) -> Input:
    """A file of events, or standard input."""
    try:
        return open_input(name, growing=growing)
    except InputError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise unreadable(name, error) from error


def followed(name: str) -> Source:
    """A file or a folder of events that still grows."""
    try:
        return follow(name)
    except InputError as error:
        raise UnusableError(str(error)) from error


def readable(name: str, pieces: Iterable[Batch | DeadLetter]) -> Iterator[Batch | DeadLetter]:
    """The pieces of a file."""
    try:
        yield from pieces
    except InputError as error:
        raise UnusableError(f"{name}: {error}") from error


def created(path: Path) -> BinaryIO:
    """A new file, in place of one that is there."""
    try:
        return path.open("wb")
    except OSError as error:
        raise unreadable(str(path), error) from error
