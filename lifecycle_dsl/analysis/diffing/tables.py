"""Decision logs as Parquet, one file or a folder by day, as the lines that they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
from attrs import frozen

from lifecycle_dsl.analysis.columns import COLUMNS, HEAD
from lifecycle_dsl.analysis.diffing.logs import ANY_DECISION, Head, Line
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.history import micros_of
from lifecycle_dsl.engine.decisions import Rules, encode_decision
from lifecycle_dsl.localtime import format_instant

_PAGE: Final = 10_000
_INSTANTS: Final = frozenset({"at", "until"})
_JSON: Final = frozenset({"data", "value"})
_NULLABLE: Final = frozenset(
    {("transition", "from"), ("changed", "value"), ("credit", "campaign"), ("credit", "worth")}
)
"""What a line says also where it is null."""
_KEYS: Final = [each.key for each in COLUMNS]


@frozen
class TableLog:
    """A Parquet file, or a folder of them; days come one after the other."""

    path: Path

    def __iter__(self) -> Iterator[Line | Head]:
        files = sorted(self.path.rglob("*.parquet")) if self.path.is_dir() else [self.path]
        if not files:
            raise AnalysisError(f"{self.path} holds no Parquet files")
        try:
            with duckdb.connect() as connection:
                yield from self._lines(connection, files)
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            raise AnalysisError(f"{self.path} is no log of decisions: {said}") from error

    def _lines(
        self, connection: duckdb.DuckDBPyConnection, files: list[Path]
    ) -> Iterator[Line | Head]:
        heads = [_head(connection, file) for file in files]
        first = heads[0]
        if first is None or any(head != first for head in heads):
            raise AnalysisError(
                f"{self.path} does not say of which rules it is, or it is of several"
            )
        yield Head(Line(1, encode_decision(first)), first.lifecycle, first.fingerprint)
        number = 1
        for file in files:
            chosen = ", ".join(f'"{key}"' for key in _KEYS)
            rows = connection.execute(
                f"SELECT {chosen} FROM read_parquet(?)",  # noqa: S608 — our own names
                [str(file)],
            )
            while page := rows.fetchmany(_PAGE):
                for row in page:
                    number += 1
                    yield _line(number, dict(zip(_KEYS, row, strict=True)))


def _head(connection: duckdb.DuckDBPyConnection, file: Path) -> Rules | None:
    """Whose decisions a file holds."""
    said = connection.execute(
        "SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [str(file)]
    ).fetchall()
    about = dict(said)
    keys = [each.key for each in HEAD]
    return Rules(*(about[key] for key in keys)) if all(key in about for key in keys) else None


def _line(number: int, row: dict[str, Any]) -> Line:
    kind = row["kind"]
    said = {
        key: _value(key, value)
        for key, value in row.items()
        if value is not None or (kind, key) in _NULLABLE
    }
    decision = msgspec.convert(said, ANY_DECISION)
    return Line(number, encode_decision(decision), row["customer"])


def _value(key: str, value: Any) -> Any:  # noqa: ANN401 — of any column
    if value is None:
        return None
    if key in _INSTANTS:
        return format_instant(micros_of(value))
    return msgspec.json.decode(value) if key in _JSON else value
