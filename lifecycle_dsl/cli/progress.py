"""How far a long run is: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar, runtime_checkable

from lifecycle_dsl.cli.terminal import console
from lifecycle_dsl.inputs import Batch

T = TypeVar("T")


@runtime_checkable
class Measured(Protocol):
    """A source of which it is known how much there is, or how much of it has been read."""

    @property
    def size(self) -> int | None:
        """In bytes; None if nobody knows."""

    @property
    def position(self) -> int:
        """How many bytes of it have been read."""


def watched(
    pieces: Iterable[T], source: object, *, quiet: bool = False, apart: bool = False
) -> Iterable[T]:
    """What becomes of a source's pieces, with a bar on stderr meanwhile if that is a terminal.

    No bar stands there if the output goes to the same terminal meanwhile: they would tear each
    other up. `apart` says that it comes when all pieces are through.
    """
    together = sys.stdout.isatty() and sys.stderr.isatty() and not apart
    if quiet or together or not sys.stderr.isatty() or not isinstance(source, Measured):
        return pieces
    return _with_bar(pieces, source)


def _with_bar(pieces: Iterable[T], source: Measured) -> Iterator[T]:
    from rich.progress import (  # noqa: PLC0415 — a pipe does without
        BarColumn,
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    known = source.size is not None
    columns = (
        (BarColumn(), TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())
        if known
        else (SpinnerColumn(), DownloadColumn())
    )
    with Progress(
        TextColumn("reading"), *columns, console=console(sys.stderr), transient=True
    ) as bar:
        task = bar.add_task("reading", total=source.size)
        read = 0
        for piece in pieces:
            yield piece
            read += len(piece.data) if isinstance(piece, Batch) else 0
            bar.update(task, completed=source.position if known else read)
