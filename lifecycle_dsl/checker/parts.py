"""Going through nodes: everything that one is made of."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from lifecycle_dsl.syntax import nodes


def parts_of(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and all nodes in it, but for mere names; the order is that of nothing."""
    work: list[object] = [node]
    while work:
        each = work.pop()
        if isinstance(each, tuple):
            work.extend(each)
        elif isinstance(each, nodes.Node) and not isinstance(each, nodes.Name | nodes.Declared):
            yield each
            work.extend(getattr(each, key) for key in _attributes(type(each)))


_ATTRIBUTES: dict[type, tuple[str, ...]] = {}


def _attributes(kind: type[nodes.Node]) -> tuple[str, ...]:
    found = _ATTRIBUTES.get(kind)
    if found is None:
        found = tuple(each.name for each in attrs.fields(kind) if each.name != "span")
        _ATTRIBUTES[kind] = found
    return found
