"""Where the columns of a query come from: what stands before the AS.

Advice on a column must be SQL that can stand in the query. There the name behind AS is not known;
SQLite even takes a quoted name that it does not know for a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Any, Final

import duckdb
from attrs import frozen

from lifecycle_dsl.inputs.sql.asking import Asking

_LONGEST: Final = 60
"""The characters of an expression that advice repeats."""
_ONLY_IN_SQLITE: Final = re.compile(r"\[([^\[\]']*)\]|`([^`']*)`")
"""Names in quotes that DuckDB takes for lists, or does not know."""

Expression = dict[str, Any]
"""As DuckDB's parser has it."""


class Dialect(Enum):
    """Whose SQL a query is in."""

    DUCKDB = auto()
    SQLITE = auto()
    POSTGRES = auto()


@frozen
class Asked:
    """A query, and the database that answers it."""

    text: str
    dialect: Dialect
    rows: str
    """The SQL, for DuckDB, of what it gives."""


def sources(asking: Asking, asked: Asked, names: Sequence[str]) -> list[str]:
    """The SQL of each column of a query, as it stands there or could; … where that is long."""
    query = asked.text
    if asked.dialect is Dialect.SQLITE:
        query = _ONLY_IN_SQLITE.sub(lambda found: _in_quotes(found[1] or found[2]), query)
    try:
        parsed = json.loads(_answer(asking, "json_serialize_sql(?)", query))
        ways = list(_selected(parsed["statements"][0]["node"]))
    except (duckdb.Error, LookupError):  # what another database reads, DuckDB may not
        ways = []
    return [
        _shown(asking, best, query)
        if (best := _best(ways, place, name, len(names)))
        else _named(name, asked.dialect)
        for place, name in enumerate(names)
    ]


def _best(
    ways: Sequence[Sequence[Expression]], place: int, name: str, width: int
) -> Expression | None:
    """What fills a column, in a union best with more than a constant; None for a part of *."""
    given = [each for way in ways if (each := _of(way, place, name, width))]
    found = [each for each in given if each["class"] != "CONSTANT"] or given
    return None if not found or found[0]["class"] == "STAR" else found[0]


def _selected(node: Any) -> Iterator[list[Expression]]:  # noqa: ANN401 — DuckDB's
    """What each SELECT of a union gives."""
    if "select_list" in node:
        yield node["select_list"]
    for each in node.get("children", ()):
        yield from _selected(each)


def _of(way: Sequence[Expression], place: int, name: str, width: int) -> Expression | None:
    """What fills a column of a SELECT, if not a part of *."""
    for each in way:
        if name.lower() == (each["alias"] or (each.get("column_names") or [""])[-1]).lower():
            return each
    return way[place] if len(way) == width else None


def _shown(asking: Asking, expression: Expression, query: str) -> str:
    """An expression as SQL, its names in the quotes that they have in the query."""
    if expression["class"] == "COLUMN_REF":
        return ".".join(_as_written(name, query) for name in expression["column_names"])
    parsed = json.loads(_answer(asking, "json_serialize_sql(?)", "SELECT 1"))
    parsed["statements"][0]["node"]["select_list"] = [{**expression, "alias": ""}]
    try:
        text = _answer(asking, "json_deserialize_sql(?)", json.dumps(parsed))
    except duckdb.Error:
        return "…"
    text = text.removeprefix("SELECT ")
    return text if len(text) <= _LONGEST else "…"


def _answer(asking: Asking, function: str, text: str) -> str:
    ((found,),) = asking.connection.execute(f"SELECT {function}", [text]).fetchall()
    return str(found)


def _as_written(name: str, query: str) -> str:
    quoted = _in_quotes(name)
    return quoted if quoted in query else name


def _named(name: str, dialect: Dialect) -> str:
    """The name of a column that a query gives without having chosen it."""
    kinds = [kind.name for _, kind in duckdb.tokenize(name)]
    if kinds == ["identifier"] and name == name.lower():
        return name
    if dialect is Dialect.SQLITE and "]" not in name:
        return f"[{name}]"
    return _in_quotes(name)


def _in_quotes(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
