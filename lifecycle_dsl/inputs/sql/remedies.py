"""What to write in a query instead, where a column cannot fill what it is called for.

A remedy is SQL of the database that answers, over what stands in the query. Where nothing makes the
one of the other, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, assert_never

from attrs import frozen

from lifecycle_dsl.inputs.sql.columns import MOMENTS, WHOLE, Column
from lifecycle_dsl.inputs.sql.sources import Dialect
from lifecycle_dsl.inputs.sql.writings import Texts, reading
from lifecycle_dsl.program.types import (
    Kind,
    Labels,
    LevelType,
    ListType,
    Plain,
    RecordType,
    StageType,
    Type,
)

_FLOATS: Final = frozenset({"float", "double"})
_FRACTIONS: Final = _FLOATS | {"decimal"}
_NUMBERS: Final = _FRACTIONS | WHOLE
_DOUBLE: Final = {
    Dialect.DUCKDB: "DOUBLE",
    Dialect.SQLITE: "REAL",
    Dialect.POSTGRES: "DOUBLE PRECISION",
}
_TEXT: Final = {Dialect.DUCKDB: "VARCHAR", Dialect.SQLITE: "TEXT", Dialect.POSTGRES: "VARCHAR"}
_INTEGER: Final = {Dialect.DUCKDB: "BIGINT", Dialect.SQLITE: "INTEGER", Dialect.POSTGRES: "BIGINT"}
_INSTANTS: Final[Mapping[tuple[Dialect, str], str]] = {
    (Dialect.DUCKDB, "seconds"): "to_timestamp({})",
    (Dialect.DUCKDB, "milliseconds"): "epoch_ms({})",
    (Dialect.DUCKDB, "nanoseconds"): "make_timestamp_ns({})",
    (Dialect.SQLITE, "seconds"): "{} * 1000000",
    (Dialect.SQLITE, "milliseconds"): "{} * 1000",
    (Dialect.SQLITE, "nanoseconds"): "{} / 1000",
    (Dialect.POSTGRES, "seconds"): "to_timestamp({})",
    (Dialect.POSTGRES, "milliseconds"): "to_timestamp({} / 1000.0)",
    (Dialect.POSTGRES, "nanoseconds"): "{} / 1000",
}


def of_epoch(unit: str, source: str, dialect: Dialect) -> str:
    """What makes an instant of seconds, milliseconds or nanoseconds since 1970."""
    return f"of {unit} write {_INSTANTS[dialect, unit].format(source)}"


def of_text(source: str, dialect: Dialect) -> str:
    """What makes an instant of a text that says it in another form."""
    if dialect is Dialect.SQLITE:
        return f"make a text such as 2026-12-31 12:00 of it, with substr({source}, …)"
    made = {
        Dialect.DUCKDB: f"strptime({source}, '%d.%m.%Y %H:%M')",
        Dialect.POSTGRES: f"to_timestamp({source}, 'DD.MM.YYYY HH24:MI')",
    }
    return f"of a text such as 31.12.2026 12:00 write {made[dialect]}"


def takes_texts(column: Column, type_: Type) -> bool:
    """Whether the texts of a column are to be numbers."""
    numeric = isinstance(type_, Plain) and type_.kind in {Kind.NUMBER, Kind.MONEY}
    return numeric and column.kind == "varchar"


@frozen
class Source:
    """What a column is in a query."""

    sql: str
    dialect: Dialect
    zone: str
    """The zone of the rules."""


def remedy(column: Column, type_: Type, source: Source, texts: Texts | None) -> str | None:
    """What to write instead, where a column cannot be of a type.

    `texts` are those that are to be numbers.
    """
    match type_:
        case Plain(kind=Kind.NUMBER | Kind.MONEY) if texts is not None:
            return reading(texts, source.sql, _DOUBLE[source.dialect])
        case Plain(kind=wanted):
            return _PLAIN[wanted](column.kind, source)
        case Labels() | LevelType() | StageType():
            return _text(column.kind, source)
        case ListType(element=RecordType()):
            return f"a list of objects fills it, as in {_OBJECTS[source.dialect]}"
        case ListType() if column.kind == "varchar":
            return f"a list fills it, as in {_LISTS[source.dialect].format(source.sql)}"
        case ListType() if column.kind == "list":
            return f"write CAST({source.sql} AS VARCHAR[])"
        case ListType():
            return None
        case _:
            assert_never(type_)


_LISTS: Final = {
    Dialect.DUCKDB: "string_split({0}, ','), or of JSON CAST({0} AS JSON)",
    Dialect.SQLITE: "json_array({0})",
    Dialect.POSTGRES: "string_to_array({0}, ','), or of JSON CAST({0} AS JSONB)",
}
_OBJECTS: Final = {
    Dialect.DUCKDB: "list({'sku': …}), or of JSON as in CAST(… AS JSON)",
    Dialect.SQLITE: "json_group_array(json_object('sku', …))",
    Dialect.POSTGRES: "jsonb_agg(jsonb_build_object('sku', …))",
}


def _number(kind: str, source: Source) -> str | None:
    if kind == "interval" and source.dialect is Dialect.DUCKDB:
        return f"for seconds write epoch({source.sql})"
    if kind == "interval":
        return f"for seconds write extract(epoch FROM {source.sql})"
    return f"write CAST({source.sql} AS INTEGER)" if kind == "boolean" else None


def _duration(kind: str, source: Source) -> str | None:
    if kind not in _FRACTIONS:
        return None
    return f"of seconds write CAST({source.sql} * 1000000 AS {_INTEGER[source.dialect]})"


def _time(kind: str, source: Source) -> str | None:
    if kind == "date":
        noon = f"({source.sql} + INTERVAL '12 hours') AT TIME ZONE '{source.zone}'"
        return f"a day has no time: say one, as in {noon}"
    if kind not in _FRACTIONS:
        return None
    if source.dialect is Dialect.SQLITE:
        return f"of seconds write CAST({source.sql} * 1000000 AS INTEGER)"
    return of_epoch("seconds", source.sql, source.dialect)


def _date(kind: str, source: Source) -> str | None:
    if kind == "timestamp with time zone":
        return f"write CAST({source.sql} AT TIME ZONE '{source.zone}' AS DATE)"
    if kind in MOMENTS:
        return f"write CAST({source.sql} AS DATE)"
    if kind not in _NUMBERS:
        return None
    if source.dialect is Dialect.SQLITE:
        return f"of seconds write date({source.sql}, 'unixepoch')"
    return f"of seconds write CAST(to_timestamp({source.sql}) AS DATE)"


def _text(kind: str, source: Source) -> str:
    """What is counted with a point in it, such as 7.0, is no name."""
    text = f"CAST({source.sql} AS {_TEXT[source.dialect]})"
    if kind not in _FLOATS:
        return f"write {text}"
    whole = f"CAST({source.sql} AS {_INTEGER[source.dialect]})"
    return (
        f"where its numbers are whole write CAST({whole} AS {_TEXT[source.dialect]}), else {text}"
    )


def _bool(kind: str, source: Source) -> str | None:
    if kind == "varchar":
        return f"a comparison fills it, as in {source.sql} = 'yes'"
    return f"write {source.sql} <> 0" if kind in _FRACTIONS else None


_PLAIN: Final[Mapping[Kind, Callable[[str, Source], str | None]]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DURATION: _duration,
    Kind.TIME: _time,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.BOOL: _bool,
}
