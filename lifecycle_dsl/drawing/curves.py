"""The lines of edges: smooth between rows, straight through them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lifecycle_dsl.drawing.layout import Cell, Chain

_TIP: Final = 9.0
"""The length of the tip of a thin edge, in pixels."""
_DOCKS_APART: Final = 26.0
Docks = dict[tuple[int, int], float]
"""Where an edge meets a node: by the node and the next cell of the edge, the place across."""


def ports(chains: Iterable[Chain]) -> Docks:
    """Where edges meet nodes: side by side, in the order in which they come from there."""
    meeting: dict[tuple[int, bool], tuple[Cell, list[Cell]]] = {}
    for chain in chains:
        for cell, beside in (chain.cells[:2], chain.cells[:-3:-1]):
            _, found = meeting.setdefault((id(cell), beside.y < cell.y), (cell, []))
            found.append(beside)
    docks: Docks = {}
    for cell, found in meeting.values():
        found.sort(key=lambda beside: beside.x)
        apart = min(_DOCKS_APART, cell.width * 0.8 / len(found))
        for at, beside in enumerate(found):
            docks[id(cell), id(beside)] = cell.x + (at - (len(found) - 1) / 2) * apart
    return docks


def _end(chain: Chain, docks: Docks) -> tuple[float, float, int]:
    """Where an edge touches its target, and whether it comes from above (1) or below (-1)."""
    before, target = chain.cells[-2:]
    side = 1 if before.y < target.y else -1
    return docks[id(target), id(before)], target.y - side * target.height / 2, side


def _tip(width: float) -> float:
    return _TIP + width * 0.5


def curve(chain: Chain, docks: Docks, width: float) -> str:
    """The path of an edge up to its tip."""
    cells = chain.cells
    end_x, end_y, side = _end(chain, docks)
    x = docks[id(cells[0]), id(cells[1])]
    y = cells[0].y + side * cells[0].height / 2
    path = [f"M{x:.1f} {y:.1f}"]
    for cell in cells[1:]:
        last = cell is cells[-1]
        to_x = end_x if last else cell.x
        to_y = end_y - side * (_tip(width) - 1) if last else cell.y - side * cell.height / 2
        half = (y + to_y) / 2
        path.append(f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
        if not last and cell.height:
            y = cell.y + side * cell.height / 2
            path.append(f"L{x:.1f} {y:.1f}")
    return "".join(path)


def arrow(chain: Chain, docks: Docks, width: float) -> str:
    """The tip of an edge, a triangle that touches the target."""
    x, y, side = _end(chain, docks)
    length, half = _tip(width), 3.5 + width * 0.65
    back = y - side * length
    return f"M{x:.1f} {y:.1f}L{x - half:.1f} {back:.1f}L{x + half:.1f} {back:.1f}Z"
