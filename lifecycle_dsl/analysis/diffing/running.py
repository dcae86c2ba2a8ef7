"""A comparison in several processes, each with a share of the customers, and the stories to tell.

Both rule sets run over the same share in one process, where their decisions meet and cancel out, so
that only what differs is kept and only numbers go from one process to another. This process takes
the first share.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from attrs import evolve

from lifecycle_dsl.analysis.diffing.sharing import Found, Task, compare
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import compile_sources


def workers_for(feed: Feed) -> int:
    """How many processes an input is worth: two at most, since each of them decodes all of it."""
    return 2 if feed.is_worth_sharing and (os.cpu_count() or 1) > 1 else 1


def run(
    old: RuleSet,
    new: RuleSet,
    feed: Feed,
    *,
    workers: int = 1,
    only: str | None = None,
    lives: BinaryIO | None = None,
) -> Found:
    """Compare both over an input; everybody who differs is written to `lives`, sorted.

    Raises:
        InputError, OSError: where the input cannot be read.
    """
    with ExitStack() as stack:
        tasks = [
            Task(
                old.sources,
                new.sources,
                feed if place == 0 else feed.unwatched(),
                place,
                workers,
                only,
            )
            for place in range(workers)
        ]
        if lives is not None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lcr-")))
            tasks = [evolve(each, lives=folder / f"{each.place}.jsonl") for each in tasks]
        found = _in_processes(tasks, old, new)
        if lives is not None:
            files = [
                stack.enter_context(each.lives.open("rb"))
                for each in tasks
                if each.lives and each.lives.exists()
            ]
            lives.writelines(heapq.merge(*files, key=_customer_of))
    return found


def _in_processes(tasks: list[Task], old: RuleSet, new: RuleSet) -> Found:
    if len(tasks) == 1:
        return compare(tasks[0], old, new)
    with ProcessPoolExecutor(len(tasks) - 1, mp_context=get_context("spawn")) as pool:
        others = [pool.submit(_compare, task) for task in tasks[1:]]
        found = compare(tasks[0], old, new)
        for other in others:
            found.add(other.result())
    return found


def _compare(task: Task) -> Found:
    """In a process of its own."""
    return compare(task, compile_sources(task.old), compile_sources(task.new))


class _Named(msgspec.Struct):
    customer: str


_NAMED: Final = msgspec.json.Decoder(_Named)


def _customer_of(line: bytes) -> str:
    return _NAMED.decode(line).customer
