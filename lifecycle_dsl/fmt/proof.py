"""Whether two readings of a file say the same."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

import attrs

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n

_ATTRIBUTES: Final[dict[type[n.Node], tuple[str, ...]]] = {}
"""What the nodes of a kind say, once looked up."""


class UnprovenError(Exception):
    """The layout of a file would not have been the same file: a bug of the formatter."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} was left as it is: formatted, it {why}")


def same_nodes(one: object, other: object) -> bool:
    """Whether two trees are the same, wherever their nodes stand."""
    todo: list[tuple[object, object]] = [(one, other)]
    while todo:
        mine, theirs = todo.pop()
        if type(mine) is not type(theirs):
            return False
        if isinstance(mine, tuple) and isinstance(theirs, tuple):
            if len(mine) != len(theirs):
                return False
            todo += zip(mine, theirs, strict=True)
        elif isinstance(mine, n.Node):
            names = _attributes(type(mine))
            todo += [(getattr(mine, name), getattr(theirs, name)) for name in names]
        elif mine != theirs and not isinstance(mine, Span):
            return False
    return True


def _attributes(kind: type[n.Node]) -> tuple[str, ...]:
    names = _ATTRIBUTES.get(kind)
    if names is None:
        names = tuple(each.name for each in attrs.fields(kind) if each.name != "span")
        _ATTRIBUTES[kind] = names
    return names


def same_comments(one: n.File, other: n.File) -> bool:
    """Whether two readings have the same comments in the same order."""
    pairs = zip_longest(one.comments, other.comments)
    return all(a is not None and b is not None and a.text == b.text for a, b in pairs)
