"""What the columns of a query fill, and the SQL that writes a value as JSON.

For each type of the language there is one function here; it takes the SQL of a value and its type
in DuckDB, and gives the SQL of its JSON text, or None where the one cannot be the other. SQL that
is NULL says that there is no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, assert_never

from attrs import frozen

from lifecycle_dsl.engine.structs import Shape
from lifecycle_dsl.program.types import (
    NUMBER,
    TEXT,
    TIME,
    Field,
    Kind,
    Labels,
    LevelType,
    ListType,
    Plain,
    RecordType,
    StageType,
    Type,
)

NEEDED: Final = ("type", "customer", "at")
"""The columns without which no row is a record."""
GIVEN: Final[Mapping[str, Type]] = {
    "type": TEXT,
    "customer": TEXT,
    "at": TIME,
    "id": TEXT,
    "value": NUMBER,
}
"""What every event has."""

_SIZES: Final = ("tinyint", "smallint", "integer", "bigint", "hugeint")
WHOLE: Final = frozenset({*_SIZES, *(f"u{size}" for size in _SIZES), "bignum"})
MOMENTS: Final = frozenset(
    {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"}
)
_NAMES: Final = frozenset({"varchar", "enum", "uuid"})


@frozen
class Column:
    """A column of a query."""

    name: str
    type: Any
    """As DuckDB has it."""
    sql: str
    """Its values, in the SQL around the query."""

    @property
    def kind(self) -> str:
        """The name of its type, without what that is of."""
        return str(self.type.id)

    @property
    def shown(self) -> str:
        """Its type as people write it."""
        return str(self.type).replace('"NULL"', "NULL")

    @property
    def is_zoneless(self) -> bool:
        """Whether it holds instants that do not say their zone."""
        return self.kind in MOMENTS - {"timestamp with time zone"}

    def fills(self, type_: Type) -> bool:
        """Whether its values can be of a type of the language."""
        return written(self.sql, self.type, type_) is not None

    def written_as(self, type_: Type) -> str:
        """The SQL of its values as JSON; where they cannot be of the type, as they are."""
        return written(self.sql, self.type, type_) or _as_it_is(self.sql)

    def as_it_is(self) -> str:
        """The SQL of its values as JSON, where nobody knows what they ought to be."""
        return _as_it_is(self.sql)


def places(shapes: Mapping[str, Shape], name: str) -> Iterator[tuple[str, Field]]:
    """The events, each with its field, that a column of a name fills."""
    for event, shape in shapes.items():
        for field in shape.fields:
            if field.name == name:
                yield event, field


def written(sql: str, type_: Any, wanted: Type | RecordType) -> str | None:  # noqa: ANN401 — DuckDB's
    """The SQL of a value as JSON; None where it cannot be of the type that is wanted."""
    kind = str(type_.id)
    if kind == "null":
        return "NULL"
    if str(type_) == "JSON" and wanted == TIME:
        return f"CASE WHEN {_is_whole(sql)} THEN {sql}::VARCHAR ELSE {_time(sql, kind)} END"
    if str(type_) == "JSON":
        found = f"nullif(json({sql})::VARCHAR, 'null')"
        if wanted == TEXT:  # what is no value of its own is its text
            nested = f"json_type({sql}) IN ('ARRAY', 'OBJECT')"
            return f"CASE WHEN {nested} THEN {_quoted(sql)} ELSE {found} END"
        return found
    match wanted:
        case Plain(kind=plain):
            return _PLAIN[plain](sql, kind)
        case Labels() | LevelType() | StageType():
            return _quoted(sql) if kind in _NAMES else None
        case ListType(element=element):
            return _list(sql, type_, element) if kind in {"list", "array"} else None
        case RecordType(fields=fields):
            return _record(sql, type_, fields) if kind == "struct" else None
        case _:
            assert_never(wanted)


def instant(sql: str, type_: Any) -> str:  # noqa: ANN401 — DuckDB's
    """The SQL of whole microseconds, to order by; NULL where there is no instant."""
    kind = str(type_.id)
    if kind in MOMENTS:
        return f"epoch_us({sql})"
    if kind in WHOLE:
        return f"TRY_CAST({sql} AS BIGINT)"
    if str(type_) == "JSON":
        whole = f"TRY_CAST({sql}::VARCHAR AS BIGINT)"
        return f"CASE WHEN {_is_whole(sql)} THEN {whole} ELSE {_instant_of_text(sql)} END"
    return _instant_of_text(sql) if kind == "varchar" else "NULL::BIGINT"


def _is_whole(sql: str) -> str:
    """Whether a value of JSON is a whole number."""
    return f"json_type({sql}) IN ('BIGINT', 'UBIGINT')"


def _as_it_is(sql: str) -> str:
    return f"to_json({sql})::VARCHAR"


def _quoted(sql: str) -> str:
    return f"to_json({sql}::VARCHAR)::VARCHAR"


def _number(sql: str, kind: str) -> str | None:
    if kind in WHOLE or kind == "decimal":
        return f"{sql}::VARCHAR"
    if kind == "float":  # the shortest text: 0.1 is 0.1, also where it has only 32 bits
        return f"CASE WHEN isfinite({sql}) THEN {sql}::VARCHAR ELSE to_json({sql})::VARCHAR END"
    return _as_it_is(sql) if kind == "double" else None


def _duration(sql: str, kind: str) -> str | None:
    if kind == "interval":  # months have no fixed length
        months = f"datepart('year', {sql}) * 12 + datepart('month', {sql})"
        return f"CASE WHEN {months} = 0 THEN epoch_us({sql})::VARCHAR ELSE {_quoted(sql)} END"
    if kind in WHOLE:
        return f"{sql}::VARCHAR"
    return _quoted(sql) if kind == "varchar" else None


def _time(sql: str, kind: str) -> str | None:
    if kind in MOMENTS:  # of what is not finite there are no microseconds
        return f"coalesce(epoch_us({sql})::VARCHAR, {_quoted(sql)})"
    if kind in WHOLE:
        return f"{sql}::VARCHAR"
    if kind == "varchar":
        return f"coalesce({_instant_of_text(sql)}::VARCHAR, {_quoted(sql)})"
    return None


def _instant_of_text(sql: str) -> str:
    """A day alone is no instant."""
    return f"CASE WHEN contains({sql}, ':') THEN epoch_us(TRY_CAST({sql} AS TIMESTAMPTZ)) END"


def _date(sql: str, kind: str) -> str | None:
    return _quoted(sql) if kind in {"date", "varchar"} else None


def _text(sql: str, kind: str) -> str | None:
    return _quoted(sql) if kind in _NAMES | WHOLE else None


def _bool(sql: str, kind: str) -> str | None:
    if kind == "boolean":
        return f"{sql}::VARCHAR"
    if kind in WHOLE:  # SQLite has no other
        return f"CASE {sql} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE {sql}::VARCHAR END"
    return None


_PLAIN: Final[Mapping[Kind, Callable[[str, str], str | None]]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DURATION: _duration,
    Kind.TIME: _time,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.BOOL: _bool,
}


def _list(sql: str, type_: Any, element: Plain | RecordType) -> str | None:  # noqa: ANN401
    (_, inner), *_ = type_.children
    each = "e"
    text = written(each, inner, element)
    if text is None:
        return None
    return (
        f"CASE WHEN {sql} IS NOT NULL THEN "
        f"'[' || array_to_string([coalesce({text}, 'null') FOR {each} IN {sql}], ',') || ']' END"
    )


def _record(sql: str, type_: Any, fields: Iterable[Field]) -> str | None:  # noqa: ANN401
    wanted = {field.name: field.type for field in fields}
    found = [
        (name, written(f'{sql}."{name}"', inner, wanted[name]))
        for name, inner in type_.children
        if name in wanted
    ]
    if any(text is None for _, text in found):
        return None
    members = [f"""'"{name}":' || {text}""" for name, text in found]
    return f"CASE WHEN {sql} IS NOT NULL THEN {object_of(members)} END"


def object_of(members: Iterable[str]) -> str:
    """The SQL of an object of those members that there are."""
    return f"'{{' || concat_ws(',', {', '.join(members) or 'NULL'}) || '}}'"
