"""The stage graph with what a store knows: who is where, and how often each way was taken.

A store counts moves from stage to stage and not by rule. So ways between the same two stages become
one edge here, also where a `from` rule of several stages meets a stage's own rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from lifecycle_dsl.drawing import (
    Edge,
    Graph,
    Groups,
    Movements,
    Node,
    NodeKind,
    Way,
    stage_graph,
    svg_text,
)
from lifecycle_dsl.program.program import Program


@frozen
class Moves(Movements):
    """Movements that are known by stages alone; `between` counts them."""

    between: Mapping[tuple[str | None, str], int]

    def along(self, edge: Edge, graph: Graph) -> int:
        """How often an edge was taken."""
        source, target = graph.node(edge.source), graph.node(edge.target).title
        if source.kind is NodeKind.START:
            return self.between.get((None, target), 0)
        return sum(self.between.get((stage, target), 0) for stage in source.stages)


def picture(
    program: Program,
    population: Mapping[str, int],
    between: Mapping[tuple[str | None, str], int],
) -> str:
    """The graph as SVG."""
    return svg_text(parted(stage_graph(program, Groups())), Moves({}, population, between))


def parted(graph: Graph) -> Graph:
    """A graph in which no two edges lead from one stage to another."""
    rules: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        for stage in graph.node(edge.source).stages:
            rules.setdefault((stage, edge.target), []).append(edge)
    alone: dict[tuple[str, str], tuple[Way, ...]] = {}
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        (target, *_) = [e.target for e in graph.edges if e.source == node.key] or [""]
        left = tuple(stage for stage in node.stages if len(rules.get((stage, target), ())) == 1)
        if node.kind is not NodeKind.SEVERAL or len(left) > 1:
            several = node.kind is NodeKind.SEVERAL
            nodes[node.key] = evolve(node, stages=left) if several else node
    for edge in graph.edges:
        source = graph.node(edge.source)
        kept = nodes[source.key].stages if source.key in nodes else ()
        if source.kind is not NodeKind.SEVERAL or kept:
            alone[source.key, edge.target] = (*alone.get((source.key, edge.target), ()), *edge.ways)
        if source.kind is NodeKind.SEVERAL:
            for stage in source.stages:
                if stage not in kept:
                    pair = f"stage:{stage}", edge.target
                    alone[pair] = (*alone.get(pair, ()), *edge.ways)
    edges = tuple(Edge(source, target, ways) for (source, target), ways in alone.items())
    return Graph(graph.title, tuple(nodes.values()), edges)
