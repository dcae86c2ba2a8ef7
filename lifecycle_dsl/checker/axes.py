"""The values of a table's input, cut into pieces that no cell can tell apart.

Labels, stages, ranks and truth values are pieces of their own; so are the texts that cells name,
and all other texts together. Where values are ordered, the ends that cells name cut: `[25..50)`
begins at 25 and ends before it reaches 50. A cut is a value and whether it lies just before (0) or
just behind (1) it; between two cuts lies a piece, and pieces in which the type has no value are
left out. A comparison that forgives has its cuts a little aside of the value that it names.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import (
    DAY,
    FIRST_INSTANT,
    HOUR,
    LAST_INSTANT,
    MINUTE,
    SECOND,
    duration_literal,
    format_date,
    format_instant,
)
from lifecycle_dsl.program.expression_text import quoted
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Range
from lifecycle_dsl.program.types import DATE, DURATION, MONEY, NUMBER, TIME, LevelType

Run = tuple[int, int]
"""Pieces one after the other: the first, and the one behind the last."""
Cut = tuple[float, int]
FORGIVEN = 1e-9


@frozen(eq=False)
class Axis:
    """The pieces of an input's values, in order, and which of them each cell takes."""

    examples: tuple[str, ...]
    """A value of each piece, as the user would write it."""
    runs: Callable[[Cell], tuple[Run, ...]]
    is_asked: bool
    """Whether any cell looks at the input."""

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return len(self.examples)


def labelled_axis(values: Sequence[object], shown: Sequence[str], *, is_asked: bool) -> Axis:
    """The axis of an input that has only so many values."""
    places = {value: at for at, value in enumerate(values)}

    def taken(choice: Choice) -> Iterator[Run]:
        match choice:
            case Is(values=named, negated=negated):
                chosen = {places[value] for value in named}
                yield from ((at, at + 1) for at in range(len(values)) if (at in chosen) != negated)
            case Range():
                raise TypeError("labels have no order")

    return Axis(tuple(shown), lambda cell: _merged(cell, taken, len(values)), is_asked)


def level_axis(kind: LevelType, *, is_asked: bool) -> Axis:
    """The axis of a level: its labels, lowest first."""
    count = len(kind.labels)

    def taken(choice: Choice) -> Iterator[Run]:
        match choice:
            case Is(values=named, negated=negated):
                yield from ((at, at + 1) for at in range(count) if (at in named) != negated)
            case Range(low=low, high=high, includes_low=at_low, includes_high=at_high):
                first = 0 if not isinstance(low, int) else low + (not at_low)
                yield first, count if not isinstance(high, int) else high + at_high

    return Axis(kind.labels, lambda cell: _merged(cell, taken, count), is_asked)


def text_axis(cells: Sequence[Cell]) -> Axis:
    """The axis of texts: those that cells name, and any other."""
    choices = [choice for cell in cells for choice in cell]
    named = tuple(
        dict.fromkeys(
            value for choice in choices if isinstance(choice, Is) for value in choice.values
        )
    )
    other = object()
    shown = (*(quoted(str(value)) for value in named), "anything else")
    return labelled_axis((*named, other), shown, is_asked=bool(choices))


def ordered_axis(given: Input, cells: Sequence[Cell], *, is_whole: bool) -> Axis:
    """The axis of numbers and times; `is_whole` of those that are whole numbers."""
    ends = _Ends(given.forgiving)
    choices = [choice for cell in cells for choice in cell]
    spans = {choice: tuple(ends.spans(choice)) for choice in dict.fromkeys(choices)}
    cuts = sorted({cut for found in spans.values() for span in found for cut in span if cut})
    pieces = _Pieces(given, is_whole=is_whole, named=_named(choices))
    bounds: list[Cut | None] = [None, *cuts, None]
    examples: list[str] = []
    before: list[int] = []
    """How many pieces that have a value lie before each one."""
    for low, high in pairwise(bounds):
        before.append(len(examples))
        example = pieces.example(low, high)
        if example is not None:
            examples.append(example)
    before.append(len(examples))

    def taken(choice: Choice) -> Iterator[Run]:
        for low, high in spans[choice]:
            first = 0 if low is None else bisect_left(cuts, low) + 1
            last = len(cuts) + 1 if high is None else bisect_left(cuts, high) + 1
            yield before[first], before[last]

    return Axis(tuple(examples), lambda cell: _merged(cell, taken, len(examples)), bool(choices))


