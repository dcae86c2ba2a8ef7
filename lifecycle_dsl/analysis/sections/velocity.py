"""`velocity`: how long customers take from a stage to the next."""

from __future__ import annotations

from typing import Final

import numpy as np

from lifecycle_dsl.analysis.findings import (
    Axis,
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
from lifecycle_dsl.analysis.rendering.words import cell_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.survival import Leaving
from lifecycle_dsl.analysis.stays import NOBODY, Stays, cohorts, members_of, stays_of
from lifecycle_dsl.analysis.ways import FEWEST, WaysOut, all_ways, ways_out

QUARTERS: Final = (0.25, 0.5, 0.75)
_POINTS: Final = 120
"""Of a curve, at most."""
_DAY: Final = 86_400.0


def section(history: History, asked: Asked) -> Section:
    """Medians and quartiles, of leaving at all and of each next stage."""
    stays = stays_of(history)
    ways = {stage: way for stage, way in all_ways(history).items() if way.leaving.count(None)}
    tables = (_leaving(stays, ways, asked.level), _next(stays, ways, asked.level))
    still = int((stays.is_first & (stays.next == NOBODY)).sum())
    ended = int(stays.is_first.sum()) - still
    return Section(
        name="velocity",
        title="Velocity",
        definition=(
            "From a customer's first entry into a stage until they leave it. The quartiles of "
            "leaving are Kaplan and Meier's, with the intervals of Brookmeyer and Crowley; those "
            "of a next stage are of the customers who go there within the time that is named, from "
            "Aalen and Johansen's cumulative incidence."
        ),
        sample=f"{count_of(ended + still, 'first stay')}, {ended:,} of them ended",
        censored=(
            f"{count_of(still, 'stay')} had not ended by the end; each counts for as long as it "
            "was seen."
        ),
        headline=_headline(stays, ways, asked.level),
        tables=(*(each for each in tables if each.rows), *_by_cohort(stays, ways, asked)),
        charts=tuple(_curve(stays, way, asked.level) for way in ways.values()),
        notes=(
            "A quartile is not known where fewer have left by the time to which anybody was seen.",
        ),
    )


def _headline(stays: Stays, ways: dict[int, WaysOut], level: float) -> str:
    known = [
        (way.leaving.quantile(0.5, level), way)
        for way in ways.values()
        if way.n >= FEWEST and way.leaving.quantile(0.5, level).value is not None
    ]
    if not known:
        return "Too few have left any stage for a median."
    slowest, way = max(known, key=lambda each: each[0].value or 0.0)
    return (
        f"Customers stay longest in {stays.names[way.stage]}: half have left after "
        f"{cell_text(slowest, Unit.DURATION)}."
    )


def _leaving(stays: Stays, ways: dict[int, WaysOut], level: float) -> Table:
    return Table(
        columns(
            "Stage",
            ("Entered", Unit.COUNT),
            ("Left", Unit.COUNT),
            ("A quarter after", Unit.DURATION),
            ("Half after", Unit.DURATION),
            ("Three quarters after", Unit.DURATION),
        ),
        tuple(
            (
                stays.names[stage],
                way.n,
                way.leaving.count(None),
                *(way.leaving.quantile(each, level) for each in QUARTERS),
            )
            for stage, way in ways.items()
        ),
        title="Until a stage is left, for whatever stage",
    )


def _next(stays: Stays, ways: dict[int, WaysOut], level: float) -> Table:
    rows: list[Row] = [
        (
            stays.names[stage],
            stays.names[target],
            way.horizon,
            *(way.leaving.quantile_of(cause, each, way.horizon, level) for each in QUARTERS),
        )
        for stage, way in ways.items()
        for cause, target in enumerate(way.targets)
    ]
    return Table(
        columns(
            "From",
            "To",
            ("Of those who go within", Unit.DURATION),
            ("A quarter after", Unit.DURATION),
            ("Half after", Unit.DURATION),
            ("Three quarters after", Unit.DURATION),
        ),
        tuple(rows),
        title="Until each next stage",
        note="Who goes there later than in the time that is named does not count.",
    )


def _by_cohort(stays: Stays, ways: dict[int, WaysOut], asked: Asked) -> tuple[Table, ...]:
    if not ways:
        return ()
    periods = cohorts(int(stays.entered.min()), stays.end, asked.by)
    found: list[list[Estimate]] = [[] for _ in periods.names]
    for stage in ways:
        chosen = np.flatnonzero(stays.firsts_in(stage))
        of = periods.of(stays.entered[chosen])
        for place, some in enumerate(members_of(of, len(periods.names))):
            cohort = ways_out(stays, chosen[some], stage)
            found[place].append(
                cohort.leaving.quantile(0.5, asked.level)
                if cohort.n >= FEWEST
                else Estimate(None, n=cohort.n)
            )
    rows: list[Row] = [
        (name, *row)
        for name, row in zip(periods.names, found, strict=True)
        if any(each.n for each in row)
    ]
    return (
        Table(
            columns(
                periods.by.value.capitalize(),
                *((stays.names[stage], Unit.DURATION) for stage in ways),
            ),
            tuple(rows),
            title="Half have left after, by cohort of entry into the stage",
            note="Of fewer than ten nothing is said.",
        ),
    )


def _curve(stays: Stays, way: WaysOut, level: float) -> Lines:
    causes: list[tuple[str, int | None]] = [("anywhere", None)] if len(way.targets) > 1 else []
    causes += [(stays.names[target], cause) for cause, target in enumerate(way.targets)]
    return Lines(
        f"Left {stays.names[way.stage]}, by where to",
        Axis("days since entering", Unit.NUMBER),
        Axis("share of those who entered", Unit.SHARE),
        tuple(_series(name, way.leaving, cause, way.horizon, level) for name, cause in causes),
        stepped=True,
    )


def _series(name: str, leaving: Leaving, cause: int | None, within: float, level: float) -> Series:
    """A curve up to the horizon, thinned to what can be seen."""
    last = int(np.searchsorted(leaving.times, within, side="right"))
    even = np.searchsorted(leaving.times, np.linspace(0, within, _POINTS), side="right") - 1
    places = np.arange(last) if last <= _POINTS else np.unique(even[even >= 0])
    gone = leaving.gone(cause)[places]
    low, high = (band[places] for band in leaving.band(cause, level))
    days = [0.0, *(leaving.times[places] / _DAY), within / _DAY]
    kept = [(0.0, 0.0, 0.0), *zip(gone, low, high, strict=True)]
    kept.append(kept[-1])
    return Series(
        name,
        tuple(float(each) for each in days),
        *(tuple(float(each) for each in column) for column in zip(*kept, strict=True)),
    )
