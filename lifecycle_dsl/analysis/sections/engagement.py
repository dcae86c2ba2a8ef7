"""`engagement`: who is in which stage, level and score over time, and where it is going."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis.findings import (
    Axis,
    Chart,
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
from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.observing import SAMPLED
from lifecycle_dsl.analysis.periods import AGES, Period, name_of, start_of
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.means import mean
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.analysis.statistics.sequential import Moments
from lifecycle_dsl.analysis.statistics.trend import slope
from lifecycle_dsl.analysis.stays import Floats, Ints, Stays, cohorts, stays_of
from lifecycle_dsl.localtime import format_duration

_MOST: Final = 60
"""Period ends that are told, the latest."""
_TRACED: Final = 5_000
"""Customers whose stages give the trend's interval, at most; the order is that of a hash."""
_LEVELS: Final = """
    SELECT epoch_us(instant) AS instant, hash(customer) AS who, level AS what, label AS value
    FROM levels ORDER BY instant, customer, level
"""
_SCORES: Final = """
    SELECT epoch_us(instant) AS instant, hash(customer) AS who, score AS what, value
    FROM scores ORDER BY instant, customer, score
"""


@frozen(eq=False)
class Rows:
    """Customers at ends of periods."""

    end: Ints
    """The place of the end."""
    who: Ints
    value: Floats

    def trend(self, times: Floats, level: float) -> Estimate:
        """The rise in a period; `times` are those of the ends, in periods."""
        return slope(times[self.end], self.value, self.who, level)


def section(history: History, asked: Asked) -> Section:
    """Stages from decisions; levels and scores where events were run."""
    stays = stays_of(history)
    ends = _ends(history, asked.by)
    names = [_name(end, asked.by) for end in ends]
    length = format_duration(AGES[asked.by])
    tables: list[Table] = []
    charts: list[Chart] = []
    trends: list[Row] = []
    if len(stays):
        counts = _population(stays, ends)
        tables.append(_stage_table(stays, counts, names, asked))
        charts.append(_stage_chart(stays, counts, names, asked))
        trends += _stage_trends(stays, ends, asked.by, asked.level)
    if history.observed and history.in_order:
        for table, chart, rows in (
            *_levels(history, ends, names, asked),
            *_scores(history, ends, names, asked),
        ):
            tables.append(table)
            charts.append(chart)
            trends += rows
    if trends and len(ends) > 1:
        tables.insert(0, _trend_table(trends, asked.by))
    return Section(
        name="engagement",
        title="Engagement over time",
        definition=(
            f"The population at each {asked.by}'s end, in UTC: of all who had come by then, the "
            "share in each stage and at each level, and the mean of each score. A trend is the "
            f"slope of the least squares line through the ends, a {asked.by} being {length}."
        ),
        sample=f"{count_of(stays.customers, 'customer')}, {count_of(len(ends), 'end')}",
        censored="Nobody: at each end everybody who had come by then stands somewhere.",
        headline=_headline(trends, asked.by)
        if len(ends) > 1
        else "There is one end, and no trend.",
        tables=tuple(tables),
        charts=tuple(charts),
        notes=_notes(history, asked),
    )


def _notes(history: History, asked: Asked) -> tuple[str, ...]:
    notes = ["A trend's interval is about customers such as these, not about what comes next."]
    if not history.observed:
        notes.append("Levels and scores are known only where events are run, not from decisions.")
    elif not history.in_order:
        notes.append(
            "Records came in no order of time, so that levels and scores at ends are not known."
        )
    else:
        notes.append(
            f"Levels and scores are of {SAMPLED[asked.by]:,} customers at most, drawn by a hash."
        )
    return tuple(notes)


def _ends(history: History, by: Period) -> Ints:
    """The ends of periods, in microseconds, the last at the end of what is observed."""
    if history.end <= history.begin:
        return np.array([history.end], dtype=np.int64)
    edges = cohorts(history.begin, history.end, by).edges[1:-1]
    edges = edges[edges < history.end]
    return np.append(edges, history.end)[-_MOST:]


