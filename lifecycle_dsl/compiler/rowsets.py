"""Which rows of a long table a value meets, in one look-up: a set of rows as the bits of a number.

Asking row after row takes as long as the table is; here each input is looked up once, and the rows
that all inputs leave are the bits that all their sets share. Values without an order are looked up
by what cells name, all others being alike. Ordered values are cut at what cells name, and between
two cuts the rows are the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import xor
from typing import Any

from lifecycle_dsl.compiler.forgiving import above, below
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Range
from lifecycle_dsl.program.types import DATE, DURATION, MONEY, NUMBER, TIME, LevelType

RowSet = Callable[[Any], int]
"""From a value to the rows whose cell takes it, row n being bit n."""

_ORDERED = (NUMBER, MONEY, DURATION, TIME, DATE)
_Cut = tuple[float, int]
"""A value, and whether the cut is before (0) or behind (1) it."""


def row_set(given: Input, cells: Sequence[Cell]) -> RowSet:
    """The rows by the value of an input; `cells` are those of all rows, in order."""
    kind = given.value.type
    if kind in _ORDERED or isinstance(kind, LevelType):
        return _ordered(cells, forgiving=given.forgiving)
    return _named(cells)


def _named(cells: Sequence[Cell]) -> RowSet:
    """Of values without an order."""
    other = 0
    changed: dict[object, int] = {}
    for row, cell in enumerate(cells):
        bit = 1 << row
        takes_others = not cell or any(isinstance(c, Is) and c.negated for c in cell)
        if takes_others:
            other |= bit
        for value in {v for choice in cell if isinstance(choice, Is) for v in choice.values}:
            if _takes(cell, value) is not takes_others:
                changed[value] = changed.get(value, 0) | bit
    by_value = {value: other ^ bits for value, bits in changed.items()}
    return lambda value: by_value.get(value, other)


def _takes(cell: Cell, value: object) -> bool:
    return any(isinstance(c, Is) and (value in c.values) is not c.negated for c in cell)


def _ordered(cells: Sequence[Cell], *, forgiving: bool) -> RowSet:
    spans = {cell: [s for c in cell for s in _spans(c, forgiving)] for cell in dict.fromkeys(cells)}
    cuts = sorted({end for found in spans.values() for span in found for end in span if end})
    turns = [0] * (len(cuts) + 2)
    for row, cell in enumerate(cells):
        for first, last in _runs(cuts, spans[cell]) if cell else [(0, len(cuts) + 1)]:
            turns[first] ^= 1 << row
            turns[last] ^= 1 << row
    between = list(accumulate(turns, xor))
    if forgiving:
        bars = [bar for bar, _ in cuts]
        return lambda value: between[bisect_left(bars, value)]
    return lambda value: between[bisect_right(cuts, (value, 0))]


def _runs(
    cuts: Sequence[_Cut], spans: Iterable[tuple[_Cut | None, _Cut | None]]
) -> list[tuple[int, int]]:
    """The stretches between cuts that a cell takes, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(
        (
            0 if low is None else bisect_left(cuts, low) + 1,
            len(cuts) + 1 if high is None else bisect_left(cuts, high) + 1,
        )
        for low, high in spans
    ):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        elif first < last:
            found.append((first, last))
    return found


def _spans(choice: Choice, forgiving: bool) -> list[tuple[_Cut | None, _Cut | None]]:
    """From cut to cut; None is open."""

    def cut(value: object, behind: bool) -> _Cut:
        assert isinstance(value, int | float)
        if forgiving:
            return above(value) if behind else below(value), 1
        return value, int(behind)

    match choice:
        case Is(values=values, negated=False):
            return [(cut(value, False), cut(value, True)) for value in values]
        case Is(values=(value,)):
            return [(None, cut(value, False)), (cut(value, True), None)]
        case Range(low=low, high=high, includes_low=at_low, includes_high=at_high):
            first = None if low is None else cut(low, not at_low)
            return [(first, None if high is None else cut(high, at_high))]
        case _:
            raise AssertionError(choice)
