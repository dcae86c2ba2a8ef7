"""The graph in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lifecycle_dsl.drawing.graph import Edge, Graph, Node, NodeKind
from lifecycle_dsl.drawing.lettering import LONGEST_LABEL, MOST_LINES, wrapped
from lifecycle_dsl.drawing.movements import Movements
from lifecycle_dsl.drawing.widths import WIDEST, widths

LINE: Final = "#7b8797"
BROADEST: Final = 8.0
SMALL: Final = 0.6
"""Graphviz writes beside a line as if it were thin, and its arrows grow with it."""
ASIDE: Final = "  "


def dot_text(graph: Graph, run: Movements | None = None) -> str:
    """A digraph; with a run, edges are as wide as they were often taken."""
    return "".join(f"{line}\n" for line in _lines(graph, run))


def _lines(graph: Graph, run: Movements | None) -> Iterator[str]:
    yield f"digraph {_quoted(graph.title)} {{"
    yield '  graph [rankdir="TB", fontname="sans-serif"]'
    yield '  node [shape="box", style="rounded", fontname="sans-serif"]'
    yield f'  edge [fontname="sans-serif", fontsize="10", color="{LINE}"]'
    for node in graph.nodes:
        yield f"  {_quoted(node.key)} [{_node(node, run)}]"
    found = widths(graph, run)
    for edge in graph.edges:
        attributes = [f"label={_quoted(_label(edge, graph, run))}"]
        if run is not None:
            width = found[edge] / WIDEST * BROADEST
            attributes.append(f'penwidth="{width:.3g}", arrowsize="{SMALL if width > 2 else 1}"')
        if graph.node(edge.source).kind is NodeKind.SEVERAL:
            attributes.append('style="dashed"')
        ends = f"{_quoted(edge.source)} -> {_quoted(edge.target)}"
        yield f"  {ends} [{', '.join(attributes)}]"
    yield "}"


def _node(node: Node, run: Movements | None) -> str:
    match node.kind:
        case NodeKind.START:
            return 'shape="point", width="0.15", label=""'
        case NodeKind.SEVERAL:
            tip = _quoted(", ".join(node.stages))
            return f'label={_quoted(f"from {node.title}")}, style="rounded,dashed", tooltip={tip}'
        case NodeKind.STAGE:
            count = "" if run is None else f"\n{run.at(node):,}"
            return f"label={_quoted(node.title + count)}"


def _label(edge: Edge, graph: Graph, run: Movements | None) -> str:
    lines = [line for label in edge.labels for line in wrapped(label, LONGEST_LABEL, MOST_LINES)]
    if run is not None:
        lines.append(f"{run.along(edge, graph):,}")
    return "\n".join(f"{ASIDE}{line}" for line in lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
