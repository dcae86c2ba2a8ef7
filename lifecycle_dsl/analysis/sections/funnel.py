"""`funnel`: of those who entered a stage, how many went on, and where to."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Column,
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
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.rendering.words import cell_text, duration_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.survival import CENSORED, Leaving
from lifecycle_dsl.analysis.stays import (
    NOBODY,
    SECOND,
    Cohorts,
    Stays,
    cohorts,
    members_of,
    stays_of,
)
from lifecycle_dsl.analysis.ways import (
    WaysOut,
    all_ways,
    horizon,
    is_followed,
    lost_stages,
    main_path,
    ways_out,
)

ANYWHERE: Final = "(anywhere)"
Steps = list[tuple[WaysOut, int]]
"""Ways out of stages, each with the stage that is looked at."""
Shares = tuple[Cohorts, list[list[Estimate]]]
"""Periods, and for each of them the share of each step."""


def section(history: History, asked: Asked) -> Section:
    """Shares of those who entered, those who are still there censored and not lost."""
    stays = stays_of(history)
    ways = all_ways(history)
    path = main_path(history, lost_stages(history, asked.lost))
    reached = [_reached(stays, stage) for stage in path]
    within = horizon(_followed(stays))
    still = int((stays.is_first & (stays.next == NOBODY)).sum())
    steps = [(ways[one], other) for one, other in pairwise(path) if ways[one].n > 0]
    found = by_cohort(stays, steps, asked)
    tables = [
        _path_table(stays, path, reached, within, asked.level),
        _ways_table(stays, ways, asked.level),
        *_cohort_tables(stays, steps, found),
    ]
    charts = [_path_chart(stays, path, reached, within, asked.level)] if len(path) > 1 else []
    return Section(
        name="funnel",
        title="Funnel",
        definition=(
            "A customer counts from their first entry into a stage, whatever came of it; the share "
            "that goes on within a time is Aalen and Johansen's cumulative incidence, the share "
            "that leaves at all the complement of Kaplan and Meier's estimate."
        ),
        sample=(
            f"{count_of(stays.customers, 'customer')}, "
            f"{count_of(int(stays.is_first.sum()), 'first entry', 'first entries')}"
        ),
        censored=(
            f"{count_of(still, 'customer')} had not left the stage by the end: they count for as "
            "long as they were seen, and neither as converted nor as lost."
            if len(stays)
            else "Nobody: there is no customer."
        ),
        headline=_headline(stays, steps, asked.level),
        tables=tuple(each for each in tables if each.rows),
        charts=(*charts, *_cohort_charts(stays, steps, found)),
        notes=_notes(stays),
    )


def _headline(stays: Stays, steps: Steps, level: float) -> str:
    if not len(stays):
        return "Nobody entered any stage."
    if not steps:
        return "Nobody went on from the first stage."
    ways, target = steps[0]
    found = ways.leaving.at(ways.horizon, ways.cause(target), level)
    return (
        f"Of {ways.n:,} who entered {stays.names[ways.stage]}, {cell_text(found, Unit.SHARE)} go "
        f"on to {stays.names[target]} within {duration_text(ways.horizon)}."
    )


def _notes(stays: Stays) -> tuple[str, ...]:
    if not stays.unplaced:
        return ()
    people = count_of(stays.unplaced, "customer")
    return (f"{people} began before the history does, and count from what they entered in it.",)


def _followed(stays: Stays) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray((stays.end - stays.began[stays.is_opening]) / SECOND)


def _reached(stays: Stays, stage: int) -> Leaving:
    """From a customer's beginning until they first reach a stage."""
    opening = stays.is_opening
    chosen = stays.firsts_in(stage)
    seconds = (stays.end - stays.began[opening]) / SECOND
    places = stays.person[chosen]
    seconds[places] = (stays.entered[chosen] - stays.began[chosen]) / SECOND
    causes = np.full(len(seconds), CENSORED)
    causes[places] = 0
    return Leaving(seconds, causes, 1)


def _path_table(
    stays: Stays, path: tuple[int, ...], reached: list[Leaving], within: float, level: float
) -> Table:
    rows: list[Row] = [
        (
            stays.names[stage],
            each.count(0),
            each.count(0) / each.n,
            each.at(within, 0, level),
        )
        for stage, each in zip(path, reached, strict=True)
    ]
    return Table(
        columns(
            "Stage",
            ("Customers", Unit.COUNT),
            ("Observed", Unit.SHARE),
            (f"Within {duration_text(within)}", Unit.SHARE),
        ),
        tuple(rows),
        title="The main path, from a customer's beginning",
        note=(
            "Each stage leads on to where most go by what they do, not by silence; the shares are "
            "of all customers, also of those who began elsewhere. What is observed grows for as "
            "long as customers are followed."
        ),
    )


