"""From a name to an output."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

from lifecycle_dsl.outputs.lines import open_lines
from lifecycle_dsl.outputs.sink import Sink

PARQUET: Final = (".parquet", ".pq")
PACKED: Final = (".gz", ".zst")


class OutputError(Exception):
    """An output that cannot be written, in one clause for people."""


def is_plain(name: str) -> bool:
    """Whether an output is a file that can grow line by line."""
    return not (_is_folder(name) or name.endswith((*PARQUET, *PACKED)))


def open_output(name: str) -> Sink:
    """What takes the lines of a log: a name that ends in `/` is a folder of Parquet files by day.

    Raises:
        OSError: where it cannot be written.
        OutputError: where a library is missing, or the folder holds something else.
    """
    if not _is_folder(name) and not name.endswith(PARQUET):
        return open_lines(Path(name))
    try:
        room = import_module("lifecycle_dsl.outputs.parquet")
    except ImportError as error:
        raise OutputError(
            f"Parquet needs {error.name}: pip install 'lifecycle-dsl[sql]'"
        ) from error
    made: Sink = (room.ParquetFolder if _is_folder(name) else room.ParquetFile)(Path(name))
    return made


def _is_folder(name: str) -> bool:
    return name.endswith("/") or Path(name).is_dir()
