"""What happened, as one table that sections ask with SQL.

A history is read from a decision log (JSON Lines, plain or packed; Parquet, also a folder of it),
from a store, or made by running the rules over events. It lies in a temporary file on the disk, so
that ten million decisions need no more memory than a few; Parquet is asked where it lies.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import duckdb

from lifecycle_dsl.analysis import logs
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.goals import Goal, with_goal
from lifecycle_dsl.analysis.logs import Head
from lifecycle_dsl.analysis.observing import TABLES, Watch
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.analysis.sampling import Sample
from lifecycle_dsl.analysis.touches import TABLES as TOUCHES
from lifecycle_dsl.analysis.touches import TracingMachine
from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.decisions import Rules, encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.stores import Store

MOST_WAITING: Final = 100_000
"""Customers of a store who wait that are counted; there may be more."""
MEMORY: Final = "1GB"
"""What DuckDB may take before it uses the disk."""
_PAGE: Final = 100_000
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 — DuckDB's instants are UTC without a zone
_EXTENT: Final = """
    SELECT count(*), least(count(kind), count(customer), count(instant)), min(instant), max(instant)
    FROM decisions
"""


class History:
    """Decisions of one rule set up to an instant; close it, or use it in a `with`.

    `decisions` has the columns of `COLUMNS` that are asked, with their names, and `rowid` in the
    order of the log. Drafts stand in it, marked. It is filled once; of a sample of the customers
    with what they did alone.
    Where events were run, the tables of `observing` say who came, when they were active, and how
    they stood at the end of each period; else they are empty.
    """

    def __init__(self, ruleset: RuleSet, sample: Sample | None = None) -> None:
        self.ruleset = ruleset
        self.sample = sample
        self._folder = tempfile.TemporaryDirectory(prefix="lcr-")
        self.connection = duckdb.connect(
            Path(self._folder.name) / "history.duckdb",
            config={
                "memory_limit": MEMORY,
                "temp_directory": self._folder.name,
                # INVARIANT: zones of the machine and extensions from the network have no say.
                "TimeZone": "UTC",
                "autoinstall_known_extensions": False,
            },
        )
        logs.make_table(self.connection)
        for table in (*TABLES, *TOUCHES):
            self.connection.execute(table)
        self.observed = False
        """Whether events were run, so that activity and states are known."""
        self.in_order = True
        """Whether the events came in order of time, so that states could be sampled."""
        self.kept: dict[str, object] = {}
        """What sections found that others ask, too."""
        self._span: tuple[int | None, int | None] = (None, None)
        self.heads: list[Head] = []
        """Of the logs that were read; several where rules changed on the way."""
        self.rejected: Counter[str] = Counter()
        """Records of the events that were no events of these rules, by reason."""
        self.waiting = 0
        """Customers of a store for whom something was due that nobody had decided yet."""
        self.goal: Goal | None = None
        """What counts as success, where it was asked for; its credits are in the table."""
        self._until: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was written for it."""
        self.connection.close()
        self._folder.cleanup()

    # ---- asking

    def ask(self, query: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(query, values).fetchall()

    @property
    def begin(self) -> int:
        """The first instant at which something was decided, in microseconds."""
        first, _ = self._span
        return self.end if first is None else first

    @property
    def end(self) -> int:
        """Up to when everything is known, in microseconds: what comes later is censored.

        The latest input where events were run; else the latest decision, or what was said.
        """
        if self._until is not None:
            return self._until
        _, last = self._span
        return 0 if last is None else last

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was decided."""
        return self._span == (None, None)

    def settle(self) -> None:
        """Make many questions faster, for the time of a few."""
        if self.sample is None or self.observed:
            logs.settle(self.connection)

    # ---- filling

    def read_log(self, path: Path, until: int | None = None) -> None:
        """Add a decision log, or a folder of Parquet files.

        Raises:
            AnalysisError: where it is none, or of another lifecycle.
        """
        self._until = until
        if not path.exists():
            raise AnalysisError(f"{path}: there is no such file")
        try:
            if logs.is_parquet(path):
                last = "true" if until is None else f"instant <= make_timestamp({until})"
                for head in logs.view_parquet(self.connection, path, last):
                    self._note(head)
            else:
                logs.read_lines(self.connection, path)
                self._drop_later(until)
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            raise AnalysisError(
                f"{path} is no log of decisions such as `lcr run --out` writes: {said}"
            ) from error
        self._check(path)

    def read_store(self, store: Store, until: int | None = None) -> None:
        """Add all decisions that a store keeps; known up to its clock."""
        clock = store.clock()
        self._until = clock if until is None else until
        if clock is not None:
            first, everywhere = (-NEVER, ""), range(store.shards)
            self.waiting = len(store.due(clock, first, MOST_WAITING, everywhere))
        rules = store.rules()
        if rules is not None:
            self.heads.append(Head(rules.lifecycle, rules.fingerprint))
        path = Path(self._folder.name) / "store.jsonl"
        with path.open("wb") as file:
            file.writelines(_lines_of(store))
        logs.read_lines(self.connection, path)
        path.unlink()
        self._drop_later(until)
        self._check(store.url)

    def run(
        self,
        feed: Feed,
        goal: Goal | None = None,
        *,
        by: Period = Period.MONTH,
        source: str | None = None,
    ) -> None:
        """Add what the rules decide over events; `goal` is found beside, and changes nothing.

        Customers are looked at wherever a period of `by` ends. `source` is the trait, or the field
        of a customer's first record that has it, which says where they come from. What is fed is
        read once.

        Raises:
            AnalysisError: where the goal or the source is not one of this rule set.
            InputError, OSError: where the events cannot be read.
        """
        ruleset = self.ruleset if goal is None else with_goal(self.ruleset, goal)
        watch = Watch(ruleset, by, source)
        self.goal = goal
        path = Path(self._folder.name) / "run.jsonl"
        machine = TracingMachine(ruleset)
        engine = Engine(ruleset, machine)
        with path.open("wb") as file:
            file.write(encode_lines([Rules(ruleset.lifecycle, self.ruleset.fingerprint)]))
            for found in feed.decoded(ruleset.records):
                self.rejected.update(letter.reason for letter in found.dead_letters)
                for decided in watch.handled(engine, self._sampled(found.records)):
                    file.write(encode_lines(decided))
            end = engine.clock if feed.until is None else feed.until
            if end is not None:
                file.write(encode_lines(engine.advance(end)))
                watch.end(engine, end)
        watch.fill(self.connection)
        machine.trace.fill(self.connection)
        self.observed, self.in_order = True, watch.in_order
        self._until = end
        logs.read_lines(self.connection, path)
        path.unlink()
        self._check(feed.name)

    def _sampled(self, records: list[Any]) -> list[Any]:
        sample = self.sample
        if sample is None:
            return records
        # A tick is everybody's.
        return [each for each in records if (name := customer_of(each)) is None or sample.has(name)]

    def _drop_later(self, until: int | None) -> None:
        if until is not None:
            self.connection.execute("DELETE FROM decisions WHERE instant > ?", [instant_of(until)])

    def _note(self, head: Head) -> None:
        if head not in self.heads:
            self.heads.append(head)

    def _check(self, path: Path | str) -> None:
        """Take the heads out of the table; they must be of this lifecycle."""
        heads = "SELECT DISTINCT lifecycle, fingerprint FROM decisions WHERE kind = 'rules'"
        for said in self.ask(f"{heads} ORDER BY ALL"):
            self._note(Head(*said))
        if logs.is_table(self.connection):
            self.connection.execute("DELETE FROM decisions WHERE kind = 'rules'")
        ((rows, known, first, last),) = self.ask(_EXTENT)
        self._span = (None if first is None else micros_of(first), last and micros_of(last))
        if known < rows:
            raise AnalysisError(f"{path} is no log of decisions such as `lcr run --out` writes")
        other = next((h for h in self.heads if h.lifecycle != self.ruleset.lifecycle), None)
        if other is not None:
            raise AnalysisError(
                f"{path} holds decisions of the lifecycle `{other.lifecycle}`, "
                f"and these rules are of `{self.ruleset.lifecycle}`"
            )
        if self.sample is not None and not self.observed:
            logs.keep(self.connection, self.sample.condition)


def micros_of(instant: datetime) -> int:
    """Microseconds since 1970 of what DuckDB gives."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(micros: int) -> datetime:
    """An instant as DuckDB takes it."""
    return _EPOCH + timedelta(microseconds=micros)


def _lines_of(store: Store) -> Iterator[bytes]:
    after = 0
    while page := store.decisions(after=after, most=_PAGE):
        after = page[-1].number
        yield from (each.line + b"\n" for each in page)
