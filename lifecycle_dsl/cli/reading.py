"""Inputs that a command reads more than once."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lifecycle_dsl.cli.terminal import UnusableError


@contextmanager
def read_twice(events: str) -> Iterator[str]:
    """A file that can be read more than once: what comes from standard input is put into one."""
    if events != "-":
        if not Path(events).is_file():
            raise UnusableError(f"{events}: there is no such file")
        yield events
        return
    with tempfile.TemporaryDirectory(prefix="lcr-") as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield str(path)
