"""Ranks: every edge leads to a higher rank, but for those that lead back.

What leads back is found by a walk from the start in the order of the file: an edge to a stage that
the walk is still under. A node for several stages stands just above where it leads; the walk goes
through it, so that a way back from there (won back, no longer at risk) counts as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifecycle_dsl.drawing.graph import Graph, NodeKind


def ranks(graph: Graph) -> dict[str, int]:
    """The rank of each node, from 0."""
    kinds = {node.key: node.kind for node in graph.nodes}
    several = {node.key: node for node in graph.nodes if node.kind is NodeKind.SEVERAL}
    plain = [(e.source, e.target) for e in graph.edges if e.source not in several]
    through = [
        (f"stage:{stage}", edge.target)
        for edge in graph.edges
        if edge.source in several
        for stage in several[edge.source].stages
    ]
    keys = [key for key in kinds if key not in several]
    back = _leading_back(keys, [*plain, *through])
    turned = {(b, a) if (a, b) in back else (a, b) for a, b in plain}
    found = _longest_paths(keys, turned)
    _pull_down(keys, turned, found)
    lead = {edge.source: edge.target for edge in graph.edges if edge.source in several}
    found |= {key: found[target] - 1 for key, target in lead.items()}
    lowest = min(found.values(), default=0)
    return {key: rank - lowest for key, rank in found.items()}


def _leading_back(
    keys: Iterable[str], edges: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The edges to a node that the walk is still under."""
    place = {key: at for at, key in enumerate(keys)}
    outward: dict[str, list[str]] = {key: [] for key in place}
    for a, b in edges:
        if b not in outward[a]:
            outward[a].append(b)
    for targets in outward.values():
        targets.sort(key=place.__getitem__)
    back: set[tuple[str, str]] = set()
    under: set[str] = set()
    done: set[str] = set()
    for root in place:
        if root in done:
            continue
        stack = [(root, iter(outward[root]))]
        under.add(root)
        while stack:
            key, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                under.discard(key)
                done.add(key)
            elif following in under:
                back.add((key, following))
            elif following not in done:
                under.add(following)
                stack.append((following, iter(outward[following])))
    return frozenset(back)


def _longest_paths(keys: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The length of the longest path to each node; the edges have no circle."""
    found = dict.fromkeys(keys, 0)
    listed = sorted(edges)
    for _ in found:
        changed = False
        for a, b in listed:
            if found[b] < found[a] + 1:
                found[b] = found[a] + 1
                changed = True
        if not changed:
            break
    return found


def _pull_down(
    keys: Iterable[str], edges: Iterable[tuple[str, str]], found: dict[str, int]
) -> None:
    """Nodes that nothing leads to go down to just above the first one that they lead to."""
    below: Mapping[str, list[str]] = {key: [] for key in keys}
    led_to = set()
    for a, b in edges:
        below[a].append(b)
        led_to.add(b)
    for key, lower in below.items():
        if lower and key not in led_to:
            found[key] = min(found[each] for each in lower) - 1