def _path_chart(
    stays: Stays, path: tuple[int, ...], reached: list[Leaving], within: float, level: float
) -> Bars:
    found = [each.at(within, 0, level) for each in reached]
    return Bars(
        f"Reached within {duration_text(within)} of the beginning",
        Axis("stage", Unit.TEXT),
        Axis("share of customers", Unit.SHARE),
        (
            Series(
                "reached",
                tuple(stays.names[stage] for stage in path),
                tuple(each.value for each in found),
                tuple(each.low for each in found),
                tuple(each.high for each in found),
            ),
        ),
    )


def _ways_table(stays: Stays, ways: dict[int, WaysOut], level: float) -> Table:
    rows: list[Row] = []
    for stage, way in ways.items():
        causes: list[tuple[str, int | None]] = [
            (stays.names[target], cause) for cause, target in enumerate(way.targets)
        ]
        for name, cause in [*causes, (ANYWHERE, None)]:
            went = way.leaving.count(cause)
            rows.append(
                (
                    stays.names[stage],
                    name,
                    way.n,
                    went,
                    went / way.n,
                    way.horizon,
                    way.leaving.at(way.horizon, cause, level),
                )
            )
    return Table(
        columns(
            "From",
            "To",
            ("Entered", Unit.COUNT),
            ("Went", Unit.COUNT),
            ("Observed", Unit.SHARE),
            ("Within", Unit.DURATION),
            ("Goes on", Unit.SHARE),
        ),
        tuple(rows),
        title="From each stage to the next",
        note=(
            "The time is the longest round one for which at least a quarter of those who entered "
            "could be followed."
        ),
    )


def _cohort_tables(stays: Stays, steps: Steps, found: Shares | None) -> tuple[Table, ...]:
    if found is None:
        return ()
    periods, shares = found
    rows: list[Row] = [
        (name, *row)
        for name, row in zip(periods.names, shares, strict=True)
        if any(each.n for each in row)
    ]
    return (
        Table(
            (Column(periods.by.value.capitalize()), *(_step(stays, *step) for step in steps)),
            tuple(rows),
            title="By cohort of entry into the stage that is left",
            note=(
                "Of those who entered it in the period; nothing is said where fewer than ten, or "
                "less than a quarter of them, could be followed for so long."
            ),
        ),
    )


def _step(stays: Stays, way: WaysOut, target: int) -> Column:
    names = stays.names
    within = duration_text(way.cohort_horizon)
    return Column(f"{names[way.stage]} to {names[target]} in {within}", Unit.SHARE)


def by_cohort(stays: Stays, steps: Steps, asked: Asked) -> Shares | None:
    """By period, then by step: the share of those who entered in it that goes on."""
    if not steps or not len(stays):
        return None
    periods = cohorts(int(stays.entered.min()), stays.end, asked.by)
    shares: list[list[Estimate]] = [[] for _ in periods.names]
    for way, target in steps:
        chosen = np.flatnonzero(stays.firsts_in(way.stage))
        of = periods.of(stays.entered[chosen])
        for place, some in enumerate(members_of(of, len(periods.names))):
            cohort = ways_out(stays, chosen[some], way.stage, (target,))
            if cohort.n and is_followed(cohort.followed, way.cohort_horizon):
                shares[place].append(cohort.leaving.at(way.cohort_horizon, 0, asked.level))
            else:
                shares[place].append(Estimate(None, n=cohort.n))
    return periods, shares


def _cohort_charts(stays: Stays, steps: Steps, found: Shares | None) -> tuple[Lines, ...]:
    if found is None or len(found[0].names) < 3:
        return ()
    periods, shares = found
    series = tuple(
        Series(
            _step(stays, *step).title,
            periods.names,
            tuple(row[place].value for row in shares),
            tuple(row[place].low for row in shares),
            tuple(row[place].high for row in shares),
        )
        for place, step in enumerate(steps)
    )
    return (
        Lines(
            "Share that goes on, by cohort of entry",
            Axis(periods.by.value, Unit.DATE),
            Axis("share", Unit.SHARE),
            series,
        ),
    )
