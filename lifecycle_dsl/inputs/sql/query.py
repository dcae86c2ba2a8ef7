"""A query as a source of records: its rows in order of time, each a line of JSON.

Rows of one instant stay in the order of the query. The number of a row, which a dead letter tells,
is its place in what the query gives, before it is put in order.

A place is (done, mark): how many records are handled, and a checksum of them. Whoever goes on from
one asks the query anew and passes as many; they must be the same as they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self
from zlib import crc32

from attrs import frozen

from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.engine.structs import Shape
from lifecycle_dsl.inputs.batches import Batch
from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.inputs.sql.asking import Asking, told
from lifecycle_dsl.inputs.sql.columns import (
    GIVEN,
    NEEDED,
    Column,
    instant,
    object_of,
    places,
)
from lifecycle_dsl.inputs.sql.fetching import pages
from lifecycle_dsl.inputs.sql.remedies import Source, of_epoch, of_text, remedy, takes_texts
from lifecycle_dsl.inputs.sql.sources import Asked, sources
from lifecycle_dsl.inputs.sql.writings import Texts, Writing, writing_of
from lifecycle_dsl.program.types import Type

ROWS: Final = 4_096
"""How many rows are handed on at once."""
_EXAMPLES: Final = {
    "type": "SELECT 'purchase' AS type, …",
    "customer": "SELECT client_id AS customer, …",
    "at": "SELECT ordered_at AS at, …",
}


@frozen
class Filled:
    """The rows of one type of event."""

    event: str | None
    """None where a row has no type."""
    rows: int
    values: Mapping[str, int]
    """How many have a value, by column."""


class Query:
    """A query whose rows are records; iterating gives them as batches. Close it."""

    def __init__(
        self,
        asking: Asking,
        asked: Asked,
        name: str,
        shapes: Mapping[str, Shape],
        *,
        undeclared: bool,
    ) -> None:
        self.name = name
        self.shapes = shapes
        self.columns = [
            Column(name, type_, f"c{place}")
            for place, (name, type_) in enumerate(asking.described(asked.rows))
        ]
        self._asking = asking
        named = ", ".join(each.sql for each in self.columns)
        self._given = asked
        self._asked = f"(\n{asked.rows}\n) AS asked({named})"
        self._undeclared = undeclared
        self._done = 0
        self._mark = 0
        self._before: tuple[int, int] = (0, 0)
        self._batch = b""

    # ---- what it gives

    def misfits(self, zone: str) -> Iterator[str]:
        """Why no row can be a record, each in a sentence with what would help.

        Raises:
            InputError: where the query fails in one of its rows.
        """
        names = [each.name for each in self.columns]
        for name in NEEDED:
            if name not in names:
                yield self._missing(name, names)
        if len(names) == 1 and (mark := re.search(r"[,;|\t]", names[0])):
            yield (
                f"the only column is called `{names[0]}`: a file was not taken apart; "
                f"say how, as in read_csv(…, delim = '{mark[0]}', null_padding = true)"
            )
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield f"two columns are called `{name}`: leave one out, or name it with AS"
        for column in self.columns:
            wanted = self.wanted(column.name)
            if wanted and not any(column.fills(type_) for type_, _ in wanted):
                yield self._misfit(column, *wanted[0], zone)

    def of_epoch(self, unit: str) -> str:
        """What makes an instant of `at`, where that is given in another unit than microseconds."""
        return of_epoch(unit, self._source("at"), self._given.dialect)

    def of_text(self) -> str | None:
        """What makes an instant of `at`, where that is a text in a form that nobody knows."""
        is_text = any(each.name == "at" and each.kind == "varchar" for each in self.columns)
        return of_text(self._source("at"), self._given.dialect) if is_text else None

    def wanted(self, name: str) -> list[tuple[Type, str]]:
        """The types that a column's values may be of, each with what it fills."""
        if name in GIVEN:
            return [(GIVEN[name], name)]
        return [
            (field.type, f"{event}.{name}" if event != "profile" else f"trait {name}")
            for event, field in places(self.shapes, name)
        ]

    def filled(self) -> list[Filled]:
        """How many rows there are of each type of event, and what they fill."""
        counts = "".join(f", count({each.sql})" for each in self.columns)
        (kind,) = (each.sql for each in self.columns if each.name == "type")
        sql = f"SELECT {kind}::VARCHAR, count(*){counts} FROM {self._asked} GROUP BY 1 ORDER BY 1"  # noqa: S608
        names = [each.name for each in self.columns]
        return [
            Filled(event, rows, dict(zip(names, values, strict=True)))
            for page in self._pages(sql)
            for event, rows, *values in page
        ]

    def largest(self, column: Column) -> int | None:
        """The largest of whole numbers, if there is any."""
        ((found,),) = next(self._pages(f"SELECT max({column.sql}) FROM {self._asked}"))  # noqa: S608
        return None if found is None else int(found)

    # ---- as a source

    size: Final = None
    """Nobody knows."""

    @property
    def position(self) -> int:
        """Nobody knows."""
        return 0

    @property
    def resumable(self) -> bool:
        """It can be asked anew."""
        return True

    @property
    def place(self) -> Place | None:
        """Up to where it has been read: behind the batch that was given last."""
        return self._done, self._mark

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        done, mark = self._before
        rest = self._batch.split(b"\n", number - done)[-1]
        return number, crc32(self._batch[: len(self._batch) - len(rest)], mark)

    def read(self, place: Place | None) -> Iterator[Batch]:
        """What comes behind a place.

        Raises:
            InputError: where the rows before it are not those that were handled.
        """
        done, mark = (0, 0) if place is None else (int(part) for part in place)
        for batch in self:
            if self._before[0] < done <= self._done and self.within(done) != (done, mark):
                raise self._others(done)
            if self._done > done:
                yield batch.behind(done)
        if self._done < done:
            raise self._others(done)

    def kept(self, place: Place) -> None:
        """A query need not know."""

    def __iter__(self) -> Iterator[Batch]:
        self._done, self._mark = 0, 0
        for rows in self._pages(*self._lines()):
            data = "\n".join([line for _, line in rows]).encode() + b"\n"
            self._before, self._batch = (self._done, self._mark), data
            self._done += len(rows)
            self._mark = crc32(data, self._mark)
            yield Batch(data, self._before[0] + 1, framed=False, rows=[row for row, _ in rows])

    def close(self) -> None:
        """Remove what lies on the disk."""
        self._asking.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _others(self, done: int) -> InputError:
        return InputError(
            f"the first {done:,} rows of the query are not those that were handled before: rows "
            "came in between, or changed; ask for the new ones alone, as with WHERE"
        )

    # ---- what does not fit

    def _misfit(self, column: Column, wanted: Type, filled: str, zone: str) -> str:
        """Why a column cannot fill what it is called for."""
        texts = self._texts(column) if takes_texts(column, wanted) else None
        source = Source(self._source(column.name), self._given.dialect, zone)
        hint = remedy(column, wanted, source, texts)
        said = f"the column `{column.name}` is {column.shown}, and `{filled}` takes {wanted}"
        return said if hint is None else f"{said}: {hint}"

    def _missing(self, name: str, names: Sequence[str]) -> str:
        said = f"the query gives no `{name}`: name"
        similar = closest(name, names)
        if similar is None:
            return f"{said} a column so, as in {_EXAMPLES[name]}"
        return f"{said} the column so, as in {self._source(similar)} AS {name}"

    def _source(self, name: str) -> str:
        """What a column is in the query."""
        names = [each.name for each in self.columns]
        return sources(self._asking, self._given, names)[names.index(name)]

    def _texts(self, column: Column) -> Texts:
        """How a column of texts writes numbers."""
        sql = (
            f"SELECT writing, count(*), min(row) FROM (SELECT {writing_of(column.sql)} AS writing, "  # noqa: S608
            f"row FROM (SELECT *, row_number() OVER () AS row FROM {self._asked}) "
            f"WHERE {column.sql} IS NOT NULL) GROUP BY writing"
        )
        found = {
            Writing(writing): (count, row)
            for page in self._pages(sql)
            for writing, count, row in page
        }
        _, odd = found.get(Writing.NONE, (0, 0))
        return Texts({writing: count for writing, (count, _) in found.items()}, odd)

    # ---- its SQL

    def _lines(self) -> tuple[str, list[list[str]]]:
        """All rows as lines of JSON, in order of time, and the names of events in it."""
        members, names = [], list[list[str]]()
        for column in self.columns:
            if self._undeclared or self.wanted(column.name):
                key = json.dumps(column.name).replace("'", "''")
                members.append(f"""'{key}:' || {self._value(column, names)}""")
        moments = [instant(each.sql, each.type) for each in self.columns if each.name == "at"]
        return (
            f"SELECT row, {object_of(members)} FROM "  # noqa: S608 — the query is its writer's own
            f"(SELECT *, row_number() OVER () AS row FROM {self._asked}) "
            f"ORDER BY {moments[0]} NULLS LAST, row"
        ), names

    def _value(self, column: Column, names: list[list[str]]) -> str:
        """A column as JSON; where events differ in what they want, as each of them does."""
        if column.name in GIVEN:
            return column.written_as(GIVEN[column.name])
        ways: dict[str, list[str]] = {}
        for event, field in places(self.shapes, column.name):
            ways.setdefault(column.written_as(field.type), []).append(event)
        first, *others = ways or [column.as_it_is()]
        (kind,) = (each.sql for each in self.columns if each.name == "type")
        cases = ""
        for other in others:
            names.append(ways[other])
            cases += f" WHEN list_contains(${len(names)}, {kind}::VARCHAR) THEN {other}"
        return f"CASE{cases} ELSE {first} END" if cases else first

    def _pages(self, sql: str, values: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        with told(self._given.text):
            yield from pages(self._asking.connection, sql, values, ROWS)
