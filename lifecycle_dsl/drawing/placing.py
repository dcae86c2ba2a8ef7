"""The place of every cell: rows below one another, cells below what they are linked to.

Each sweep wants every cell at the weighted mean of its links and lays a row so that the squared
distances are least while no two cells touch: the projection onto an order, found by pooling
neighbours (the pool-adjacent-violators algorithm).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lifecycle_dsl.drawing.layout import Cell

MARGIN: Final = 24.0
GAP_ACROSS: Final = 22.0
GAP_DOWN: Final = 24.0
"""Pixels around the picture, between the cells of a row, and between rows."""
_SWEEPS: Final = 400
_PASSES: Final = 4
"""Of straightening: an edge that has made way leaves room for its neighbour."""
_STRAIGHT: Final = 6.0
"""How much more than other links two bends of an edge want to stand below one another."""


def place(rows: Sequence[Sequence[Cell]]) -> tuple[float, float]:
    """Give every cell its `x` and `y`; the width and the height of it all."""
    for row in rows:
        _lay(row, [0.0] * len(row), [1.0] * len(row))
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_wanted(cell) for cell in row]
            _lay(row, [x for x, _ in wanted], [weight for _, weight in wanted])
    _straighten(rows)
    return _shift(rows), _stack(rows)


def _wanted(cell: Cell) -> tuple[float, float]:
    """Where a cell wants to stand, and how much."""
    links = [(each.x, _weight(cell, each)) for each in (*cell.up, *cell.down)]
    whole = sum(weight for _, weight in links)
    if not whole:
        return cell.x, 0.1
    return sum(x * weight for x, weight in links) / whole, whole


def _weight(cell: Cell, other: Cell) -> float:
    return _STRAIGHT if cell.is_bend and other.is_bend else 2.0 if other.is_bend else 1.0


def _lay(row: Sequence[Cell], wanted: Sequence[float], weights: Sequence[float]) -> None:
    """Lay a row in its order, without touching, as near as can be to where it wants to be."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + GAP_ACROSS)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many cells
    for x, offset, weight in zip(wanted, offsets, weights, strict=False):
        mean, whole, count = x - offset, weight, 1
        while pools and pools[-1][0] >= mean:
            before, heavy, many = pools.pop()
            mean = (mean * whole + before * heavy) / (whole + heavy)
            whole, count = whole + heavy, count + many
        pools.append((mean, whole, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    for cell, mean, offset in zip(row, means, offsets, strict=False):
        cell.x = mean + offset


def _straighten(rows: Sequence[Sequence[Cell]]) -> None:
    """Put the bends of an edge that follow one another below one another, where there is room."""
    beside: dict[int, tuple[Cell | None, Cell | None]] = {}
    for row in rows:
        sides = zip([None, *row[:-1]], row, [*row[1:], None], strict=True)
        beside |= {id(cell): (left, right) for left, cell, right in sides}
    runs = [_run(cell) for row in rows for cell in row if cell.is_bend and not cell.up[0].is_bend]
    for _ in range(_PASSES):
        for run in runs:
            rooms = [_room(cell, *beside[id(cell)]) for cell in run]
            low, high = max(left for left, _ in rooms), min(right for _, right in rooms)
            if low > high:
                continue
            # Outermost edges make way for those inside.
            places = [cell.x for cell in run]
            x = max(places) if high == math.inf else min(places) if low == -math.inf else None
            wanted = sum(places) / len(places) if x is None else x
            for cell in run:
                cell.x = min(max(low, wanted), high)


def _run(bend: Cell) -> list[Cell]:
    """A bend and those of its edge that follow it."""
    found = [bend]
    while (below := found[-1].down[0]).is_bend:
        found.append(below)
    return found


def _room(cell: Cell, left: Cell | None, right: Cell | None) -> tuple[float, float]:
    """Between which places a cell can stand while its neighbours stay."""
    low, high = -math.inf, math.inf
    if left is not None:
        low = left.x + (left.width + cell.width) / 2 + GAP_ACROSS
    if right is not None:
        high = right.x - (right.width + cell.width) / 2 - GAP_ACROSS
    return low, high


def _shift(rows: Sequence[Sequence[Cell]]) -> float:
    """Move everything to the left margin; the width."""
    cells = [cell for row in rows for cell in row]
    left = min((cell.x - cell.width / 2 for cell in cells), default=0.0)
    for cell in cells:
        cell.x += MARGIN - left
    return max((cell.x + cell.width / 2 for cell in cells), default=0.0) + MARGIN


def _stack(rows: Sequence[Sequence[Cell]]) -> float:
    """Lay the rows below one another; the height."""
    y = MARGIN
    for row in rows:
        tallest = max(cell.height for cell in row)
        for cell in row:
            cell.y = y + tallest / 2
        for cell in row:
            if cell.is_bend:
                cell.height = tallest
        y += tallest + GAP_DOWN
    return y - GAP_DOWN + MARGIN