def _times(ends: Ints, by: Period) -> Floats:
    return np.asarray((ends - ends[0]) / AGES[by])


def _name(end: int, by: Period) -> str:
    """Of the period that ends."""
    return name_of(start_of(instant_of(int(end) - 1), by), by)


def _population(stays: Stays, ends: Ints) -> Ints:
    """By end, then by stage: how many are in it."""
    change = np.zeros((len(ends) + 1, len(stays.names)), dtype=np.int64)
    np.add.at(change, (np.searchsorted(ends, stays.entered), stays.stage), 1)
    over = np.where(stays.next < 0, len(ends), np.searchsorted(ends, stays.ended))
    np.add.at(change, (over, stays.stage), -1)
    return np.asarray(change.cumsum(axis=0)[:-1])


def _seen(stays: Stays) -> list[int]:
    return stays.stages_seen()


def _stage_table(stays: Stays, counts: Ints, names: list[str], asked: Asked) -> Table:
    rows: list[Row] = []
    for name, row in zip(names, counts, strict=True):
        total = int(row.sum())
        shares = (wilson(int(row[stage]), total, asked.level) for stage in _seen(stays))
        rows.append((name, total, *shares))
    return Table(
        columns(
            asked.by.value.capitalize(),
            ("Customers", Unit.COUNT),
            *((stays.names[stage], Unit.SHARE) for stage in _seen(stays)),
        ),
        tuple(rows),
        title=f"In each stage at the {asked.by}'s end",
    )


def _stage_chart(stays: Stays, counts: Ints, names: list[str], asked: Asked) -> Lines:
    series = []
    for stage in _seen(stays):
        found = [wilson(int(row[stage]), int(row.sum()), asked.level) for row in counts]
        series.append(_line(stays.names[stage], names, found))
    return _lines(
        f"In each stage at the {asked.by}'s end", "share of customers", Unit.SHARE, series, asked
    )


def _lines(title: str, what: str, unit: Unit, series: list[Series], asked: Asked) -> Lines:
    return Lines(title, Axis(asked.by.value, Unit.DATE), Axis(what, unit), tuple(series))


def _line(name: str, names: list[str], found: list[Estimate]) -> Series:
    return Series(
        name,
        tuple(names),
        tuple(each.value for each in found),
        tuple(each.low for each in found),
        tuple(each.high for each in found),
    )


def _stage_trends(stays: Stays, ends: Ints, by: Period, level: float) -> list[Row]:
    person = stays.person
    some = person < _TRACED
    who, stage = person[some], stays.stage[some]
    entered, ended = stays.entered[some], stays.ended[some]
    ended = np.where(stays.next[some] < 0, np.iinfo(np.int64).max, ended)
    at = [np.flatnonzero((entered <= end) & (end < ended)) for end in ends]
    end = np.concatenate([np.full(len(each), place) for place, each in enumerate(at)])
    places = np.concatenate(at)
    return [
        (
            "stage",
            stays.names[each],
            Rows(end, who[places], (stage[places] == each).astype(np.float64)).trend(
                _times(ends, by), level
            ),
            None,
        )
        for each in _seen(stays)
    ]


def _columns_of(history: History, query: str, ends: Ints) -> dict[str, Any]:
    """What was read of customers, with the place of its end."""
    rows: dict[str, Any] = history.connection.execute(query).fetchnumpy()
    instant = np.asarray(rows["instant"]).astype(np.int64)
    place = np.minimum(np.searchsorted(ends, instant), len(ends) - 1)
    told = ends[place] == instant
    return {
        "end": place[told],
        "who": np.asarray(rows["who"], dtype=np.uint64)[told],
        "what": np.asarray(rows["what"], dtype=object)[told],
        "value": np.asarray(rows["value"])[told],
    }


