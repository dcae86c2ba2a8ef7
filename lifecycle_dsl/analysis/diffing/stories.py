"""What happened to a few customers under both rule sets, side by side.

The input is read once more, for these customers alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from attrs import define, field, frozen

from lifecycle_dsl.analysis.diffing.deeds import Key, Reader, readers
from lifecycle_dsl.analysis.diffing.reading import Chosen, Reading
from lifecycle_dsl.analysis.diffing.sharing import Found, Way
from lifecycle_dsl.analysis.diffing.words import said, way_text
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.changing import Names
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.explaining.masking import masked
from lifecycle_dsl.localtime import parse_instant
from lifecycle_dsl.program.program import Program

MOST_ROWS: Final = 24
"""Rows of a story that are told."""


@frozen
class Example:
    """A customer to tell of, and why this one."""

    customer: str
    why: str


@frozen
class Row:
    """Something that was decided under one rule set, or under both."""

    at: int
    """Microseconds."""
    event: str
    """What came then; empty where only time passed."""
    old: str | None
    new: str | None
    same: bool = False


@frozen
class Story:
    """One customer under both."""

    example: Example
    rows: tuple[Row, ...]
    records: frozenset[int]
    """The instants of the customer's records."""


def choose(found: Found, most: int) -> list[Example]:
    """Customers to tell of: the shortest story of each way to differ, and the one who differs most.

    The way that most customers differ in comes first; nobody is chosen twice.
    """
    if not most or found.most is None:
        return []
    chosen: dict[str, str] = {}
    ways = sorted(found.ways.items(), key=_commonest)
    for way, count in ways:
        if len(chosen) >= max(most - 1, 1):
            break
        customer = found.shortest[way][-1]
        who = "The only one" if count == 1 else f"One of {count:,}, with the shortest story"
        chosen.setdefault(customer, f"{who}: {way_text(way.deed, way.more)}.")
    size, _, customer = found.most
    if len(chosen) < most:
        chosen.setdefault(customer, f"Differs most, in {-size:,} decisions.")
    return [Example(*each) for each in chosen.items()]


def _commonest(item: tuple[Way, int]) -> tuple[Any, ...]:
    way, count = item
    return -count, list(type(way.deed[0])).index(way.deed[0]), way.deed[1:], -way.more


def stories(
    examples: Sequence[Example],
    rulesets: tuple[RuleSet, RuleSet],
    feed: Feed,
    end: int | None,
    make: Callable[[RuleSet], Engine] = Engine,
) -> list[Story]:
    """The stories of some customers up to an instant, if there is any, by engines made so.

    Raises:
        InputError, OSError: where the input cannot be read.
    """
    old, new = rulesets
    chosen = Chosen(each.customer for each in examples)
    reading = Reading(feed, rulesets, chosen, skims=True)
    names = Names(old.program, new.program)
    before, after = readers(old.program, new.program)
    sides = (
        _Side(make(reading.old), old.program, before, names.now),
        _Side(make(reading.new), new.program, after, str),
    )
    events: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for records, others in reading:
        for side, given in zip(sides, (records, others), strict=True):
            side.note(side.engine.handle(given))
        for record in (*records, *others):
            customer = customer_of(record)
            if customer is not None:
                events[customer, record.at][record.__struct_config__.tag] = None
    if end is not None:
        for side in sides:
            side.note(side.engine.advance(end))
    return [_story(each, sides, events) for each in examples]


_Line = tuple[int, Key, str]


@define
class _Side:
    """One rule set's decisions about the few."""

    engine: Engine
    program: Program
    reader: Reader
    now: Any
    lines: dict[str, list[_Line]] = field(factory=lambda: defaultdict(list))

    def note(self, decisions: Sequence[Any]) -> None:
        """Keep what was decided, in words."""
        for each in decisions:
            at = parse_instant(each.at) or 0
            text = said(masked(self.program, each), self.now)
            self.lines[each.customer].append((at, self.reader.key(each), text))


def _story(
    example: Example,
    sides: tuple[_Side, _Side],
    events: Mapping[tuple[str, int], Mapping[str, None]],
) -> Story:
    old, new = (_by_instant(side.lines.get(example.customer, ())) for side in sides)
    rows: list[Row] = []
    for at in sorted({*old, *new}):
        came = ", ".join(events.get((example.customer, at), ()))
        rows += [Row(at, came, *row) for row in _instant(old.get(at, []), new.get(at, []))]
    records = frozenset(at for customer, at in events if customer == example.customer)
    return Story(example, tuple(rows), records)


def _by_instant(lines: Iterable[_Line]) -> dict[int, list[_Line]]:
    found: dict[int, list[_Line]] = {}
    for line in lines:
        found.setdefault(line[0], []).append(line)
    return found


def _instant(old: list[_Line], new: list[_Line]) -> Iterator[tuple[str | None, str | None, bool]]:
    """The rows of one instant: what both decided first, then what only one did, side by side."""
    rest = list(new)
    only = []
    for line in old:
        match = next((other for other in rest if other[1] == line[1]), None)
        if match is None:
            only.append(line[2])
        else:
            rest.remove(match)
            yield line[2], match[2], True
    for was, is_ in zip_longest(only, [line[2] for line in rest]):
        yield was, is_, False


def told(story: Story, most: int = MOST_ROWS) -> Iterator[Row | int]:
    """The rows to show: those that differ, what stands before them, and counts of what is left out.

    A number says how many rows are left out there.
    """
    rows = story.rows
    shown = {0}
    for place, row in enumerate(rows):
        if not row.same:
            shown |= {place - 1, place} - {-1}
    left_out = 0
    for place, row in enumerate(rows):
        if place not in shown or most <= 0:
            left_out += 1
            continue
        if left_out:
            yield left_out
            left_out = 0
        most -= 1
        yield row
    if left_out:
        yield left_out
