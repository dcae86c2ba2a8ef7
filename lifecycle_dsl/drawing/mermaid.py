"""The graph as a Mermaid `stateDiagram-v2`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lifecycle_dsl.drawing.graph import Edge, Graph, Node, NodeKind
from lifecycle_dsl.drawing.movements import Movements

_SAFE: Final = re.compile(r"[A-Za-z0-9_]+")


def mermaid_text(graph: Graph, run: Movements | None = None) -> str:
    """A diagram that Markdown pages show; counts of a run stand behind the labels."""
    return "".join(f"{line}\n" for line in _lines(graph, run))


def _lines(graph: Graph, run: Movements | None) -> Iterator[str]:
    yield "---"
    yield f'title: "{_escaped(graph.title)}"'
    yield "---"
    yield "stateDiagram-v2"
    ids = {node.key: _id(node, place) for place, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        if node.kind is not NodeKind.START:
            yield f'  state "{_escaped(_title(node, run))}" as {ids[node.key]}'
    for edge in graph.edges:
        label = _label(edge, graph, run)
        yield f"  {ids[edge.source]} --> {ids[edge.target]}{f': {label}' if label else ''}"
    together = [ids[node.key] for node in graph.nodes if node.kind is NodeKind.SEVERAL]
    if together:
        yield "  classDef several stroke-dasharray: 4 3"
        yield f"  class {','.join(together)} several"


def _id(node: Node, place: int) -> str:
    """A name that no keyword of Mermaid can be."""
    return {
        NodeKind.START: "[*]",
        NodeKind.STAGE: f"stage_{node.title if _SAFE.fullmatch(node.title) else place}",
        NodeKind.SEVERAL: f"from_{place}",
    }[node.kind]


def _title(node: Node, run: Movements | None) -> str:
    if node.kind is NodeKind.SEVERAL:
        return f"from {node.title}"
    if run is None or node.kind is NodeKind.START:
        return node.title
    return f"{node.title} ({run.at(node):,})"


def _label(edge: Edge, graph: Graph, run: Movements | None) -> str:
    label = "<br>".join(map(_escaped, edge.labels))
    if run is None:
        return label
    count = f"{run.along(edge, graph):,}"
    return f"{label}<br>{count}" if label else count


def _escaped(text: str) -> str:
    """Signs that mean something to Mermaid, or to the page it stands on, by their numbers."""
    return "".join(f"#{ord(c)};" if c in '#;:"<>&%{}\\`' else c for c in " ".join(text.split()))
