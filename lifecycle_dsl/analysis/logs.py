"""Decision logs as a table or a view `decisions`: JSON Lines, Parquet, and a copy to ask often."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import duckdb
from attrs import frozen

from lifecycle_dsl.analysis.columns import COLUMNS, HEAD, Column

ASKED: Final = tuple(column for column in (*COLUMNS, *HEAD) if column.asked)
"""The columns of the table `decisions`."""
_FILE: Final = 1 << 40
"""Rows that a Parquet file may have, so that the rows of all files are numbered in order."""
_PARQUET: Final = (".parquet", ".pq")
_FREE: Final = frozenset({"customer", "each"})
"""Columns with as many values as there are customers, or more."""
_MOST_NAMES: Final = 10_000


@frozen
class Head:
    """Whose decisions a log holds."""

    lifecycle: str
    fingerprint: str


def make_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `decisions`, empty."""
    listed = ", ".join(f"{each.name} {each.type}" for each in ASKED)
    connection.execute(f"CREATE TABLE decisions ({listed})")


def is_parquet(path: Path) -> bool:
    """Whether it is a Parquet file, or a folder of them."""
    return path.is_dir() or path.suffix in _PARQUET


def read_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Add the lines of a log, its head too, to the table."""
    keys = ", ".join(f"'{each.key}': '{each.type}'" for each in ASKED)
    chosen = ", ".join(f'"{each.key}"' for each in ASKED)
    connection.execute(
        f"INSERT INTO decisions SELECT {chosen} FROM "  # noqa: S608 — our own names
        f"read_json(?, format = 'newline_delimited', columns = {{{keys}}})",
        [str(path)],
    )


def view_parquet(connection: duckdb.DuckDBPyConnection, path: Path, where: str) -> Iterator[Head]:
    """Make `decisions` a view of what lies in a file or a folder; its heads."""
    files = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
    parquet = f"read_parquet({_text(files)})"
    there = {row[0] for row in connection.execute(f"DESCRIBE FROM {parquet}").fetchall()}
    chosen = ", ".join(_as_named(each, there) for each in ASKED)
    place = f"file_index::BIGINT * {_FILE} + file_row_number AS rowid"
    connection.execute("DROP TABLE decisions")
    connection.execute(
        f"CREATE VIEW decisions AS SELECT {chosen}, {place} FROM {parquet} "  # noqa: S608
        f"WHERE {where}"
    )
    about = connection.execute(
        "SELECT DISTINCT file_name, decode(key), decode(value) "
        "FROM parquet_kv_metadata(?) ORDER BY ALL",
        [files],
    ).fetchall()
    for _, said in groupby(about, itemgetter(0)):
        found = {key: value for _, key, value in said}
        if {each.key for each in HEAD} <= found.keys():
            yield Head(found["lifecycle"], found["fingerprint"])


def keep(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Make `decisions` hold those of some customers alone; `rowid` stays the place in the log."""
    # Tables of their own, so that each customer is looked at once, and not once a decision.
    connection.execute("CREATE TEMP TABLE everybody AS SELECT DISTINCT customer FROM decisions")
    connection.execute(
        f"CREATE TEMP TABLE kept AS SELECT customer FROM everybody WHERE {condition}"  # noqa: S608
    )
    _replace(connection, "*", "WHERE customer IN (SELECT customer FROM kept)")
    connection.execute("DROP TABLE everybody")
    connection.execute("DROP TABLE kept")
    # A join may lose the order of the log, which is that of time.
    settle(connection, "ORDER BY place")


def settle(connection: duckdb.DuckDBPyConnection, order: str = "") -> None:
    """Make `decisions` a copy with numbers for names, of which much can be asked sooner."""
    kept = [each for each in ASKED if each not in HEAD]
    names = [each.name for each in kept if each.type == "VARCHAR" and each.name not in _FREE]
    lists = ", ".join(
        f"list_sort(list(DISTINCT {name}) FILTER ({name} IS NOT NULL))" for name in names
    )
    found = connection.execute(f"SELECT {lists} FROM decisions").fetchone()  # noqa: S608
    values = dict(zip(names, found or (), strict=True))
    chosen = ", ".join(_as_number(each.name, values.get(each.name)) for each in kept)
    _replace(connection, chosen, order)


def _replace(connection: duckdb.DuckDBPyConnection, chosen: str, rest: str) -> None:
    """Make `decisions` a view of a copy."""
    for query in (
        f"CREATE TEMP TABLE copying AS SELECT {chosen}, rowid AS place FROM decisions {rest}",  # noqa: S608
        f"DROP {'TABLE' if is_table(connection) else 'VIEW'} decisions",
        "DROP TABLE IF EXISTS copied",
        "ALTER TABLE copying RENAME TO copied",
        "CREATE TEMP VIEW decisions AS SELECT * EXCLUDE (place), place AS rowid FROM copied",
    ):
        connection.execute(query)


def is_table(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether `decisions` is a table, and no view."""
    query = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'decisions'"
    return connection.execute(query).fetchone() == (1,)


def _as_number(name: str, values: list[str] | None) -> str:
    """A column of names that are known, as DuckDB keeps few of them."""
    if not values or len(values) > _MOST_NAMES:
        return name
    return f"{name}::ENUM({', '.join(_text(value) for value in values)}) AS {name}"


def _as_named(column: Column, there: set[str]) -> str:
    """A column of a Parquet file as the table has it; the file may be older than the column."""
    found = f'"{column.key}"' if column.key in there else "NULL"
    return f"{found}::{column.type} AS {column.name}"


def _text(value: object) -> str:
    """A text as it stands in SQL."""
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"
