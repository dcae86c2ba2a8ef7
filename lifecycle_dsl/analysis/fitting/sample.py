"""The rows a model is fitted to: who was at risk at an instant, what was known, what came of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.fitting.asked import Asked, stages_of
from lifecycle_dsl.analysis.fitting.instants import Lives, drawn, lives_in
from lifecycle_dsl.analysis.fitting.reading import Readings, replayed
from lifecycle_dsl.analysis.goals import Goal, with_goal, without_touches
from lifecycle_dsl.analysis.statistics.clusters import Floats, Ints
from lifecycle_dsl.engine.decisions import Credit
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_duration, parse_instant
from lifecycle_dsl.program.happenings import EnterStage


@frozen
class Population:
    """Who is looked at, and when."""

    stages: tuple[str, ...]
    """In which a customer is at risk."""
    within: int
    """How long after the instant the goal counts, in microseconds."""
    once: bool = False
    """Whether who has reached the goal before is no longer at risk."""
    each: int = 4
    """Instants of a customer's life."""
    seed: int = 1
    to_the_end: bool = False
    """Whether to look also where the outcome cannot be known yet."""


@frozen
class Counts:
    """What became of everybody and of all instants."""

    records: int
    customers: int
    too_short: int
    """Customers who were not observed for `within` after any instant."""
    instants: int
    elsewhere: int
    """Instants at which the customer was in no stage of the population."""
    fulfilled: int
    """Instants at which the goal had been reached for good."""
    begin: int
    end: int


@frozen(eq=False)
class Sample:
    """Rows by customer and instant."""

    customers: tuple[str, ...]
    """Names of the clusters."""
    clusters: Ints
    """Of each row, the place of its customer."""
    at: Ints
    happened: NDArray[np.bool_]
    values: Floats
    """A column for each feature."""
    counts: Counts

    def __len__(self) -> int:
        return len(self.at)

    @property
    def events(self) -> int:
        """Rows in which it happened."""
        return int(self.happened.sum())

    def where(self, chosen: NDArray[np.bool_]) -> Sample:
        """Some of the rows."""
        return evolve(
            self,
            clusters=self.clusters[chosen],
            at=self.at[chosen],
            happened=self.happened[chosen],
            values=self.values[chosen],
        )


@frozen(eq=False)
class Halves:
    """Earlier rows to fit to, later ones to test with."""

    train: Sample
    test: Sample
    cut: int
    """The first instant of the test; what is fitted to was all known by then."""
    between: int
    """Rows that belong to neither: their outcome was not known at the cut."""


def sampled(
    ruleset: RuleSet, goal: Goal, asked: Asked | None, feed: Feed, population: Population
) -> Sample:
    """The rows of a rule set over an input; without `asked` they have no values.

    Raises:
        AnalysisError: where nothing is there to be looked at.
    """
    # The goal is added behind what is asked, so that one replay finds both.
    whole = with_goal(ruleset if asked is None else asked.ruleset, goal)
    rules = RuleSet(without_touches(whole.program, goal.attribution), whole.sources)
    lives = lives_in(feed, rules.records)
    if not lives.firsts:
        raise AnalysisError("there is no record of a customer")
    found = drawn(
        lives,
        within=0 if population.to_the_end else population.within,
        each=population.each,
        seed=population.seed,
    )
    readings = replayed(
        rules,
        feed,
        instants=found.instants,
        reads=() if asked is None else asked.reads,
        end=lives.end,
        keeps=Credit,
    )
    reached = _reached(readings.kept, goal)
    return _rows(readings, reached, population, lives, found.too_short)


def at_risk(ruleset: RuleSet, goal: Goal, text: str | None) -> tuple[str, ...]:
    """The stages that a guard names; else all but those whose entering is the goal.

    Raises:
        AnalysisError: where the guard names none of this rule set.
    """
    if text is not None:
        return stages_of(ruleset, text)
    program = with_goal(ruleset, goal).program
    reached = {
        stage
        for conversion in program.attributions[goal.attribution].conversions
        for change in conversion.happenings.changes
        if isinstance(change, EnterStage)
        for stage in change.stages
    }
    return tuple(stage for stage in program.stages if stage not in reached)


def halves(sample: Sample, within: int, share: float) -> Halves:
    """The latest rows, a share of all, for the test; for fitting those known before the first.

    A row is fitted to only if its outcome was known at the cut: what tests is never in it.
    """
    if len(sample) == 0:
        if sample.counts.too_short >= sample.counts.customers:
            raise AnalysisError(
                "no customer was observed for as long as the goal asks "
                f"({format_duration(within)}): the history is too short for it"
            )
        raise AnalysisError("nobody was at risk at any instant that was looked at")
    cut = int(np.sort(sample.at)[min(len(sample) - 1, int(len(sample) * (1 - share)))])
    test = sample.at >= cut
    train = sample.at + within <= cut
    return Halves(
        sample.where(train), sample.where(test), cut, int(len(sample) - test.sum() - train.sum())
    )


def _reached(decisions: Iterable[Credit], goal: Goal) -> dict[str, list[int]]:
    """The instants at which each customer reached the goal."""
    found: dict[str, set[int]] = {}
    for credit in decisions:
        if credit.attribution == goal.attribution:
            at = parse_instant(credit.at)
            assert at is not None  # noqa: S101 — the engine wrote it
            found.setdefault(credit.customer, set()).add(at)
    return {customer: sorted(instants) for customer, instants in found.items()}


def _rows(
    readings: Readings,
    reached: Mapping[str, Sequence[int]],
    population: Population,
    lives: Lives,
    too_short: int,
) -> Sample:
    customers: dict[str, int] = {}
    clusters, instants, happened, values = [], [], [], []
    elsewhere = fulfilled = 0
    stages = frozenset(population.stages)
    for row in readings.rows:
        if row.stage not in stages:
            elsewhere += 1
            continue
        when = reached.get(row.customer, ())
        place = bisect_right(when, row.at)
        if population.once and place > 0:
            fulfilled += 1
            continue
        clusters.append(customers.setdefault(row.customer, len(customers)))
        instants.append(row.at)
        # A span begins at its first instant and ends before the one that is so much later.
        happened.append(place < len(when) and when[place] < row.at + population.within)
        values.append([float(each) for each in row.values])
    width = len(readings.rows[0].values) if readings.rows else 0
    counts = Counts(
        records=lives.records,
        customers=len(lives.firsts),
        too_short=too_short,
        instants=len(readings.rows),
        elsewhere=elsewhere,
        fulfilled=fulfilled,
        begin=min(lives.firsts.values()),
        end=lives.end,
    )
    return Sample(
        tuple(customers),
        np.array(clusters, dtype=np.int64),
        np.array(instants, dtype=np.int64),
        np.array(happened, dtype=np.bool_),
        np.array(values, dtype=np.float64).reshape(len(values), width),
        counts,
    )
