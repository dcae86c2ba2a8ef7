"""Messages, cost and reach, by channel and by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import fsum
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.diffing.chapters.compared import COUNT, Compared
from lifecycle_dsl.analysis.diffing.comparison import NEW, OLD, Side
from lifecycle_dsl.analysis.findings import (
    Axis,
    Lines,
    Row,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.periods import Period, name_of, start_of

MOST_DAYS: Final = 31
"""Days that are told one by one."""
MOST_POINTS: Final = 120
"""Days of a line; of more than these the line goes by weeks."""
_MESSAGES: Final = (("Messages old", COUNT), ("New", COUNT))
_COST: Final = (("Cost old", Unit.MONEY), ("New", Unit.MONEY))
_REACHED: Final = (("Reached old", COUNT), ("New", COUNT))


@frozen
class _Amount:
    """What one rule set did in a day, or by a channel."""

    messages: int
    cost: float
    reached: int


_Pair = tuple[_Amount, _Amount]


def days(it: Compared) -> Section | None:
    """The section, where something of it differs."""
    old, new = it.found.sides
    costs = it.costs()
    if (old.messages, old.reached) == (new.messages, new.reached) and costs[OLD] == costs[NEW]:
        return None
    names = sorted({channel for side in (old, new) for _, channel in side.messages})
    whole = _all((old, new), costs)
    costly = any(each.cost for each in whole)
    heads = (*_MESSAGES, *(_COST if costly else ()), *_REACHED)
    channels = [_row(each, _of_channel(each, (old, new), costs), costly=costly) for each in names]
    by_day = {
        day: _of_day(day, (old, new), costs)
        for day in sorted({day for side in (old, new) for day, _ in side.messages})
    }
    differing = [(day, pair) for day, pair in by_day.items() if pair[OLD] != pair[NEW]]
    if len(channels) > 1:
        channels.append(_row("all", whole, costly=costly))
    tables = [Table(columns("Channel", *heads), tuple(channels))]
    if 0 < len(differing) <= MOST_DAYS:
        rows = tuple(_row(day, pair, costly=costly) for day, pair in differing)
        tables.append(Table(columns(("Day", Unit.DATE), *heads), rows, "Days that differ"))
    was, is_ = whole
    return it.section(
        "days",
        "Cost and reach",
        "Messages sent, what they cost by the `cost` of their channel, and how many different "
        "customers got one; days are of UTC.",
        tables,
        headline=_headline(was, is_),
        charts=list(_charts(by_day)),
        notes=[
            f"{len(differing):,} of {count_of(len(by_day), 'day')} with messages differ.",
            *(
                ["Lines by week are means of the week's days with messages."]
                if _is_long(by_day)
                else []
            ),
        ],
    )


def _headline(was: _Amount, is_: _Amount) -> str:
    before = "under both" if was.reached == is_.reached else f"instead of {was.reached:,}"
    reached = f"{count_of(is_.reached, 'customer')} reached {before}."
    if not was.cost and not is_.cost:
        return reached
    return f"{is_.cost:,.2f} spent instead of {was.cost:,.2f}; {reached}"


def _row(name: str, pair: _Pair, *, costly: bool) -> Row:
    old, new = pair
    cost = (old.cost, new.cost) if costly else ()
    return name, old.messages, new.messages, *cost, old.reached, new.reached


def _of_channel(channel: str, sides: Sequence[Side], costs: Sequence[Mapping[str, float]]) -> _Pair:
    def amount(side: Side, cost: Mapping[str, float]) -> _Amount:
        count = sum(n for (_, by), n in side.messages.items() if by == channel)
        return _Amount(count, count * cost.get(channel, 0.0), side.reached_by[channel])

    return amount(sides[OLD], costs[OLD]), amount(sides[NEW], costs[NEW])


def _all(sides: Sequence[Side], costs: Sequence[Mapping[str, float]]) -> _Pair:
    def amount(side: Side, cost: Mapping[str, float]) -> _Amount:
        by: dict[str, int] = {}
        for (_, channel), n in sorted(side.messages.items()):
            by[channel] = by.get(channel, 0) + n
        return _Amount(side.messages.total(), _spent(by, cost), side.reached_ever)

    return amount(sides[OLD], costs[OLD]), amount(sides[NEW], costs[NEW])


def _of_day(day: str, sides: Sequence[Side], costs: Sequence[Mapping[str, float]]) -> _Pair:
    def amount(side: Side, cost: Mapping[str, float]) -> _Amount:
        by = {channel: side.messages[day, channel] for channel in cost}
        return _Amount(sum(by.values()), _spent(by, cost), side.reached[day])

    return amount(sides[OLD], costs[OLD]), amount(sides[NEW], costs[NEW])


def _spent(by: Mapping[str, int], cost: Mapping[str, float]) -> float:
    return sum(n * cost.get(channel, 0.0) for channel, n in sorted(by.items()))


def _charts(by_day: Mapping[str, _Pair]) -> Iterator[Lines]:
    if len(by_day) < 2:
        return
    groups = _weeks(by_day) if _is_long(by_day) else {day: [day] for day in by_day}
    by_week = ", by week" if _is_long(by_day) else ""
    for title, what, unit in (
        ("Messages", "messages", COUNT),
        ("Cost", "cost", Unit.MONEY),
        ("Customers reached", "reached", COUNT),
    ):
        series = tuple(
            Series(
                name,
                tuple(groups),
                tuple(
                    fsum(getattr(by_day[day][side], what) for day in days) / len(days)
                    for days in groups.values()
                ),
            )
            for side, name in ((OLD, "OLD"), (NEW, "NEW"))
        )
        if any(any(each.y) for each in series):
            axis = Axis("week" if by_week else "day", Unit.DATE)
            yield Lines(f"{title} a day{by_week}", axis, Axis(title.lower(), unit), series)


def _is_long(by_day: Mapping[str, _Pair]) -> bool:
    return len(by_day) > MOST_POINTS


def _weeks(by_day: Iterable[str]) -> dict[str, list[str]]:
    """The days with messages, by the first day of their week."""
    found: dict[str, list[str]] = {}
    for day in by_day:
        start = start_of(datetime.fromisoformat(day), Period.WEEK)
        found.setdefault(name_of(start, Period.WEEK), []).append(day)
    return found
