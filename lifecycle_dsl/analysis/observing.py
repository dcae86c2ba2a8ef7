"""What a run over events shows besides decisions: who came, whence, and how they stood.

Nothing of it touches the engine's state: customers are looked at between records, as `Customer`
reads them, so that the decisions are those of a run that nobody watched.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import duckdb
import numpy as np
from msgspec import Struct

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.periods import Period, next_start, start_of
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.localtime import DAY

SAMPLED: Final = {Period.DAY: 500, Period.WEEK: 2_000, Period.MONTH: 5_000, Period.QUARTER: 5_000}
"""Customers whose levels and scores are read at each period's end, at most about."""
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 — DuckDB's instants are UTC without a zone
_BUCKETS: Final = 1 << 32
TABLES: Final = (
    "CREATE TABLE customers (customer VARCHAR, first TIMESTAMP, origin VARCHAR)",
    "CREATE TABLE activity (customer VARCHAR, day DATE)",
    "CREATE TABLE levels (instant TIMESTAMP, customer VARCHAR, level VARCHAR, label VARCHAR)",
    "CREATE TABLE scores (instant TIMESTAMP, customer VARCHAR, score VARCHAR, value DOUBLE)",
)
"""Filled by a run over events alone: a log of decisions says nothing of these."""


class Watch:
    """Looks at the records of one run, and at customers between them."""

    def __init__(self, ruleset: RuleSet, by: Period, source: str | None) -> None:
        """Raises AnalysisError where `source` is neither a trait nor a field of an event."""
        self._ruleset = ruleset
        self._by = by
        self._source = source
        self._trait = source in ruleset.program.traits
        self._attributes = {} if source is None else _attributes(ruleset, source)
        if source is not None and not self._trait and not self._attributes:
            raise AnalysisError(_unknown(ruleset, source))
        self._places: dict[str, int] = {}
        self._firsts = array("q")
        self._origins: dict[str, str] = {}
        self._who = array("q")
        self._days = array("q")
        self._next: int | None = None
        self._levels: list[tuple[int, str, str, str]] = []
        self._scores: list[tuple[int, str, str, float]] = []
        self.in_order = True
        """Whether no record came after the end of its period; else ends are not sampled."""

    def handled(self, engine: Engine, records: list[Any]) -> Iterator[list[Any]]:
        """The decisions about some records, with a look at customers wherever a period ends."""
        for piece in self._cut(engine, records):
            self._note(piece)
            yield engine.handle(piece)

    def end(self, engine: Engine, end: int) -> None:
        """Look for the last time, at the end of what is observed."""
        while self._next is not None and self._next <= end:
            self._look(engine, self._next)
        if self._next is not None:
            self._read(engine, end)
        if self._trait and self._source is not None:
            for name in engine.customers():
                found = engine.customer(name).traits[self._source]
                if found is not None:
                    self._origins[name] = _text(found)

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put what was seen into the tables."""
        names = list(self._places)
        customers = {
            "customer": np.array(names, dtype=object),
            "first": np.asarray(self._firsts, dtype=np.int64),
            "origin": np.array([self._origins.get(name) for name in names], dtype=object),
        }
        seen = np.unique(np.asarray(self._who) * (1 << 20) + np.asarray(self._days))
        activity = {"place": seen >> 20, "day": seen & ((1 << 20) - 1)}
        if names:
            connection.register("seen_customers", customers)
            connection.register("seen_activity", activity)
            connection.execute(
                "INSERT INTO customers SELECT customer, make_timestamp(first), origin "
                "FROM seen_customers"
            )
            connection.execute(
                "INSERT INTO activity SELECT c.customer, DATE '1970-01-01' + day::INT "
                "FROM seen_activity JOIN (SELECT customer, rowid AS place FROM customers) c "
                "USING (place)"
            )
        if self.in_order:
            _insert(connection, "levels", self._levels)
            _insert(connection, "scores", self._scores)

    def _cut(self, engine: Engine, records: list[Any]) -> Iterator[list[Any]]:
        """Records in pieces, none with the end of a period in it."""
        begin = 0
        for place, record in enumerate(records):
            at: int = record.at
            if self._next is None:
                self._next = _next(at, self._by)
            elif at >= self._next:
                yield records[begin:place]
                begin = place
                while self._next <= at:
                    self._look(engine, self._next)
        yield records[begin:] if begin else records

    def _note(self, records: Iterable[Any]) -> None:
        places, firsts, who, days = self._places, self._firsts, self._who, self._days
        before = -1 if self._next is None else _previous(self._next, self._by)
        for record in records:
            name = customer_of(record)
            if name is None:
                continue
            at: int = record.at
            if at < before:
                self.in_order = False
            place = places.setdefault(name, len(firsts))
            if place == len(firsts):
                firsts.append(at)
            if self._attributes and name not in self._origins:
                self._find_origin(name, record)
            who.append(place)
            days.append(at // DAY)

    def _find_origin(self, name: str, record: Struct) -> None:
        attribute = self._attributes.get(type(record))
        if attribute is None:
            return
        found = getattr(record, attribute)
        if isinstance(found, (str, int, float)):
            self._origins[name] = _text(found)

    def _look(self, engine: Engine, instant: int) -> None:
        self._read(engine, instant)
        self._next = _next(instant, self._by)

    def _read(self, engine: Engine, instant: int) -> None:
        program = self._ruleset.program
        if not program.levels and not program.scores:
            return
        names = list(engine.customers())
        share = min(SAMPLED[self._by] / max(len(names), 1), 1.0)
        for name in names:
            if share < 1 and _hash(name) >= share * _BUCKETS:
                continue
            customer = engine.customer(name, instant)
            self._levels += [(instant, name, *each) for each in customer.levels.items()]
            self._scores += [(instant, name, *each) for each in customer.scores.items()]


def _attributes(ruleset: RuleSet, field: str) -> dict[type, str]:
    """Where each event's struct keeps a field of that name."""
    found: dict[type, str] = {}
    for event, shape in ruleset.records.shapes.items():
        if event != "profile" and any(each.name == field for each in shape.fields):
            found[shape.struct] = _attribute(shape.struct, field)
    return found


