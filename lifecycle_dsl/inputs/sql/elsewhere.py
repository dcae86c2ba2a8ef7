"""Queries that another database answers: SQLite and PostgreSQL, by Python's libraries for them.

The database runs the query itself, in its own SQL; what it gives is written to a file that DuckDB
reads. So a query may be as large as the disk, and what comes after is the same for all.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import msgspec

from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sql.asking import Asking, literal

_SQLITE: Final = b"SQLite format 3\0"
_ROWS: Final = 10_000
_INFINITE: Final = (math.inf, -math.inf)


def is_sqlite(path: Path) -> bool:
    """Whether a file is one of SQLite's."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def from_sqlite(asking: Asking, path: Path, query: str) -> str:
    """The SQL that reads what a query gives in a SQLite file.

    A column has the type of its values, since SQLite's columns have none: whole numbers, numbers,
    lists where all texts are JSON of lists, or else text.

    Raises:
        InputError: where SQLite refuses it.
    """
    spool = asking.folder / "spool.jsonl"
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    try:
        found = connection.execute(query)
        if found.description is None:
            raise InputError("the query gives no rows: let it be a SELECT")
        names = [each[0] for each in found.description]
        with spool.open("wb") as file:
            kinds = _spooled(iter(lambda: found.fetchmany(_ROWS), []), len(names), file)
    except sqlite3.Error as error:
        hint = "; take it as hex(…), or leave it out" if "decode to UTF-8" in str(error) else ""
        raise InputError(f"SQLite: {error}{hint}") from error
    finally:
        connection.close()
    types = [_type_of(name, kind) for name, kind in zip(names, kinds, strict=True)]
    spooled = ["VARCHAR" if type_ in {None, "JSON"} else type_ for type_ in types]
    listed = ", ".join(f"c{place}: '{type_}'" for place, type_ in enumerate(spooled))
    chosen = ", ".join(
        f"{'NULL' if type_ is None else f'CAST(c{place} AS {type_})'} AS {_quoted(name)}"
        for place, (name, type_) in enumerate(zip(names, types, strict=True))
    )
    return (
        f"SELECT {chosen} FROM read_json({literal(str(spool))}, "  # noqa: S608
        f"format = 'newline_delimited', columns = {{{listed}}})"
    )


def _spooled(
    pages: Iterator[Sequence[Sequence[Any]]], width: int, file: BinaryIO
) -> list[set[type]]:
    """Writes rows as lines of JSON; gives the types that the values of each column had."""
    keys = [f"c{place}" for place in range(width)]
    kinds: list[set[type]] = [set() for _ in keys]
    encode = msgspec.json.Encoder().encode_lines
    for rows in pages:
        for kind, values in zip(kinds, zip(*rows, strict=True), strict=True):
            found = set(map(type, values))
            if str in found and str not in kind:
                found = {list if _is_list(each) else type(each) for each in values}
            kind.update(found)
        file.write(encode([dict(zip(keys, map(_spoken, row), strict=True)) for row in rows]))
    return kinds


def _spoken(value: Any) -> Any:  # noqa: ANN401 — whatever SQLite keeps
    """JSON has no infinite numbers."""
    return str(value) if value in _INFINITE else value


def _is_list(value: object) -> bool:
    """Whether a value is the JSON of a list, which SQLite has only as text."""
    if not (isinstance(value, str) and value.startswith("[")):
        return False
    try:
        return isinstance(msgspec.json.decode(value), list)
    except msgspec.DecodeError:
        return False


def _type_of(name: str, kinds: set[type]) -> str | None:
    """The type of a column in DuckDB; None where it has no value."""
    if bytes in kinds:
        raise InputError(f"the column `{name}` holds bytes: take hex({name}), or leave it out")
    found = kinds - {type(None)}
    if not found:
        return None
    if found == {list}:
        return "JSON"
    return "BIGINT" if found == {int} else "DOUBLE" if found <= {int, float} else "VARCHAR"


def from_postgres(asking: Asking, url: str, query: str) -> str:
    """The SQL that reads what a query gives in a PostgreSQL database; nothing is written there.

    Raises:
        InputError: where it is away, or refuses the query.
    """
    try:
        psycopg = import_module("psycopg")
    except ImportError as error:
        raise InputError(
            f"--from postgresql:// needs {error.name}: pip install 'lifecycle-dsl[postgres]'"
        ) from error
    spool = asking.folder / "spool.csv"
    settings = "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres"
    try:
        with psycopg.connect(url, options=settings) as connection, spool.open("wb") as file:
            connection.read_only = True
            none = f"SELECT * FROM (\n{query}\n) AS asked LIMIT 0"  # noqa: S608
            cursor = connection.execute(none)
            columns = [_column(psycopg, each) for each in cursor.description]
            keys = [f"c{place}" for place in range(len(columns))]
            given = ", ".join(
                key if as_ is None else f"{as_.format(key)} AS {key}"
                for key, (_, _, as_) in zip(keys, columns, strict=True)
            )
            rows = f"SELECT {given} FROM (\n{query}\n) AS asked({', '.join(keys)})"  # noqa: S608
            with cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT csv)") as copy:
                file.writelines(copy)
    except psycopg.Error as error:
        raise InputError(f"PostgreSQL: {str(error).strip()}") from error
    listed = ", ".join(
        f"'{key}': '{type_}'" for key, (_, type_, _) in zip(keys, columns, strict=True)
    )
    chosen = ", ".join(
        f"{key} AS {_quoted(name)}" for key, (name, _, _) in zip(keys, columns, strict=True)
    )
    return (
        f"SELECT {chosen} FROM read_csv({literal(str(spool))}, header = false, delim = ',', "  # noqa: S608
        "quote = '\"', escape = '\"', allow_quoted_nulls = false, auto_detect = false, "
        f"parallel = false, max_line_size = 67108864, columns = {{{listed}}})"
    )


_TYPES: Final = {
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "uuid": "UUID",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
    "interval": "INTERVAL",
    "json": "JSON",
    "jsonb": "JSON",
    "bytea": "BLOB",
}
"""PostgreSQL's types in DuckDB; all others are texts."""
_WIDEST: Final = 38
"""The digits of DuckDB's longest decimals."""


def _column(psycopg: Any, described: Any) -> tuple[str, str, str | None]:  # noqa: ANN401
    """A column's name, its type in DuckDB, and as what it is to be given, if not as it is."""
    known = psycopg.adapters.types.get(described.type_code)
    name = "" if known is None else known.name
    if name == "numeric":
        digits = described.precision
        fits = digits is not None and digits <= _WIDEST
        return described.name, f"DECIMAL({digits}, {described.scale})" if fits else "DOUBLE", None
    if name == "money":
        return described.name, "DECIMAL(38, 2)", "{}::numeric"
    if known is not None and known.array_oid == described.type_code:
        return described.name, "JSON", "to_jsonb({})"
    return described.name, _TYPES.get(name, "VARCHAR"), None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
