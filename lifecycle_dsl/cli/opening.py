"""Opening what a run reads and writes, with what cannot be opened said for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, overload

import click

from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import (
    Batch,
    Input,
    InputError,
    Source,
    is_stream,
    open_input,
    open_source,
)


@overload
def opened(name: str) -> Input: ...
@overload
def opened(name: str, *, growing: Literal[True]) -> Source: ...
def opened(name: str, *, growing: bool = False) -> Input | Source:
    """A file of events, or standard input; one that is read on later may be a stream, too."""
    if is_stream(name) and not growing:
        raise UnusableError("a stream on a server is read with --store, which keeps the place")
    if growing and Path(name).is_dir():
        raise UnusableError(f"{name} is a folder, which is read with --follow")
    try:
        return open_source(name) if growing else open_input(name)
    except InputError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise unreadable(name, error) from error


def followed(name: str) -> Source:
    """A file, a folder or a stream of events that still grows."""
    try:
        found = open_source(name, follows=True)
    except InputError as error:
        raise UnusableError(str(error)) from error
    if not is_stream(name) and not Path(name).exists():
        click.echo(f"lcr: {name} is not there yet; waiting for it", err=True)
    return found


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
