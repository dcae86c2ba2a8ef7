"""The shortest series that still shows something: fewer records, shorter gaps, plainer values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE
from lifecycle_dsl.testing.series import Input, Series, Value

MOST_TRIES = 1_500

Shows = Callable[[Series], bool]


def shrunk(series: Series, shows: Shows) -> Series:
    """A series that shows it too, and that no further step makes smaller."""
    tries = MOST_TRIES

    def still(smaller: Series) -> bool:
        nonlocal tries
        tries -= 1
        return tries >= 0 and shows(smaller)

    before: Series | None = None
    while series != before and tries > 0:
        before = series
        series = _fewer(series, still)
        series = _each(series, still, _shorter)
        series = _each(series, still, _plainer)
    return series


def _fewer(series: Series, shows: Shows) -> Series:
    """Leave out runs of records, long ones first; what comes later then comes sooner, or not."""
    size = len(series) // 2 or 1
    while size:
        place = 0
        while place < len(series):
            rest = series[place + size :]
            lost = sum(each.gap for each in series[place : place + size])
            for without in (series[:place] + rest, series[:place] + _later(rest, lost)):
                if without and without != series and shows(without):
                    series = without
                    break
            else:
                place += size
        size //= 2
    return series


def _later(rest: Series, gap: int) -> Series:
    """The rest at the instants at which it was."""
    if not gap:
        return rest
    if not rest:
        return (Input(gap, None),)
    return (evolve(rest[0], gap=rest[0].gap + gap), *rest[1:])


def _each(series: Series, shows: Shows, smaller: Callable[[Input], Iterator[Input]]) -> Series:
    for place in range(len(series)):
        for candidate in smaller(series[place]):
            without = (*series[:place], candidate, *series[place + 1 :])
            if shows(without):
                series = without
                break
    return series


def _shorter(one: Input) -> Iterator[Input]:
    """Shorter gaps, the shortest first, in whole days, hours or minutes."""
    gaps = {0, MINUTE, HOUR, DAY}
    for unit in (DAY, HOUR, MINUTE):
        whole = one.gap // unit
        gaps.update(
            unit * count for count in {whole // 8, whole // 4, whole // 2, whole - 1, whole}
        )
    for gap in sorted(gap for gap in gaps if 0 <= gap < one.gap):
        if gap or one.event is not None:
            yield evolve(one, gap=gap)


def _plainer(one: Input) -> Iterator[Input]:
    """Fields left out, or with plainer values."""
    for place, field in enumerate(one.fields):
        before, after = one.fields[:place], one.fields[place + 1 :]
        if not field.needed:
            yield evolve(one, fields=(*before, *after))
        for value in _plain(field):
            yield evolve(one, fields=(*before, evolve(field, value=value), *after))


def _plain(field: Value) -> Iterator[object]:
    value = field.value
    if isinstance(value, bool):
        if value:
            yield False
    elif isinstance(value, float):
        for number in (0.0, 1.0, float(int(value / 2)), float(int(value)), float(int(value)) - 1):
            if abs(number) < abs(value):
                yield number
    elif isinstance(value, tuple) and value:
        yield ()
