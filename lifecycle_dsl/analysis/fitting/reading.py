"""Values of customers at instants, read while their history is replayed.

The engine handles the records in their order. Before it handles the first record of a customer
that comes after one of their instants, it has handled all up to it, and nothing else of theirs: the
state is copied, the copy's timers run up to the instant, and the values are read off it. So no
value knows what came later, and the reading leaves no trace in the history that goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.program.expressions import Expression


@frozen
class Row:
    """A customer at an instant."""

    customer: str
    at: int
    stage: str
    values: tuple[Any, ...]


@define
class Readings:
    """What a replay gave: rows in order of customer and instant, and all that was decided."""

    rows: list[Row] = field(factory=list)
    kept: list[Any] = field(factory=list)
    """The decisions that somebody wanted to keep."""


class Reader:
    """One replay, with instants at which to read."""

    def __init__(
        self,
        ruleset: RuleSet,
        instants: Mapping[str, Sequence[int]],
        reads: Sequence[Expression],
        keeps: type | None = None,
    ) -> None:
        self._engine = Engine(ruleset)
        machine = Machine(ruleset.compiled)
        self._aside = Engine(ruleset, machine)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(machine.State)
        self._read = (
            ruleset.compiled.values("fit", list(reads), reads[0].span, machine.links)
            if reads
            else _nothing
        )
        self._waiting = {name: list(reversed(asked)) for name, asked in instants.items() if asked}
        self._keeps = keeps
        self.found = Readings()

    def give(self, records: list[Any]) -> None:
        """Handle some records, reading on the way."""
        waiting = self._waiting
        done = 0
        for place, record in enumerate(records):
            customer = customer_of(record)
            if customer is None:  # a tick, which is everybody's
                self._handle(records[done:place])
                done = place
                for name in sorted(waiting):
                    self._look(name, record.at)
                continue
            asked = waiting.get(customer)
            if asked and asked[-1] < record.at:
                self._handle(records[done:place])
                done = place
                self._look(customer, record.at)
        self._handle(records[done:])

    def close(self, end: int) -> Readings:
        """Let time go on to the end; the rows are complete then."""
        for name in sorted(self._waiting):
            self._look(name, end + 1)
        self._note(self._engine.advance(end))
        self.found.rows.sort(key=lambda row: (row.customer, row.at))
        return self.found

    def _handle(self, records: list[Any]) -> None:
        if records:
            self._note(self._engine.handle(records))

    def _note(self, decisions: Iterable[Any]) -> None:
        if self._keeps is not None:
            self.found.kept += [each for each in decisions if isinstance(each, self._keeps)]

    def _look(self, customer: str, before: int) -> None:
        """Read a customer at each of their instants before another."""
        asked = self._waiting[customer]
        while asked and asked[-1] < before:
            self.found.rows.append(self._row(customer, asked.pop()))
        if not asked:
            del self._waiting[customer]

    def _row(self, customer: str, at: int) -> Row:
        state: Any = self._decoder.decode(self._encoder.encode(self._engine.state(customer)))
        # INVARIANT: nothing that the customer did after the instant has been handled.
        assert state.clock <= at  # noqa: S101
        self._aside.adopt(state)
        self._aside.advance_some([customer], at)
        row = Row(customer, at, str(state.stage), self._read(state, at))
        self._aside.release([customer])
        return row


def replayed(
    ruleset: RuleSet,
    feed: Feed,
    *,
    instants: Mapping[str, Sequence[int]],
    reads: Sequence[Expression],
    end: int,
    keeps: type | None = None,
) -> Readings:
    """The rows of customers at instants, and the decisions of a kind, over a whole input."""
    reader = Reader(ruleset, instants, reads, keeps)
    for records in feed.records(ruleset.records):
        reader.give(records)
    return reader.close(end)


def _nothing(_state: object, _at: int) -> tuple[Any, ...]:
    return ()
