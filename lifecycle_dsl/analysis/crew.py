"""A run shared by several processes: each reads all events and handles those of its customers.

Customers are spread by a hash of their name that is the same everywhere, as in `lcr run`. When all
have come to the end of the events they agree on the latest instant, up to which time then goes on
for everybody; what each found is put together.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any, Final
from zlib import crc32

from attrs import frozen

from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History, Part, Shown
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Batch, Input, pack
from lifecycle_dsl.inputs.selection import owner
from lifecycle_dsl.loading import compile_sources

_NEVER: Final = -1
"""The clock of one who has seen no record."""


@frozen
class Task:
    """What is run, over what."""

    events: str
    until: int | None = None
    goal: Goal | None = None
    by: Period = Period.MONTH
    source: str | None = None
    shown: Shown = iter
    """Of the first process alone; importable, since it goes to another process."""


def run_together(history: History, task: Task, workers: int) -> None:
    """Add what the rules decide over events, found by so many processes.

    Raises:
        AnalysisError, InputError, OSError: as `History.run`.
    """
    context = get_context("spawn")
    meeting = context.Barrier(workers)
    clocks = context.Array("q", [_NEVER] * workers)
    with (
        tempfile.TemporaryDirectory(prefix="lcr-") as folder,
        ProcessPoolExecutor(
            workers, mp_context=context, initializer=_start, initargs=(meeting, clocks)
        ) as pool,
    ):
        running = [
            pool.submit(_run, history.ruleset.sources, task, place, workers, Path(folder))
            for place in range(workers)
        ]
        history.take(_results(running), task.goal)


def _results(running: Iterable[Future[Part]]) -> list[Part]:
    """What all found; where one failed, what it says and not that the others waited in vain."""
    failed = [error for each in running if (error := each.exception()) is not None]
    for error in sorted(failed, key=lambda each: isinstance(each, BrokenBarrierError)):
        raise error
    return [each.result() for each in running]


_meeting: Barrier
_clocks: Any


def _start(meeting: Barrier, clocks: Any) -> None:  # noqa: ANN401 — an array has no public type
    global _meeting, _clocks
    _meeting, _clocks = meeting, clocks


def _run(sources: dict[str, str], task: Task, place: int, workers: int, folder: Path) -> Part:
    """In a process: the share of one place."""
    ruleset: RuleSet = compile_sources(dict(sources))

    def agree(clock: int | None) -> int | None:
        _clocks[place] = _NEVER if clock is None else clock
        _meeting.wait()
        latest = max(_clocks)
        return None if latest == _NEVER else int(latest)

    def shown(source: Input) -> Iterator[Batch | DeadLetter]:
        pieces = task.shown(source) if place == 0 else source
        return _share(pieces, place, workers)

    try:
        with History(ruleset) as history:
            history.run(
                task.events,
                task.until,
                task.goal,
                by=task.by,
                source=task.source,
                shown=shown,
                agree=agree,
                parts=workers,
            )
            return history.part(folder / str(place))
    except BaseException:
        _meeting.abort()
        raise


def _share(
    pieces: Iterable[Batch | DeadLetter], place: int, workers: int
) -> Iterator[Batch | DeadLetter]:
    """The records of some customers, and all ticks; what is no record is the first one's."""
    for piece in pieces:
        if isinstance(piece, DeadLetter):
            if place == 0:
                yield piece
            continue
        mine = [
            raw
            for _, raw in piece.records()
            if (name := owner(raw, framed=piece.framed)) is None
            or crc32(name.encode("utf-8", "surrogatepass")) % workers == place
        ]
        yield Batch(pack(mine, framed=piece.framed), piece.first, piece.framed)
