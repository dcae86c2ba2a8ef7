"""An order in which everything comes after what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def order_of(graph: Graph) -> tuple[list[str], list[list[str]]]:
    """Names with what they need before them, and the circles on the way (first name = last)."""
    done: set[str] = set()
    order: list[str] = []
    circles: list[list[str]] = []
    for root in graph:
        if root in done:
            continue
        path = [root]
        on_path = {root}
        work: list[Iterator[str]] = [iter(graph[root])]
        while work:
            following = next(work[-1], None)
            if following is None:
                work.pop()
                name = path.pop()
                on_path.discard(name)
                done.add(name)
                order.append(name)
            elif following in on_path:
                circles.append([*path[path.index(following) :], following])
            elif following in graph and following not in done:
                path.append(following)
                on_path.add(following)
                work.append(iter(graph[following]))
    return order, circles
