"""`retention`: of those who came together, how many are still there at each age."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.findings import (
    Axis,
    Chart,
    Estimate,
    Grid,
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
from lifecycle_dsl.analysis.periods import AGES
from lifecycle_dsl.analysis.rendering.words import cell_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.analysis.stays import NOBODY, Cohorts, Ints, Stays, cohorts, stays_of
from lifecycle_dsl.analysis.ways import lost_in_words, lost_stages
from lifecycle_dsl.localtime import DAY, format_duration

_OLDEST: Final = 12
"""Periods of age that are told."""
ALL: Final = "all"
_ACTIVITY: Final = """
    SELECT hash(customer) AS who, epoch_us(day::TIMESTAMP) AS day FROM activity
"""


@frozen(eq=False)
class Base:
    """Those who are looked at, and since when each of them is."""

    who: NDArray[np.uint64]
    """Ascending."""
    since: Ints
    """In microseconds."""
    periods: Cohorts
    cohort: Ints
    sizes: Ints
    """Of cohorts."""
    latest: Ints
    """When the last of each cohort came, in microseconds."""


@frozen(eq=False)
class Kept:
    """How many of each cohort were there at each age; masked where not all were followed."""

    counts: Ints
    """By cohort, then by age."""
    known: NDArray[np.bool_]


def section(history: History, asked: Asked) -> Section:
    """By stage; and by activity, where events were run."""
    stays = stays_of(history)
    lost = lost_stages(history, asked.lost)
    base = _base(stays, asked)
    age = AGES[asked.by]
    since = "first record" if asked.since is None else f"first entry into {asked.since}"
    by_stage = None if base is None or not lost else _by_stage(stays, base, lost, age)
    by_activity = (
        _by_activity(history, base, age) if base is not None and history.observed else None
    )
    found = [
        (title, kept)
        for title, kept in (("Not lost", by_stage), ("Active", by_activity))
        if kept is not None and base is not None
    ]
    length = format_duration(age)
    return Section(
        name="retention",
        title="Retention",
        definition=(
            f"A cohort is who had their {since} in one {asked.by}; ages are counted from there in "
            f"steps of {length}. Not lost is who is in no lost stage at that age; active is who "
            f"had a record in the {length} that begin then, in whole UTC days: its ages count "
            f"from the beginning of the day of the {since}."
        ),
        sample="nobody" if base is None else count_of(len(base.who), "customer"),
        censored=(
            "A cell is left open where not everybody of the cohort was followed to that age."
        ),
        headline=_headline(found, base, asked, length),
        tables=tuple(_table(title, kept, base, asked, length) for title, kept in found if base),
        charts=tuple(
            each
            for title, kept in found
            if base
            for each in _charts(title, kept, base, asked, length)
        ),
        notes=_notes(history, lost, asked),
    )


def _notes(history: History, lost: tuple[int, ...], asked: Asked) -> tuple[str, ...]:
    notes = [lost_in_words(history, lost, asked.lost)]
    if not history.observed:
        notes.append("Activity is known only where events are run, not from decisions.")
    return tuple(notes)


def _base(stays: Stays, asked: Asked) -> Base | None:
    """Raises AnalysisError where `since` is no stage."""
    if asked.since is None:
        chosen = stays.is_opening
    elif asked.since in stays.names:
        chosen = stays.firsts_in(stays.names.index(asked.since))
    else:
        raise AnalysisError(f"no stage is called `{asked.since}`")
    if not chosen.any():
        return None
    since = stays.entered[chosen]
    periods = cohorts(int(since.min()), int(since.max()), asked.by)
    cohort = periods.of(since)
    latest = np.zeros(len(periods.names), dtype=np.int64)
    np.maximum.at(latest, cohort, since)
    sizes = np.bincount(cohort, minlength=len(periods.names))
    return Base(stays.who[chosen], since, periods, cohort, sizes, latest)


def _by_stage(stays: Stays, base: Base, lost: tuple[int, ...], age: int) -> Kept:
    """Everybody less those who are in a lost stage at the age."""
    away = np.isin(stays.stage, lost)
    place = np.searchsorted(base.who, stays.who[away])
    place = np.minimum(place, len(base.who) - 1)
    ours = base.who[place] == stays.who[away]
    place = place[ours]
    since = base.since[place]
    begin = -((since - stays.entered[away][ours]) // age)
    end = -((since - stays.ended[away][ours]) // age)
    end = np.where(stays.next[away][ours] == NOBODY, _OLDEST + 1, end)
    begin, end = np.clip(begin, 0, _OLDEST + 1), np.clip(end, 0, _OLDEST + 1)
    change = np.zeros((len(base.sizes), _OLDEST + 2), dtype=np.int64)
    np.add.at(change, (base.cohort[place], begin), 1)
    np.add.at(change, (base.cohort[place], end), -1)
    gone = change.cumsum(axis=1)[:, : _OLDEST + 1]
    return Kept(base.sizes[:, None] - gone, _known(base, stays.end, age, 0))


def _by_activity(history: History, base: Base, age: int) -> Kept:
    """Who had a record in the period that begins at the age; days are whole ones in UTC."""
    rows = history.connection.execute(_ACTIVITY).fetchnumpy()
    who = np.asarray(rows["who"], dtype=np.uint64)
    place = np.minimum(np.searchsorted(base.who, who), len(base.who) - 1)
    ours = base.who[place] == who
    place, day = place[ours], np.asarray(rows["day"]).astype(np.int64)[ours]
    at = (day - base.since[place] // DAY * DAY) // age
    told = (at >= 0) & (at <= _OLDEST)
    # Each customer once in each period of their age.
    seen = np.unique(place[told] * (_OLDEST + 1) + at[told])
    counts = np.zeros((len(base.sizes), _OLDEST + 1), dtype=np.int64)
    np.add.at(counts, (base.cohort[seen // (_OLDEST + 1)], seen % (_OLDEST + 1)), 1)
    return Kept(counts, _known(base, history.end, age, 1))


def _known(base: Base, end: int, age: int, more: int) -> NDArray[np.bool_]:
    ages = np.arange(_OLDEST + 1) + more
    followed = base.latest[:, None] + ages[None, :] * age <= end
    return np.asarray(followed & (base.sizes[:, None] > 0))


def _cells(kept: Kept, base: Base, level: float) -> list[list[Estimate]]:
    return [
        [
            wilson(int(kept.counts[row, age]), int(base.sizes[row]), level)
            if kept.known[row, age]
            else Estimate(None, n=int(base.sizes[row]))
            for age in range(_OLDEST + 1)
        ]
        for row in range(len(base.sizes))
    ]


def _together(kept: Kept, base: Base, level: float) -> list[Estimate]:
    """Of all cohorts that are known at each age."""
    found = []
    for age in range(_OLDEST + 1):
        known = kept.known[:, age]
        found.append(
            wilson(int(kept.counts[known, age].sum()), int(base.sizes[known].sum()), level)
        )
    return found


def _told_ages(kept: Kept) -> int:
    """How many ages are known for anybody."""
    known = np.flatnonzero(kept.known.any(axis=0))
    return int(known[-1]) + 1 if len(known) else 1


def _table(title: str, kept: Kept, base: Base, asked: Asked, length: str) -> Table:
    ages = _told_ages(kept)
    cells = _cells(kept, base, asked.level)
    rows: list[Row] = [
        (name, int(size), *row[:ages])
        for name, size, row in zip(base.periods.names, base.sizes, cells, strict=True)
        if size
    ]
    rows.append((ALL, len(base.who), *_together(kept, base, asked.level)[:ages]))
    return Table(
        columns(
            asked.by.value.capitalize(),
            ("Customers", Unit.COUNT),
            *((f"Age {age}", Unit.SHARE) for age in range(ages)),
        ),
        tuple(rows),
        title=f"{title} at each age, in steps of {length}",
        note="The last row is of the cohorts that are known at the age.",
    )


def _charts(title: str, kept: Kept, base: Base, asked: Asked, length: str) -> tuple[Chart, ...]:
    ages = _told_ages(kept)
    cells = _cells(kept, base, asked.level)
    chosen = [place for place, size in enumerate(base.sizes) if size]
    together = _together(kept, base, asked.level)[:ages]
    return (
        Grid(
            f"{title}, by cohort and age",
            Axis(f"age in steps of {length}", Unit.NUMBER),
            Axis(asked.by.value, Unit.DATE),
            columns=tuple(str(age) for age in range(ages)),
            rows=tuple(base.periods.names[place] for place in chosen),
            values=tuple(tuple(each.value for each in cells[place][:ages]) for place in chosen),
        ),
        Lines(
            f"{title}, all cohorts",
            Axis(f"age in steps of {length}", Unit.NUMBER),
            Axis("share", Unit.SHARE),
            (
                Series(
                    title.lower(),
                    tuple(float(age) for age in range(ages)),
                    tuple(each.value for each in together),
                    tuple(each.low for each in together),
                    tuple(each.high for each in together),
                ),
            ),
        ),
    )


def _headline(found: list[tuple[str, Kept]], base: Base | None, asked: Asked, length: str) -> str:
    if base is None:
        return "Nobody came."
    for title, kept in found:
        age = _told_ages(kept) - 1
        if age > 0:
            share = _together(kept, base, asked.level)[age]
            return (
                f"{title} after {age} times {length}: {cell_text(share, Unit.SHARE)} of "
                f"{count_of(share.n or 0, 'customer')}."
            )
    return "Nobody has been followed for long enough yet."
