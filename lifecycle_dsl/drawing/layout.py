"""Where everything stands: a layered layout from top to bottom.

After Sugiyama, Tagawa and Toda (1981), in four passes: `ranking` turns edges that lead back and
gives every node a rank; here an edge becomes a chain of cells, one in each row that it passes, the
label being one of them; `ordering` orders the cells of each row so that few chains cross; `placing`
gives each its place. Every box, and every edge on its way past others, owns its room in a row, so
that no two texts can overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from attrs import define, field, frozen

from lifecycle_dsl.drawing.graph import Edge, Graph
from lifecycle_dsl.drawing.ordering import order
from lifecycle_dsl.drawing.placing import place
from lifecycle_dsl.drawing.ranking import ranks

_BEND = 10.0
"""The room that an edge takes beside others, in pixels."""


@define(eq=False)
class Cell:
    """A box in a row: a node, a label, or a place where an edge passes. `x`, `y`: its middle."""

    row: int
    width: float
    height: float
    is_bend: bool = False
    x: float = 0.0
    y: float = 0.0
    up: list[Cell] = field(factory=list)
    down: list[Cell] = field(factory=list)


@frozen
class Chain:
    """The cells of an edge from its source to its target; `label` is one of them, if it has one."""

    edge: Edge
    cells: tuple[Cell, ...]
    label: Cell | None


@frozen
class Layout:
    """Everything in its place, from (0, 0) to (`width`, `height`) in pixels."""

    nodes: Mapping[str, Cell]
    chains: tuple[Chain, ...]
    width: float
    height: float


Size = tuple[float, float]


def layout(graph: Graph, sizes: Mapping[str, Size], labels: Mapping[Edge, Size]) -> Layout:
    """A place for each node and each label, given how large they are."""
    rank = ranks(graph)
    nodes = {node.key: Cell(2 * rank[node.key], *sizes[node.key]) for node in graph.nodes}
    rows: list[list[Cell]] = [[] for _ in range(2 * max(rank.values(), default=0) + 1)]
    for cell in nodes.values():
        rows[cell.row].append(cell)
    chains = tuple(_chain(edge, nodes, rows, labels.get(edge)) for edge in graph.edges)
    rows = [row for row in rows if row]
    order(rows)
    width, height = place(rows)
    return Layout(nodes, chains, width, height)


def _chain(
    edge: Edge, nodes: Mapping[str, Cell], rows: list[list[Cell]], size: Size | None
) -> Chain:
    """The cells of an edge, in new rows' cells between its ends; the label in the middle."""
    source, target = nodes[edge.source], nodes[edge.target]
    top, bottom = (source, target) if source.row < target.row else (target, source)
    between = range(top.row + 1, bottom.row)
    # Labels stand in odd rows, nodes in even ones.
    middle = min((row for row in between if row % 2), key=lambda row: _far(row, source, target))
    cells, label = [top], None
    for row in between:
        if row == middle and size is not None:
            cell = label = Cell(row, *size)
        else:
            cell = Cell(row, _BEND, 0.0, is_bend=True)
        rows[row].append(cell)
        cells.append(cell)
    cells.append(bottom)
    for upper, lower in pairwise(cells):
        upper.down.append(lower)
        lower.up.append(upper)
    return Chain(edge, tuple(cells if top is source else reversed(cells)), label)


def _far(row: int, source: Cell, target: Cell) -> float:
    """How far from where the label should stand: near where one leaves, where many ways meet."""
    return abs(row - (source.row + (1 if target.row > source.row else -1)))
