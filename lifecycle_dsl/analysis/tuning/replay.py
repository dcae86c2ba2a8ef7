"""History under many values at once: whom each reached, and who came to the goal.

Records are decoded once and handled by one engine a value. Customers do not know each other, so
they are dealt to shares by a hash of their name, and each share is replayed by itself: in as many
processes as there are, with as many customers at a time as fit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from operator import attrgetter
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed, Share, of_customers
from lifecycle_dsl.analysis.goals import without_touches
from lifecycle_dsl.analysis.tuning.reached import NAME, Groups, Reached
from lifecycle_dsl.analysis.tuning.relevant import relevant
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket
from lifecycle_dsl.engine.decisions import Arm, Credit, Sent
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.loading import compile_sources

NEVER: Final = -1
_NO_END: Final = 1 << 62
_SHARE: Final = 64 << 20
"""Bytes of events, before packing, whose customers one process keeps at a time."""


@frozen
class Question:
    """What is replayed, and what is looked for."""

    rules: tuple[dict[str, str], ...]
    """The texts of the rules under each value, the goal among them."""
    feed: Feed
    reached: Reached
    goal: str
    """The attribution whose credits are successes."""
    within: int
    """How long after they were reached a customer's success counts, in microseconds."""
    groups: Groups
    split: str | None = None
    """A split whose first arm counts in place of what is reached."""
    prices: Mapping[str, float] | None = None
    """What a message costs by channel, where worth and cost are asked for too."""


@frozen
class Lives:
    """What became of the customers that any value reached, a row each, a column a value."""

    customers: list[str]
    reached: NDArray[np.int64]
    """When first, in microseconds, or `NEVER`."""
    success: NDArray[np.int64]
    """When the goal came first in a later step, or `NEVER`; nobody looks behind the window."""
    group: NDArray[np.int64]
    """The place in `labels`, or `NEVER`."""
    labels: tuple[str, ...]
    held_out: NDArray[np.bool_]
    begin: int
    """The first instant of the input, whomever it is of."""
    end: int
    """The last instant of the input, or `until`."""
    records: int
    known: int
    """How many customers there are, reached or not."""
    worth: NDArray[np.float64] | None = None
    """Of all successes within the window; None where it was not asked for."""
    cost: NDArray[np.float64] | None = None
    """Of the messages from being reached on, within the window; None where it was not asked for."""