def _named(choices: Sequence[Choice]) -> list[float]:
    """The values that choices name."""
    found: list[object] = []
    for choice in choices:
        match choice:
            case Is(values=values):
                found += values
            case Range(low=low, high=high):
                found += (low, high)
    return sorted({value for value in found if isinstance(value, int | float)})


def _merged(cell: Cell, taken: Callable[[Choice], Iterator[Run]], size: int) -> tuple[Run, ...]:
    """What the choices of a cell take together, in order, without touching each other."""
    if not cell:
        return ((0, size),) if size else ()
    found: list[Run] = []
    for first, last in sorted(run for choice in cell for run in taken(choice)):
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)


class _Ends:
    """From what cells name to cuts."""

    def __init__(self, forgiving: bool) -> None:  # noqa: FBT001
        self._forgiving = forgiving

    def spans(self, choice: Choice) -> Iterator[tuple[Cut | None, Cut | None]]:
        match choice:
            case Is(values=values, negated=False):
                for value in values:
                    yield self._at(value), self._behind(value)
            case Is(values=values):
                # A cell names one value behind `not`.
                for value in values:
                    yield None, self._at(value)
                    yield self._behind(value), None
            case Range(low=low, high=high, includes_low=at_low, includes_high=at_high):
                first = None if low is None else (self._at if at_low else self._behind)(low)
                last = None if high is None else (self._behind if at_high else self._at)(high)
                yield first, last

    def _at(self, value: object) -> Cut:
        """Before everything that is `>=` the value."""
        return self._cut(value, -1) if self._forgiving else (_number(value), 0)

    def _behind(self, value: object) -> Cut:
        """Before everything that is `>` the value."""
        return self._cut(value, 1) if self._forgiving else (_number(value), 1)

    def _cut(self, value: object, way: int) -> Cut:
        bar = _number(value)
        return bar + way * FORGIVEN * max(1.0, abs(bar)), 1


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"no order: {value!r}")
    return value


class _Pieces:
    """Finds a value between two cuts, one that is easy to read."""

    def __init__(self, given: Input, *, is_whole: bool, named: Sequence[float]) -> None:
        kind = given.value.type
        self._kind = kind
        self._is_whole = is_whole or kind in (DURATION, TIME, DATE)
        self._named = named
        self._steps = _STEPS.get(str(kind), (1,))
        low, high = given.value.bounds or (-math.inf, math.inf)
        if kind == TIME:
            low, high = FIRST_INSTANT, LAST_INSTANT
        self._low: Cut = (low, 0)
        self._high: Cut = (high, 1)

    def example(self, low: Cut | None, high: Cut | None) -> str | None:
        """A value that lies there, as text; None if there is none."""
        low = self._low if low is None else max(low, self._low)
        high = self._high if high is None else min(high, self._high)
        for value in self._candidates(low, high):
            fits = not self._is_whole or float(value).is_integer()
            if math.isfinite(value) and fits and low <= (value, 0) and (value, 1) <= high:
                return self._text(value)
        return None

    def _candidates(self, low: Cut, high: Cut) -> Iterator[float]:
        least, most = low[0], high[0]
        at = bisect_left(self._named, least)
        yield from self._named[at : at + 2]
        above, below = (least + step for step in self._steps), (most - step for step in self._steps)
        yield from (*above, *below) if abs(least) <= abs(most) else (*below, *above)
        yield from (0, least)
        if self._is_whole:
            if math.isfinite(least):
                yield from (math.floor(least), math.ceil(least), math.floor(least) + 1)
            return
        if math.isfinite(least) and math.isfinite(most):
            yield float(round((least + most) / 2))
            yield from (round((least + most) / 2, digits) for digits in (1, 2, 3, 6))
            yield (least + most) / 2
        if math.isfinite(least):
            yield math.nextafter(least, math.inf)
        if math.isfinite(most):
            yield from (most, math.nextafter(most, -math.inf))

    def _text(self, value: float) -> str:
        if self._kind in (NUMBER, MONEY):
            return format_number(value)
        return _TEXTS[str(self._kind)](int(value))


_STEPS: dict[str, tuple[int, ...]] = {
    str(DURATION): (DAY, HOUR, MINUTE, SECOND, 1000, 1),
    str(TIME): (DAY, HOUR, MINUTE, SECOND, 1000, 1),
    str(DATE): (1,),
}
_TEXTS: dict[str, Callable[[int], str]] = {
    str(DURATION): duration_literal,
    str(TIME): format_instant,
    str(DATE): format_date,
}
TRUTHS = ((False, True), ("false", "true"))
"""The values of a bool, and their texts."""
