"""`lcr` as a process that dies at a chosen point: `dying.py POINT COUNT ARGUMENTS…`.

Blocks and pages are small, so that there are many points to die at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from typing import NoReturn

from lifecycle_dsl.cli.main import main
from lifecycle_dsl.inputs import files as inputs
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores import engine as engines
from lifecycle_dsl.stores.files import KeptFile
from lifecycle_dsl.stores.sqlite import SQLiteStore
from lifecycle_dsl.stores.store import Answer, Commit

POINTS = ("before commit", "within commit", "after commit", "within write", "after write")
"""Windows of a batch in which a process may die."""
DIED = 9


class Fatal(list[Answer]):
    """Answers that are kept after all else of a commit, and kill whoever looks at them."""

    def __iter__(self) -> Iterator[Answer]:
        die()


def die() -> NoReturn:
    """As by kill -9: nothing is flushed, closed or rolled back."""
    os._exit(DIED)


def die_at(point: str, number: int) -> None:
    """Die at the so many-th time that a point is reached."""
    commits, writes = count(1), count(1)
    commit_whole, write_whole = SQLiteStore.commit, KeptFile.write

    def commit(store: SQLiteStore, commit: Commit) -> None:
        is_last = next(commits) == number
        if is_last and point == "before commit":
            die()
        if is_last and point == "within commit":
            commit.answers = Fatal()
        commit_whole(store, commit)
        if is_last and point == "after commit":
            die()

    def write(file: KeptFile, data: bytes) -> dict[tuple[str, int], Place]:
        is_last = next(writes) == number
        if is_last and point == "within write":
            write_whole(file, data[: len(data) // 2])
            die()
        places = write_whole(file, data)
        if is_last and point == "after write":
            die()
        return places

    setattr(SQLiteStore, "commit", commit)  # noqa: B010 — mypy wants no assignment to a method
    setattr(KeptFile, "write", write)  # noqa: B010


if __name__ == "__main__":
    point, number, *arguments = sys.argv[1:]
    setattr(inputs, "BLOCK", 1 << (11 if point in POINTS else 14))  # noqa: B010
    setattr(engines, "PAGE", 100)  # noqa: B010
    if point in POINTS:
        die_at(point, int(number))
    sys.argv[1:] = arguments
    main()
