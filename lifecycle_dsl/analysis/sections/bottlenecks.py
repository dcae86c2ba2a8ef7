"""`bottlenecks`: where more would go on, if all did as well as the best, and what it is worth."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis import conversions
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Estimate,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.rendering.words import cell_text, duration_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.means import difference
from lifecycle_dsl.analysis.statistics.sequential import Moments
from lifecycle_dsl.analysis.stays import SECOND, Floats, Ints, Stays, cohorts, members_of, stays_of
from lifecycle_dsl.analysis.ways import (
    WaysOut,
    all_ways,
    is_followed,
    lost_stages,
    onward,
    ways_out,
)
from lifecycle_dsl.analysis.worth import Worth, sources, worth_of

FEWEST: Final = 30
"""Customers of a group that is compared with."""


@frozen
class Bottleneck:
    """A stage that fewer leave for the next than in the group that does best."""

    stage: str
    target: str
    entered: int
    within: float
    """In seconds."""
    share: Estimate
    """That goes on within it."""
    best: str
    """The group that does best, at its lower bound."""
    bound: float | None
    """That bound; None where nothing can be compared."""
    more: Estimate
    """How many more would go on, of all who entered."""
    each: Estimate
    """What one who goes on brings more than one who does not."""
    worth: Estimate
    why_not: str = ""


@frozen(eq=False)
class Known:
    """What is known of customers besides their stages."""

    worth: Worth | None
    groups: tuple[tuple[str, ...], Ints] | None
    """Names of sources, and the place of each customer's."""


def section(history: History, asked: Asked) -> Section:
    """Ranked by what they are worth, or by how many they hold where no worth is known."""
    stays = stays_of(history)
    goals = [goal for goal in conversions.goals(history) if len(worth_of(history, goal).who)]
    goal = goals[0] if goals else None
    found = _found(history, stays, goal, asked)
    told = [each for each in found if not each.why_not]
    told.sort(key=lambda each: (-(each.worth.value or 0.0), -(each.more.value or 0.0), each.stage))
    return Section(
        name="bottlenecks",
        title="Bottlenecks and opportunities",
        definition=(
            "For each stage the share of those who entered it that goes on to the next one (Aalen "
            "and Johansen), against the lower bound of the cohort or source that does best, at a "
            "level that allows for all that are compared; the difference is of all who entered, "
            "times what one who goes on brings more than one who does not."
        ),
        sample=(
            f"{count_of(sum(each.entered for each in found), 'first entry', 'first entries')} into "
            f"{count_of(len(found), 'stage')}"
        ),
        censored="Who is still in a stage counts for as long as they were seen there.",
        headline=_headline(told, found, goal),
        tables=_tables(told, found, goal),
        charts=_charts(told, goal),
        notes=_notes(goals, goal),
    )


def _notes(goals: list[Goal], goal: Goal | None) -> tuple[str, ...]:
    notes = ["A cohort may do better because others came in it; a split shows whether all could."]
    if goal is None:
        notes.append("No worth is known: give --goal, or declare an attribution.")
    else:
        notes.append(f"Worth is that of {goal}. Who goes on would often have brought more anyway.")
    if len(goals) > 1:
        notes.append("There are more goals; the first counts here, and --goal names another.")
    return tuple(notes)


def _headline(told: list[Bottleneck], found: list[Bottleneck], goal: Goal | None) -> str:
    if not found:
        return "There is no stage that leads on."
    if not told:
        return "The data do not suffice to say that any stage could do better."
    best = told[0]
    said = (
        f"If all went on from {best.stage} to {best.target} as in {best.best}, "
        f"{cell_text(best.more, Unit.COUNT)} more would have"
    )
    if goal is None or best.worth.value is None:
        return f"{said}."
    return f"{said}, worth {cell_text(best.worth, Unit.MONEY)}."


def _found(history: History, stays: Stays, goal: Goal | None, asked: Asked) -> list[Bottleneck]:
    lost = lost_stages(history, asked.lost)
    worth = None if goal is None else worth_of(history, goal)
    known = Known(worth, _sources(history, goal))
    found = []
    for stage, way in all_ways(history).items():
        targets = [] if stage in lost else onward(history, way, (stage, *lost))
        if targets:
            found.append(_of(stays, way, targets[0], known, asked))
    return found


def _sources(history: History, goal: Goal | None) -> tuple[tuple[str, ...], Ints] | None:
    """The sources, where they were said: by place of the customer."""
    if goal is None:
        return None
    if not history.observed:
        return None
    groups, said = sources(history, goal)
    return (groups.names, groups.of) if said else None


def _of(
    stays: Stays,
    way: WaysOut,
    target: int,
    known: Known,
    asked: Asked,
) -> Bottleneck:
    within = way.cohort_horizon
    share = way.leaving.at(within, way.cause(target), asked.level)
    compared = _compared(stays, way, target, known.groups, asked)
    each = _gain(stays, way, target, known.worth, asked.level)
    nothing = Estimate(None, n=way.n)
    names = stays.names[way.stage], stays.names[target]
    if len(compared) < 2:
        why = f"fewer than two groups of {FEWEST} were followed for {duration_text(within)}"
        return Bottleneck(*names, way.n, within, share, "", None, nothing, each, nothing, why)
    best, bound = max(compared, key=lambda one: (one[1], one[0]))
    if share.value is None or bound <= share.value:
        why = "no group is surely better than all together"
        return Bottleneck(*names, way.n, within, share, best, bound, nothing, each, nothing, why)
    value, low, high = (
        way.n * max(bound - (p or 0.0), 0.0) for p in (share.value, share.high, share.low)
    )
    more = Estimate(value, low, high, way.n)
    return Bottleneck(
        *names, way.n, within, share, best, bound, more, each, _product(more, each), ""
    )