def _attribute(struct: type, field: str) -> str:
    names: dict[str, str] = dict(
        zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True)  # type: ignore[attr-defined]
    )
    return names[field]


def _unknown(ruleset: RuleSet, name: str) -> str:
    program = ruleset.program
    known = [*program.traits]
    known += [
        each.name for event in program.events for each in ruleset.records.shapes[event].fields
    ]
    nearest = closest(name, sorted(set(known)))
    hint = f"; there is `{nearest}`" if nearest else ""
    return f"no trait and no field of an event is called `{name}`{hint}"


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    instants, names, what, values = zip(*rows, strict=True)
    seen = {
        "instant": np.array(instants, dtype=np.int64),
        "customer": np.array(names, dtype=object),
        "what": np.array(what, dtype=object),
        "value": np.array(values, dtype=object if isinstance(values[0], str) else np.float64),
    }
    connection.register("seen_rows", seen)
    connection.execute(
        f"INSERT INTO {table} "  # noqa: S608 — our own names
        "SELECT make_timestamp(instant), customer, what, value FROM seen_rows"
    )


def _text(found: float | str | bool) -> str:  # noqa: FBT001 — a value of a record
    if isinstance(found, bool):
        return "true" if found else "false"
    return f"{found:g}" if isinstance(found, float) else str(found)


def _next(instant: int, by: Period) -> int:
    return _micros(next_start(start_of(_datetime(instant), by), by))


def _previous(boundary: int, by: Period) -> int:
    return _micros(start_of(_datetime(boundary - 1), by))


def _datetime(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _hash(name: str) -> int:
    digest = blake2b(f"sampled\0{name}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big")
