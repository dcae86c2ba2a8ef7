"""`experiments`: splits and the holdout, which may be looked at every day."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis import conversions
from lifecycle_dsl.analysis.experiments import Experiment, experiments
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Estimate,
    Lines,
    Row,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.rendering.words import number_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics import sequential
from lifecycle_dsl.analysis.statistics.means import mean
from lifecycle_dsl.analysis.statistics.sample_ratio import ALARM
from lifecycle_dsl.analysis.verdicts import Verdict, verdicts

_DEFINITION: Final = (
    "Each customer counts from their first time in an experiment on, in the arm that they were "
    "then in, whatever became of their messages (intention to treat): of a split, from the first "
    "time it was decided, the held out left out; of the holdout, from the first marketing message "
    "that reached its guard. They convert if the goal comes within its window, later in the log. "
    "Intervals and p hold however often they are looked at (confidence sequences), for all arms "
    "of an experiment together, but for that of worth each."
)
_NOTHING: Final = (
    "There is nothing to compare: the rules have a split or a `holdout`, and a goal (an "
    "`attribution`, or --goal), before this says anything."
)
_LONG: Final = 3_650
"""Days beyond which a forecast says nothing."""


@frozen
class _Told:
    """What is said of one experiment and one goal."""

    headline: str
    tables: tuple[Table, ...]
    charts: tuple[Bars | Lines, ...]
    notes: tuple[str, ...]


def section(history: History, asked: Asked) -> Section:
    """Of each split in the order of the file, then of the holdout."""
    goals = conversions.goals(history)
    found = [(goal, each) for goal in goals for each in experiments(history, goal)]
    told = [_told(each, goal, asked) for goal, each in found]
    once = [each for goal, each in found if goal == goals[0]]
    assigned = sum(arm.assigned for each in once for arm in each.arms)
    late = [
        (each, goal, sum(arm.assigned - arm.sample.n for arm in each.arms)) for goal, each in found
    ]
    return Section(
        name="experiments",
        title="Experiments",
        definition=_DEFINITION,
        sample=f"{count_of(assigned, 'first time')} of a customer in an experiment",
        censored=_too_late(late, several=len(goals) > 1),
        headline=" ".join(each.headline for each in told) or _NOTHING,
        tables=tuple(table for each in told for table in each.tables),
        charts=tuple(chart for each in told for chart in each.charts),
        notes=tuple(dict.fromkeys(note for each in told for note in each.notes)),
    )


def _too_late(late: Sequence[tuple[Experiment, Goal, int]], *, several: bool) -> str:
    """Who is not known yet, by experiment and goal: they are often the same people."""
    told = [
        f"{count_of(count, 'customer')} came to {experiment.title} less than "
        + (f"the window of `{goal.attribution}`" if several else "the goal's window")
        for experiment, goal, count in late
        if count
    ]
    if not told:
        return "Nobody is censored: every window had passed by the end."
    return f"{', '.join(told)} before the end; they count as assigned and in nothing else."


def _told(experiment: Experiment, goal: Goal, asked: Asked) -> _Told:
    found = verdicts(experiment, asked.level)
    name = experiment.title
    headline = f"{name}, {goal.named}: {'; '.join(_said(experiment, each) for each in found)}."
    notes = []
    if experiment.ratio_p < ALARM:
        counts = ", ".join(f"{count:,}" for count in experiment.ratio.counts)
        headline = f"{name}: do not use it, the arms are not dealt as declared."
        notes.append(
            f"Sample-ratio mismatch in {name}: {counts} customers in the arms, where "
            f"{', '.join(f'{each:,.0f}' for each in experiment.ratio.expected)} were expected "
            f"(p {number_text(experiment.ratio_p, Unit.P)}, for all looks). Until it is known why, "
            "no difference between the arms means anything."
        )
    if experiment.changed:
        notes.append(
            f"The log of {name} is of several versions of the rules; the shares are those of the "
            "present one."
        )
    return _Told(
        headline,
        (_table(experiment, found, goal, asked), _worth(experiment, found, goal, asked)),
        (_chart(experiment, found, goal),) if len(experiment.days) > 1 else (),
        tuple(notes),
    )


def _table(experiment: Experiment, found: Sequence[Verdict], goal: Goal, asked: Asked) -> Table:
    against = {each.arm: each for each in found}
    rows: list[Row] = []
    for place, arm in enumerate(experiment.arms):
        verdict = against.get(place)
        rows.append(
            (
                arm.name,
                arm.share,
                arm.assigned,
                arm.sample.n,
                sequential.share(arm.hits, arm.sample.n, asked.level),
                Estimate(None) if verdict is None else verdict.lift,
                None if verdict is None else verdict.p,
            )
        )
    ratio = experiment.ratio
    once = "" if ratio.p is None else f", {number_text(ratio.p, Unit.P)} for one look"
    return Table(
        columns(
            "Arm",
            ("Declared", Unit.SHARE),
            ("Assigned", Unit.COUNT),
            ("Window passed", Unit.COUNT),
            ("Converted", Unit.SHARE),
            ("Lift", Unit.POINTS),
            ("p", Unit.P),
        ),
        tuple(rows),
        title=f"{experiment.title}: {goal}",
        note=(
            f"Lift is against {experiment.arms[experiment.control].name}. "
            f"Sample ratio: p {number_text(experiment.ratio_p, Unit.P)} for all looks{once}."
        ),
    )


def _worth(experiment: Experiment, found: Sequence[Verdict], goal: Goal, asked: Asked) -> Table:
    more = {each.arm: each.worth for each in found}
    return Table(
        columns("Arm", ("Worth each", Unit.MONEY), ("Worth more", Unit.MONEY)),
        tuple(
            (
                arm.name,
                Estimate(None) if arm.worth is None else mean(arm.worth, asked.level),
                more.get(place, Estimate(None)),
            )
            for place, arm in enumerate(experiment.arms)
        ),
        title=f"What a customer of {experiment.title} is worth: {goal}",
        note=(
            f"Worth more is against {experiment.arms[experiment.control].name}, once "
            f"{sequential.FIRST_LOOK} of each have converted. The interval of worth each (Student) "
            "is of one arm alone and holds for one look."
        ),
    )


def _said(experiment: Experiment, verdict: Verdict) -> str:
    arm = experiment.arms[verdict.arm].name
    control = experiment.arms[experiment.control].name
    lift = verdict.lift
    if lift.value is None or lift.low is None or lift.high is None:
        return f"too early for {arm}, with fewer than {sequential.FIRST_LOOK} conversions"
    by = f"{100 * lift.value:+.2f} points ({100 * lift.low:+.2f} to {100 * lift.high:+.2f})"
    if verdict.is_told:
        better = "better" if lift.value > 0 else "worse"
        return f"{arm} does {better} than {control}, {by}"
    return f"no verdict yet on {arm}, {by}{_how_long(verdict)}"


def _how_long(verdict: Verdict) -> str:
    if verdict.more is None or not isfinite(verdict.more):
        return ""
    days = verdict.days
    wait = (
        "in more than ten years"
        if days is None or days > _LONG
        else f"in about {count_of(max(round(days), 1), 'day')}"
    )
    more = count_of(round(verdict.more), "customer")
    return f", which {more} more would show {wait} if it is so"


def _chart(experiment: Experiment, found: Sequence[Verdict], goal: Goal) -> Lines:
    return Lines(
        f"Lift of {experiment.title}, as it stood each day: {goal}",
        Axis("first in the experiment by", Unit.DATE),
        Axis("lift", Unit.POINTS),
        tuple(
            Series(
                experiment.arms[each.arm].name,
                tuple(experiment.days),
                tuple(None if look is None else look.effect for look in each.looks),
                tuple(None if look is None else look.low for look in each.looks),
                tuple(None if look is None else look.high for look in each.looks),
            )
            for each in found
        ),
    )