def _product(more: Estimate, each: Estimate) -> Estimate:
    """With the widest ends: both intervals hold at once at a lower level than each."""
    if more.value is None or each.value is None or each.low is None or each.high is None:
        return Estimate(None, n=more.n)
    corners = [a * b for a in (more.low or 0.0, more.high or 0.0) for b in (each.low, each.high)]
    return Estimate(more.value * each.value, min(corners), max(corners), more.n)


def _compared(
    stays: Stays,
    way: WaysOut,
    target: int,
    groups: tuple[tuple[str, ...], Ints] | None,
    asked: Asked,
) -> list[tuple[str, float]]:
    """The groups that are large enough and followed, each with its lower bound."""
    chosen = np.flatnonzero(stays.firsts_in(way.stage))
    periods = cohorts(int(stays.entered[chosen].min()), stays.end, asked.by)
    parts = [(periods.names, periods.of(stays.entered[chosen]))]
    if groups is not None:
        person = stays.person[chosen]
        parts.append((groups[0], groups[1][person]))
    found = []
    for names, of in parts:
        for name, some in zip(names, members_of(of, len(names)), strict=True):
            if len(some) < FEWEST:
                continue
            group = ways_out(stays, chosen[some], way.stage, (target,))
            if is_followed(group.followed, way.cohort_horizon):
                found.append((name, group))
    level = 1 - (1 - asked.level) / max(len(found), 1)
    return [
        (name, group.leaving.at(way.cohort_horizon, 0, level).low or 0.0) for name, group in found
    ]


def _gain(stays: Stays, way: WaysOut, target: int, worth: Worth | None, level: float) -> Estimate:
    """What those who go on bring after they entered the stage, less what the others do.

    Of those who were followed for the stage's longest round time, and within it.
    """
    if worth is None:
        return Estimate(None, n=0)
    chosen = np.flatnonzero(stays.firsts_in(way.stage))
    within = way.horizon
    chosen = chosen[(stays.end - stays.entered[chosen]) / SECOND >= within]
    person = stays.person[chosen]
    entered = np.full(worth.customers, np.iinfo(np.int64).max // 2, dtype=np.int64)
    entered[person] = stays.entered[chosen]
    since = worth.instant - entered[worth.who]
    inside = (since >= 0) & (since <= within * SECOND)
    brought = np.bincount(worth.who[inside], worth.worth[inside], worth.customers)[person]
    seconds = (stays.ended[chosen] - stays.entered[chosen]) / SECOND
    went = (stays.next[chosen] == target) & (seconds <= within)
    return difference(_moments(brought[went]), _moments(brought[~went]), level)


def _moments(values: Floats) -> Moments:
    return Moments.of_sums(len(values), float(values.sum()), float((values**2).sum()))


def _tables(
    told: list[Bottleneck], found: list[Bottleneck], goal: Goal | None
) -> tuple[Table, ...]:
    tables = []
    if told:
        tables.append(
            Table(
                columns(
                    "From",
                    "To",
                    ("Entered", Unit.COUNT),
                    ("Within", Unit.DURATION),
                    ("Goes on", Unit.SHARE),
                    "Best",
                    ("At least", Unit.SHARE),
                    ("More would go on", Unit.COUNT),
                    *([("Each brings more", Unit.MONEY), ("Worth", Unit.MONEY)] if goal else []),
                ),
                tuple(
                    (
                        each.stage,
                        each.target,
                        each.entered,
                        each.within,
                        each.share,
                        each.best,
                        each.bound,
                        each.more,
                        *((each.each, each.worth) if goal else ()),
                    )
                    for each in told
                ),
                title="If all did as well as the best group surely does",
                note="The interval of the worth is wide: both factors at their worst, or best.",
            )
        )
    rest = [each for each in found if each.why_not]
    if rest:
        tables.append(
            Table(
                columns("From", "To", ("Entered", Unit.COUNT), ("Goes on", Unit.SHARE), "Why not"),
                tuple(
                    (each.stage, each.target, each.entered, each.share, each.why_not)
                    for each in rest
                ),
                title="Where the data do not say so",
            )
        )
    return tuple(tables)


def _charts(told: list[Bottleneck], goal: Goal | None) -> tuple[Bars, ...]:
    if not told:
        return ()
    is_worth = goal is not None and all(each.worth.value is not None for each in told)
    found = [each.worth if is_worth else each.more for each in told]
    return (
        Bars(
            "Opportunities",
            Axis("from, to", Unit.TEXT),
            Axis("worth", Unit.MONEY) if is_worth else Axis("more go on", Unit.COUNT),
            (
                Series(
                    "opportunity",
                    tuple(f"{each.stage} to {each.target}" for each in told),
                    tuple(each.value for each in found),
                    tuple(each.low for each in found),
                    tuple(each.high for each in found),
                ),
            ),
        ),
    )
