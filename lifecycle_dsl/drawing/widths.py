"""How wide the edges of a run are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lifecycle_dsl.drawing.graph import Edge, Graph
from lifecycle_dsl.drawing.movements import Movements

THINNEST: Final = 1.5
WIDEST: Final = 14.0
"""Pixels; the edge that was taken most often is as wide as this."""


def widths(graph: Graph, run: Movements | None) -> Mapping[Edge, float]:
    """The width of each edge, in proportion to how often it was taken."""
    if run is None:
        return dict.fromkeys(graph.edges, THINNEST)
    counts = {edge: run.along(edge, graph) for edge in graph.edges}
    most = max(counts.values(), default=0) or 1
    return {e: round(THINNEST + (WIDEST - THINNEST) * n / most, 2) for e, n in counts.items()}
