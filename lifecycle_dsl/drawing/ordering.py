"""The order of the cells in each row: few crossings, by barycentres and exchanges of neighbours."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lifecycle_dsl.drawing.layout import Cell

_SWEEPS: Final = 16
Rows = list[list["Cell"]]


def order(rows: Rows) -> None:
    """Order the cells of every row in place."""
    best = [list(row) for row in rows]
    least = _crossings(rows)
    for sweep in range(_SWEEPS):
        if least == 0:
            break
        downward = sweep % 2 == 0
        for row, beside in _pairs(rows, downward=downward):
            _by_barycentre(row, beside, downward=downward)
        _exchange(rows)
        crossings = _crossings(rows)
        if crossings < least:
            least, best = crossings, [list(row) for row in rows]
    rows[:] = best


def _pairs(rows: Rows, *, downward: bool) -> list[tuple[list[Cell], list[Cell]]]:
    """Each row with the one that was ordered before it."""
    listed = rows if downward else rows[::-1]
    return [(row, beside) for beside, row in pairwise(listed)]


def _by_barycentre(row: list[Cell], beside: Sequence[Cell], *, downward: bool) -> None:
    place = {id(cell): at for at, cell in enumerate(beside)}
    keys: dict[int, float] = {}
    for at, cell in enumerate(row):
        linked = [place[id(each)] for each in (cell.up if downward else cell.down)]
        keys[id(cell)] = sum(linked) / len(linked) if linked else float(at)
    row.sort(key=lambda cell: keys[id(cell)])


def _exchange(rows: Rows) -> None:
    """Exchange neighbours as long as that leaves fewer crossings."""
    for number, row in enumerate(rows):
        near = rows[max(0, number - 1) : number + 2]
        least = _crossings(near)
        for at in range(len(row) - 1):
            row[at], row[at + 1] = row[at + 1], row[at]
            crossings = _crossings(near)
            if crossings < least:
                least = crossings
            else:
                row[at], row[at + 1] = row[at + 1], row[at]


def _crossings(rows: Sequence[Sequence[Cell]]) -> int:
    """How many pairs of links cross."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {id(cell): at for at, cell in enumerate(lower)}
        seen: list[int] = []
        for cell in upper:
            targets = [place[id(each)] for each in cell.down]
            total += sum(len(seen) - bisect_right(seen, target) for target in targets)
            for target in targets:
                insort(seen, target)
    return total
