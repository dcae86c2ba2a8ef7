"""The stage graph as data: where customers begin, the stages, and the ways between them.

Ways that lead from and to the same place are one edge. A `from` rule of several stages would be as
many arrows: it becomes one, from a node of its own that says which stages it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from attrs import frozen

from lifecycle_dsl.drawing.groups import Groups
from lifecycle_dsl.drawing.labels import full_label, placing_label, short_label
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Placing, Transition

START: Final = "start"
"""What decisions call the rule of a customer's first stage."""
_ALONE: Final = 1


class NodeKind(Enum):
    """What a node stands for."""

    START = "start"
    STAGE = "stage"
    SEVERAL = "several"
    """Some stages together: the sources of a `from` rule."""


@frozen
class Node:
    """A place of the graph; `key` is its own among all nodes of all kinds."""

    key: str
    kind: NodeKind
    title: str
    stages: tuple[str, ...]
    """The stages that it stands for."""


@frozen
class Way:
    """A transition, or a line of the start."""

    rule: str
    """As decisions name it; of the start `start`."""
    label: str
    """In a few words; empty where nothing has to be said."""
    full: str


@frozen
class Edge:
    """All ways from one place to another, in the order in which the engine asks them."""

    source: str
    target: str
    ways: tuple[Way, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What has to be said of each way, from the second on with `or` before it."""
        said = [way.label for way in self.ways if way.label]
        return tuple(f"{'or ' if place else ''}{label}" for place, label in enumerate(said))


@frozen
class Graph:
    """The nodes in the order of the file, the start first, and the edges between them."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, key: str) -> Node:
        """The node of a key."""
        return next(node for node in self.nodes if node.key == key)


def stage_graph(program: Program, groups: Groups) -> Graph:
    """The graph of a checked program, events called by the groups of its file."""
    nodes = [Node("start", NodeKind.START, "start", ())] if program.start else []
    nodes += [Node(f"stage:{n}", NodeKind.STAGE, n, (n,)) for n in program.stages]
    several: dict[str, Node] = {}
    ways: dict[tuple[str, str], list[Way]] = {}
    for placing in program.start:
        ways.setdefault(("start", f"stage:{placing.target}"), []).append(_placing(placing))
    for transition in program.transitions:
        for source in _sources(transition, several):
            found = ways.setdefault((source, f"stage:{transition.target}"), [])
            label = short_label(transition, groups)
            found.append(Way(transition.rule, label, full_label(transition)))
    edges = (Edge(source, target, tuple(found)) for (source, target), found in ways.items())
    return Graph(program.lifecycle, (*nodes, *several.values()), tuple(edges))


def _placing(placing: Placing) -> Way:
    label = placing_label(placing)
    return Way(START, label, label or "otherwise")


def _sources(transition: Transition, several: dict[str, Node]) -> Iterator[str]:
    """The key of the one node that a transition leads out of; none if it leads nowhere else."""
    sources = tuple(name for name in transition.sources if name != transition.target)
    if not sources:
        return
    if len(sources) == _ALONE:
        yield f"stage:{sources[0]}"
        return
    title = transition.rule.rpartition("->")[0].strip()
    key = f"several:{title}->{transition.target}"
    several.setdefault(key, Node(key, NodeKind.SEVERAL, title, sources))
    yield key