def replay(question: Question, workers: int | None = None) -> Lives:
    """Every customer's life under each of the values.

    Raises:
        AnalysisError: where there is no event.
        InputError, OSError: where the events cannot be read.
    """
    workers = workers or os.cpu_count() or 1
    if not question.feed.is_worth_sharing:
        workers = 1
    shares = max(workers, -(-question.feed.size // _SHARE))
    if workers == 1:
        return _together([_share(question, place, shares) for place in range(shares)])
    quiet = evolve(question, feed=question.feed.unwatched())
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way = [pool.submit(_share, quiet, place, shares) for place in range(shares)]
        return _together([each.result() for each in under_way])


def _share(question: Question, place: int, shares: int) -> Lives:
    """The lives of one share of the customers."""
    watches = _watches(question)
    feed, mine = question.feed, Share(place, shares)
    earliest, latest = _NO_END, 0
    count = 0
    for found in feed.records(watches[0].engine.records):
        if not found:
            continue
        instants = [each.at for each in found]
        earliest, latest = min(earliest, *instants), max(latest, *instants)
        chosen = of_customers(found, mine) if shares > 1 else found
        count += len(chosen)
        ticks = any(customer_of(each) is None for each in chosen)
        for watch in watches:
            watch.handle(chosen, ticks=ticks)
    if earliest == _NO_END:
        then = "" if feed.until is None else " up to --until"
        raise AnalysisError(
            f"{feed.name} holds no event{then} that these rules can read: nothing to compare"
        )
    end = latest if feed.until is None else feed.until
    for watch in watches:
        watch.end(end)
    return _lives(watches, earliest, end, count)


def _watches(question: Question) -> list[_Watch]:
    """An engine for each value, all of which take the same records."""
    found: list[_Watch] = []
    for sources in question.rules:
        whole = without_touches(compile_sources(sources).program, question.goal, NAME)
        # What is sent costs, so that no trigger can be left out where that is asked for.
        left = (
            whole if question.prices else relevant(whole, question.reached.trigger, question.split)
        )
        ruleset = RuleSet(left, sources, found[0].engine.ruleset if found else None)
        found.append(_Watch(ruleset, question))
    return found


class _Watch:
    """Notes, in one engine, when customers are first reached and when they then succeed."""

    def __init__(self, ruleset: RuleSet, question: Question) -> None:
        machine = Machine(ruleset.compiled)
        machine.stepped = self._stepped
        self.engine = Engine(ruleset, machine)
        self.holdout = ruleset.program.message_guards.holdout
        self.known = 0
        """How many customers there are."""
        self._machine = machine
        self._goal = question.goal
        self._reached = question.reached
        self._split = question.split
        self._label = question.groups.labels()
        self._within = question.within
        self.prices = question.prices
        goal = ruleset.program.attributions[question.goal]
        self._minds_time = question.prices is not None or any(
            each.happenings.changes for each in goal.conversions
        )
        """Whether time alone, without a record, can bring what is looked for."""
        self.reached: dict[str, tuple[int, str]] = {}
        self.success: dict[str, int] = {}
        self.worth: dict[str, float] = {}
        self.cost: dict[str, float] = {}
        self._until: dict[str, int] = {}
        """From when on nothing matters that a customer does: their window has passed, or they
        have succeeded."""
        self._out: list[Any] | None = None
        self._seen = 0

    def handle(self, records: list[Any], *, ticks: bool) -> None:
        """Handle what can still matter of some records, in which there may be ticks."""
        until = self._until.get
        if ticks:
            chosen = [each for each in records if each.at < until(customer_of(each) or "", _NO_END)]
        else:
            chosen = [each for each in records if each.at < until(each.customer, _NO_END)]
        self.engine.handle(chosen)

    def end(self, at: int) -> None:
        """Let time go on for all who can still matter."""
        self.known = sum(1 for _ in self.engine.customers())
        passed = [(name, until) for name, until in self._until.items() if until <= at]
        if self._minds_time:
            for name, until in passed:
                self.engine.advance_some([name], until)
        self.engine.release([name for name, _ in passed])
        self.engine.advance(at)

    def _stepped(self, c: Any, now: int, out: list[Any]) -> None:  # noqa: ANN401 — as the engine
        if out is not self._out:
            self._out, self._seen = out, 0
        if len(out) == self._seen:
            return
        step = out[self._seen :]
        self._seen = len(out)
        for decision in step:  # what happens in the very step that reaches somebody is not after it
            if decision.__class__ is Credit and decision.attribution == self._goal:
                self._succeeded(c.customer, now, decision.worth or 0.0)
        for decision in step:
            if self._split is None:
                if self._reached.holds(decision):
                    self._note(c, now, None)
            elif decision.__class__ is Arm and decision.split == self._split:
                self._note(c, now, str(decision.arm))
        if self.prices is not None and now < self._until.get(c.customer, 0):
            self._spend(c.customer, step, self.prices)

    def _note(self, c: Any, now: int, label: str | None) -> None:  # noqa: ANN401 — see above
        if c.customer not in self.reached:
            label = self._label(Customer(self._machine, c, now)) if label is None else label
            self.reached[c.customer] = now, label
            self._until[c.customer] = now + self._within

    def _succeeded(self, customer: str, now: int, worth: float) -> None:
        if customer not in self.reached:
            return
        if self.prices is None:
            if customer not in self.success:
                self.success[customer] = now
                self._until[customer] = 0
        elif now < self._until[customer]:
            self.success.setdefault(customer, now)
            self.worth[customer] = self.worth.get(customer, 0.0) + worth

    def _spend(self, customer: str, step: list[Any], prices: Mapping[str, float]) -> None:
        for decision in step:
            if decision.__class__ is Sent and not decision.draft:
                price = prices[decision.channel]
                self.cost[customer] = self.cost.get(customer, 0.0) + price


def _lives(watches: Sequence[_Watch], begin: int, end: int, records: int) -> Lives:
    names = sorted({name for watch in watches for name in watch.reached})
    labels = sorted({label for watch in watches for _, label in watch.reached.values()})
    row_of = {name: row for row, name in enumerate(names)}
    place_of = {label: place for place, label in enumerate(labels)}
    reached, success, group = (
        np.full((len(names), len(watches)), NEVER, dtype=np.int64) for _ in range(3)
    )
    for column, watch in enumerate(watches):
        rows = np.array([row_of[name] for name in watch.reached], dtype=np.intp)
        reached[rows, column] = [at for at, _ in watch.reached.values()]
        group[rows, column] = [place_of[label] for _, label in watch.reached.values()]
        success[rows, column] = [watch.success.get(name, NEVER) for name in watch.reached]
    holdout = watches[0].holdout
    worth, cost = (
        None if watches[0].prices is None else _amounts(row_of, [each(watch) for watch in watches])
        for each in (attrgetter("worth"), attrgetter("cost"))
    )
    held_out = np.array([holdout > 0 and bucket(HOLDOUT_SALT, n) < holdout for n in names], bool)
    return Lives(
        names,
        reached,
        success,
        group,
        tuple(labels),
        held_out,
        begin,
        end,
        records=records,
        known=watches[0].known,
        worth=worth,
        cost=cost,
    )


def _amounts(row_of: Mapping[str, int], found: Sequence[dict[str, float]]) -> NDArray[np.float64]:
    amounts: NDArray[np.float64] = np.zeros((len(row_of), len(found)))
    for column, each in enumerate(found):
        rows = np.array([row_of[name] for name in each], dtype=np.intp)
        amounts[rows, column] = list(each.values())
    return amounts


def _put(
    parts: Sequence[NDArray[np.float64] | None], order: list[int]
) -> NDArray[np.float64] | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known)[order] if known else None


def _together(parts: Sequence[Lives]) -> Lives:
    """The shares, put together; labels get the places they have in all."""
    if len(parts) == 1:
        return parts[0]
    labels = tuple(sorted({label for part in parts for label in part.labels}))
    groups = []
    for part in parts:
        places = np.array([*(labels.index(label) for label in part.labels), NEVER], dtype=np.int64)
        groups.append(places[part.group])  # NEVER is the last place
    names = [name for part in parts for name in part.customers]
    # INVARIANT: rows stand by name, however the customers were dealt to shares: sums are the same.
    order = sorted(range(len(names)), key=names.__getitem__)
    return Lives(
        customers=[names[row] for row in order],
        reached=np.concatenate([part.reached for part in parts])[order],
        success=np.concatenate([part.success for part in parts])[order],
        group=np.concatenate(groups)[order],
        labels=labels,
        held_out=np.concatenate([part.held_out for part in parts])[order],
        begin=min(part.begin for part in parts),
        end=max(part.end for part in parts),
        records=sum(part.records for part in parts),
        known=sum(part.known for part in parts),
        worth=_put([part.worth for part in parts], order),
        cost=_put([part.cost for part in parts], order),
    )
