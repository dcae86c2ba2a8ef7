"""From a name to an output."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

from lifecycle_dsl.outputs.lines import open_lines
from lifecycle_dsl.outputs.sink import Sink

PARQUET: Final = (".parquet", ".pq")
PACKED: Final = (".gz", ".zst")
_OTHERS: Final = (
    *(".csv", ".tsv", ".xlsx", ".arrow", ".feather", ".avro", ".orc", ".msgpack", ".db", ".duckdb"),
    *(".bz2", ".xz", ".zip", ".7z", ".lz4", ".br"),
    *(f"{suffix}{packed}" for suffix in PARQUET for packed in PACKED),
)
"""What names promise that nothing here writes."""


class OutputError(Exception):
    """An output that cannot be written, in one clause for people."""


def is_plain(name: str) -> bool:
    """Whether an output is a file that can grow line by line."""
    return not (_is_folder(name) or _ends(name, *PARQUET, *PACKED))


def open_output(name: str) -> Sink:
    """What takes the lines of a log: a name that ends in `/` is a folder of Parquet files by day.

    Raises:
        OSError: where it cannot be written.
        OutputError: where a library is missing, the folder holds something else, or the name
            promises what nothing here writes.
    """
    if not _is_folder(name) and _ends(name, *_OTHERS):
        raise OutputError(
            f"{name}: decisions are lines of JSON or Parquet; name it .jsonl, also with .gz or "
            ".zst, or .parquet"
        )
    if not _is_folder(name) and not _ends(name, *PARQUET):
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


def _ends(name: str, *suffixes: str) -> bool:
    return name.lower().endswith(suffixes)
