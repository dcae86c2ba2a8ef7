"""Stays: who was in which stage from when to when, as columns of numbers.

A stay begins when a customer is placed in a stage or moves into it, and ends with their next move;
who has not moved by the end of what is observed is still there, and the stay is censored. What
sections count is each customer's first stay in a stage: stays of one customer hang together, and
intervals are of customers.

Customers are told apart by DuckDB's hash of 64 bits, so that columns stay numbers; that two of a
million share one has a chance of one in thirty million.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.periods import Period, name_of, next_start, start_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOBODY: Final = -1
"""The stage after a stay that has not ended."""
SECOND: Final = 1e6
"""Microseconds."""
_TARGETS: Final = "SELECT DISTINCT target FROM decisions WHERE kind = 'transition' ORDER BY target"
_MOVES: Final = """
    SELECT hash(customer) AS who, enum_code(target::ENUM({stages})) AS stage,
        epoch_us(instant) AS instant, source IS NULL AS is_placing
    FROM decisions WHERE kind = 'transition' AND target IS NOT NULL
"""


@frozen(eq=False)
class Stays:
    """All stays, by customer and in order of time."""

    names: tuple[str, ...]
    """Of stages: those of the rules, then others that old logs know."""
    end: int
    """Of what is observed, in microseconds."""
    who: NDArray[np.uint64]
    stage: Ints
    next: Ints
    """The stage after it, or NOBODY."""
    entered: Ints
    """In microseconds."""
    ended: Ints
    """In microseconds; the end of what is observed where it has not ended."""
    began: Ints
    """When the customer's first stay began."""
    is_first: Flags
    """Whether it is the customer's first stay in its stage."""
    unplaced: int
    """Customers whose beginning is not in the history, since it begins later."""

    def __len__(self) -> int:
        return len(self.who)

    @property
    def seconds(self) -> Floats:
        """How long each lasted, or has lasted."""
        return np.asarray((self.ended - self.entered) / SECOND)

    @cached_property
    def is_opening(self) -> Flags:
        """Whether it is a customer's first stay of all."""
        return np.concatenate(([True], self.who[1:] != self.who[:-1]))[: len(self)]

    @cached_property
    def person(self) -> Ints:
        """The place of its customer among all customers."""
        return np.asarray(np.cumsum(self.is_opening) - 1)

    @cached_property
    def customers(self) -> int:
        """How many there are."""
        return int(self.is_opening.sum())

    def firsts_in(self, stage: int) -> Flags:
        """Each customer's first stay in a stage."""
        return np.asarray(self.is_first & (self.stage == stage))

    def stages_seen(self) -> list[int]:
        """The stages that anybody was in, in the order of the rules."""
        return [int(each) for each in np.flatnonzero(np.bincount(self.stage))]


def stays_of(history: History) -> Stays:
    """The stays of a history, found once."""
    found = history.kept.get("stays")
    if not isinstance(found, Stays):
        found = _stays(history)
        history.kept["stays"] = found
    return found


def _stays(history: History) -> Stays:
    known = list(history.ruleset.program.stages)
    seen = [name for (name,) in history.ask(_TARGETS) if name is not None]
    names = [*known, *(name for name in seen if name not in known)]
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    # DuckDB keeps the order of the log, so that a stable sort by customer is in order of time.
    rows = history.connection.execute(_MOVES.format(stages=quoted)).fetchnumpy()
    order = np.argsort(rows["who"], kind="stable")
    who = np.asarray(rows["who"])[order]
    stage = np.asarray(rows["stage"])[order].astype(np.int64)
    entered = np.asarray(rows["instant"])[order].astype(np.int64)
    placing = np.asarray(rows["is_placing"])[order]
    goes_on = np.zeros(len(who), dtype=bool)
    goes_on[:-1] = who[1:] == who[:-1]
    following = np.full(len(who), NOBODY, dtype=np.int64)
    following[:-1] = np.where(goes_on[:-1], stage[1:], NOBODY)
    ended = np.full(len(who), history.end, dtype=np.int64)
    ended[:-1] = np.where(goes_on[:-1], entered[1:], history.end)
    opening = np.concatenate(([True], ~goes_on[:-1]))[: len(who)]
    places = np.flatnonzero(opening)
    person = np.cumsum(opening) - 1
    return Stays(
        names=tuple(names),
        end=history.end,
        who=who,
        stage=stage,
        next=following,
        entered=entered,
        ended=np.maximum(ended, entered),
        began=entered[places][person] if len(who) else entered,
        is_first=_firsts(person * len(names) + stage),
        unplaced=int((opening & ~placing).sum()),
    )


def members_of(of: Ints, count: int) -> list[Ints]:
    """The places in each of so many groups, in order; who is in none, below 0, is in no list."""
    # Of small numbers the stable sort is a radix sort.
    order = np.argsort(of.astype(np.int16 if count < 1 << 15 else np.int64), kind="stable")
    edges = np.searchsorted(of[order], np.arange(count + 1))
    return [order[begin:end] for begin, end in pairwise(edges)]


def _firsts(keys: Ints) -> Flags:
    """Whether each is the first of its key."""
    order = np.argsort(keys, kind="stable")
    found = np.zeros(len(keys), dtype=bool)
    found[order[np.flatnonzero(np.diff(keys[order], prepend=-1))]] = True
    return found


@frozen(eq=False)
class Cohorts:
    """The periods in which instants lie."""

    by: Period
    edges: Ints
    """When each begins, and when the last one ends, in microseconds."""
    names: tuple[str, ...]

    def of(self, instants: Ints) -> Ints:
        """The place of the period of each instant."""
        return np.asarray(np.searchsorted(self.edges, instants, side="right") - 1)


def cohorts(first: int, last: int, by: Period) -> Cohorts:
    """The periods from one instant to another."""
    starts = [start_of(instant_of(first), by)]
    until = instant_of(last)
    while (start := next_start(starts[-1], by)) <= until:
        starts.append(start)
    edges = [*starts, next_start(starts[-1], by)]
    epoch = instant_of(0)
    micros = [int((each - epoch).total_seconds()) * 1_000_000 for each in edges]
    return Cohorts(
        by, np.array(micros, dtype=np.int64), tuple(name_of(each, by) for each in starts)
    )
