"""Decisions as Parquet, one file or a folder by day, with the columns of `analysis.columns`.

The lines are spooled beside the target while a run goes on; at its end DuckDB writes them as
Parquet under another name, which then takes the target's place. So what stands there is whole. The
head of the log, whose decisions they are, stands in the metadata of every file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb
import msgspec

from lifecycle_dsl.analysis.columns import COLUMNS
from lifecycle_dsl.engine.decisions import Rules
from lifecycle_dsl.outputs.opening import OutputError

MEMORY: Final = "1GB"
"""What DuckDB may take before it uses the disk."""
ROWS: Final = 122_880
"""Decisions in a row group."""
_JSON: Final = ("data", "value")
"""Columns of any JSON, which is kept as text."""
_DAY: Final = re.compile(r"day=\d{4}-\d\d-\d\d")


class ParquetFile:
    """A log that becomes one Parquet file."""

    def __init__(self, target: Path) -> None:
        self._target = target
        target.parent.stat()
        self._folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        self._lines = self._folder / "lines.jsonl"
        self._file = self._lines.open("wb")

    def write(self, data: bytes) -> None:
        """Add lines."""
        self._file.write(data)

    def flush(self) -> None:
        """Only at the end it is Parquet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
            if kind is None:
                made = self._folder / "made"
                self._convert(made)
                self._put(made)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _convert(self, made: Path) -> None:
        with self._lines.open("rb") as file:
            head = msgspec.json.decode(file.readline(), type=Rules)
        about = f"{{lifecycle: {_text(head.lifecycle)}, fingerprint: {_text(head.fingerprint)}}}"
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS}, KV_METADATA {about}"
        try:
            with duckdb.connect(
                self._folder / "decisions.duckdb",
                config={"memory_limit": MEMORY, "temp_directory": str(self._folder)},
            ) as connection:
                # One thread writes the same bytes each time.
                connection.execute("SET threads = 1")
                self._copy(connection, made, options)
        except duckdb.Error as error:
            raise OutputError(f"{self._target}: {error}") from error

    def _copy(self, connection: duckdb.DuckDBPyConnection, made: Path, options: str) -> None:
        connection.execute(f"COPY ({self._rows()}) TO {_text(str(made))} ({options})")

    def _rows(self) -> str:
        """The SQL of the decisions."""
        types = ", ".join(
            f"'{each.key}': '{'JSON' if each.key in _JSON else each.type}'" for each in COLUMNS
        )
        chosen = ", ".join(f'"{each.key}"::{each.type} AS "{each.key}"' for each in COLUMNS)
        return (
            f"SELECT {chosen} FROM read_json({_text(str(self._lines))}, "  # noqa: S608 — our own names
            f"format = 'newline_delimited', columns = {{{types}}}) WHERE kind <> 'rules'"
        )

    def _put(self, made: Path) -> None:
        made.replace(self._target)


class ParquetFolder(ParquetFile):
    """A log that becomes a folder of Parquet files by day, as `day=2026-01-05/…`; days are of UTC.

    It takes the place of an older one; a folder that holds anything else is left alone.
    """

    def __init__(self, target: Path) -> None:
        if target.exists() and not (target.is_dir() and all(map(_is_ours, target.iterdir()))):
            raise OutputError(
                f"{target} holds other things than decisions by day: name a new folder"
            )
        super().__init__(target)

    def _copy(self, connection: duckdb.DuckDBPyConnection, made: Path, options: str) -> None:
        made.mkdir()
        connection.execute(
            'CREATE TABLE decisions AS SELECT *, "at"::DATE AS day, row_number() OVER () AS n '  # noqa: S608
            f"FROM ({self._rows()})"
        )
        days = connection.execute("SELECT DISTINCT day FROM decisions ORDER BY day").fetchall()
        for (day,) in days:
            # INVARIANT: day by day, since PARTITION_BY does not keep the order within a day.
            of_day = made / f"day={day}"
            of_day.mkdir()
            connection.execute(
                "COPY (SELECT * EXCLUDE (day, n) FROM decisions "  # noqa: S608 — our own names
                f"WHERE day = DATE '{day}' ORDER BY n) "
                f"TO {_text(str(of_day / 'decisions_0.parquet'))} ({options})"
            )

    def _put(self, made: Path) -> None:
        if self._target.exists():
            self._target.rename(self._folder / "old")
        made.rename(self._target)


def _is_ours(path: Path) -> bool:
    """Whether it is the folder of a day."""
    return _DAY.fullmatch(path.name) is not None and all(
        each.suffix == ".parquet" for each in path.iterdir()
    )


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
