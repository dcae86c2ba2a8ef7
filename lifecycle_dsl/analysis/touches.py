"""Touches and conversions as the engine notes them, for models that need whole paths.

A decision log tells the touches of a conversion only, and only those that got a share. Where events
are run, every touch is written down the moment the engine keeps it, also of customers who never
convert. Where an attribution has no touches but the engine's own messages, a log tells them too.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np

from lifecycle_dsl.engine.attributing import Attributing
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.program.attributions import Attribution

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.history import History

TABLES: Final = (
    """CREATE TABLE touches (
        attribution VARCHAR, customer VARCHAR, instant TIMESTAMP, place BIGINT,
        channel VARCHAR, campaign VARCHAR
    )""",
    """CREATE TABLE converted (
        attribution VARCHAR, customer VARCHAR, instant TIMESTAMP, place BIGINT
    )""",
)
"""`place` orders touches and conversions of all attributions as they were handled."""

_TRACED_TOUCHES: Final = """
    SELECT id, instant, place, channel, campaign
    FROM touches JOIN people USING (customer) WHERE attribution = $attribution
"""
_TRACED_ENDS: Final = """
    SELECT id, instant, place
    FROM converted JOIN people USING (customer) WHERE attribution = $attribution
"""
_SENT: Final = """
    SELECT id, instant, decisions.rowid AS place, channel, rule AS campaign
    FROM decisions JOIN people USING (customer)
    WHERE kind = 'sent' AND NOT coalesce(transactional, false) AND NOT coalesce(draft, false)
"""
_CREDITED: Final = """
    SELECT id, any_value(instant) AS instant, min(place) AS place
    FROM credited GROUP BY id, number
"""


class Trace:
    """The touches and conversions of one run, in the order in which they are handled."""

    def __init__(self) -> None:
        self._customers: dict[str, int] = {}
        self._labels: dict[tuple[str, str, str | None], int] = {}
        self._touches = tuple(array("q") for _ in range(4))
        """Place, instant, customer and label."""
        self._conversions = tuple(array("q") for _ in range(4))
        self._count = 0

    def touched(
        self, attribution: str, customer: str, now: int, channel: str, campaign: str | None
    ) -> None:
        """Write down a touch."""
        self._add(self._touches, customer, now, (attribution, channel, campaign))

    def converted(self, attribution: str, customer: str, now: int) -> None:
        """Write down a conversion."""
        self._add(self._conversions, customer, now, (attribution, "", None))

    def _add(
        self,
        columns: tuple[array[int], ...],
        customer: str,
        now: int,
        label: tuple[str, str, str | None],
    ) -> None:
        self._count += 1
        numbers = (
            self._count,
            now,
            self._customers.setdefault(customer, len(self._customers)),
            self._labels.setdefault(label, len(self._labels)),
        )
        for column, number in zip(columns, numbers, strict=True):
            column.append(number)

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put what was written down into the tables."""
        if not self._count:
            return
        customers = {"customer": np.array(list(self._customers), dtype=object)}
        parts = zip(*self._labels, strict=True)
        names = ("attribution", "channel", "campaign")
        labels: dict[str, Any] = {
            name: np.array(part, dtype=object) for name, part in zip(names, parts, strict=True)
        }
        for people in (customers, labels):
            people["id"] = np.arange(len(next(iter(people.values()))))
        connection.register("traced_customers", customers)
        connection.register("traced_labels", labels)
        for table, columns, last in (
            ("touches", self._touches, ", l.channel, l.campaign"),
            ("converted", self._conversions, ""),
        ):
            named = zip(("place", "micros", "who", "label"), columns, strict=True)
            connection.register("traced", {n: np.asarray(c, dtype=np.int64) for n, c in named})
            connection.execute(
                f"INSERT INTO {table} SELECT l.attribution, c.customer, "  # noqa: S608 — our own
                f"make_timestamp(micros), place{last} FROM traced "
                "JOIN traced_customers c ON c.id = who JOIN traced_labels l ON l.id = label"
            )


class _Traced(Attributing):
    """An attribution whose touches and conversions are written down."""

    def __init__(self, machine: Machine, attribution: Attribution, trace: Trace) -> None:
        super().__init__(machine, attribution)
        self._trace = trace

    def touch(
        self,
        c: Any,  # noqa: ANN401 — a struct made while running
        now: int,
        channel: str,
        campaign: str | None,
        trigger: str | None = None,
        *,
        template: str | None = None,
    ) -> None:
        """Keep a touch."""
        super().touch(c, now, channel, campaign, trigger, template=template)
        self._trace.touched(self.name, c.customer, now, channel, trigger or campaign)

    def credit(self, c: Any, now: int, out: list[Any], worth: float) -> None:  # noqa: ANN401
        """Share out a conversion."""
        super().credit(c, now, out, worth)
        self._trace.converted(self.name, c.customer, now)


class TracingMachine(Machine):
    """A machine that decides as any other, and writes down what touches and converts."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.trace = Trace()
        super().__init__(ruleset.compiled)

    def attributing(self, attribution: Attribution) -> Attributing:
        """An attribution, seen."""
        return _Traced(self, attribution, self.trace)


def gather(history: History, attribution: str) -> bool:
    """Make the tables `touched` and `ended` of an attribution, unless not all touches are known.

    Its credits are in the table `credited`, see `crediting`.
    """
    found = history.ruleset.program.attributions.get(attribution)
    if history.observed:
        queries = _TRACED_TOUCHES, _TRACED_ENDS
    elif found is not None and not found.touches:
        queries = _SENT, _CREDITED
    else:
        return False
    for table, query in zip(("touched", "ended"), queries, strict=True):
        values = {"attribution": attribution} if "$attribution" in query else {}
        history.ask(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}", values)
    return True