def _levels(
    history: History, ends: Ints, names: list[str], asked: Asked
) -> list[tuple[Table, Lines, list[Row]]]:
    rows = _columns_of(history, _LEVELS, ends)
    found = []
    for name, level in history.ruleset.program.levels.items():
        chosen = rows["what"] == name
        if not chosen.any():
            continue
        end, who, label = rows["end"][chosen], rows["who"][chosen], rows["value"][chosen]
        labels = [each for each in reversed(level.labels) if (label == each).any()]
        sizes = np.bincount(end, minlength=len(ends))
        shares = {
            each: [
                wilson(int(hits), int(size), asked.level)
                for hits, size in zip(
                    np.bincount(end[label == each], minlength=len(ends)), sizes, strict=True
                )
            ]
            for each in labels
        }
        title = f"Level {name} at the {asked.by}'s end"
        table = Table(
            columns(
                asked.by.value.capitalize(),
                ("Customers", Unit.COUNT),
                *((each, Unit.SHARE) for each in labels),
            ),
            tuple(
                (period, int(sizes[place]), *(shares[each][place] for each in labels))
                for place, period in enumerate(names)
            ),
            title=title,
        )
        lines = [_line(each, names, shares[each]) for each in labels]
        trends: list[Row] = [
            (
                name,
                each,
                Rows(end, who, (label == each).astype(np.float64)).trend(
                    _times(ends, asked.by), asked.level
                ),
                None,
            )
            for each in labels
        ]
        found.append((table, _lines(title, "share of customers", Unit.SHARE, lines, asked), trends))
    return found


def _scores(
    history: History, ends: Ints, names: list[str], asked: Asked
) -> list[tuple[Table, Lines, list[Row]]]:
    rows = _columns_of(history, _SCORES, ends)
    means: dict[str, list[Estimate]] = {}
    trends: list[Row] = []
    for name in history.ruleset.program.scores:
        chosen = rows["what"] == name
        if not chosen.any():
            continue
        end, who, value = rows["end"][chosen], rows["who"][chosen], rows["value"][chosen]
        value = value.astype(np.float64)
        n = np.bincount(end, minlength=len(ends))
        total = np.bincount(end, value, len(ends))
        squares = np.bincount(end, value**2, len(ends))
        means[name] = [
            mean(
                Moments.of_sums(int(n[each]), float(total[each]), float(squares[each])), asked.level
            )
            for each in range(len(ends))
        ]
        trends.append(
            ("score", name, None, Rows(end, who, value).trend(_times(ends, asked.by), asked.level))
        )
    if not means:
        return []
    title = f"Mean scores at the {asked.by}'s end"
    table = Table(
        columns(asked.by.value.capitalize(), *((each, Unit.NUMBER) for each in means)),
        tuple(
            (period, *(found[place] for found in means.values()))
            for place, period in enumerate(names)
        ),
        title=title,
    )
    lines = [_line(name, names, found) for name, found in means.items()]
    return [(table, _lines(title, "mean", Unit.NUMBER, lines, asked), trends)]


def _trend_table(trends: list[Row], by: Period) -> Table:
    return Table(
        columns(
            "Of",
            "Which",
            (f"Share changes per {by}", Unit.POINTS),
            (f"Mean changes per {by}", Unit.NUMBER),
        ),
        tuple(trends),
        title="Trends",
    )


def _headline(trends: list[Row], by: Period) -> str:
    """The surest change of a share."""
    told = []
    for of, which, share, _ in trends:
        if isinstance(share, Estimate) and share.value is not None and share.low is not None:
            low, high = share.low, share.high or 0.0
            if low > 0 or high < 0:
                told.append((abs(share.value), f"{of} {which}", share.value, low, high))
    if not told:
        return "No stage and no level is told apart from standing still."
    _, name, value, low, high = max(told)
    return (
        f"The share of {name} changes most: by {100 * value:+.2f} points per {by} "
        f"({100 * low:+.2f} to {100 * high:+.2f})."
    )
