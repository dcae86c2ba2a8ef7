"""Nodes and programs as an indented tree, without spans and without what is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import cast

import attrs

from lifecycle_dsl.source import Source, Span


def tree(root: object) -> str:
    """The tree, one line a node, without a line end after the last."""
    return "\n".join(_lines(root, ""))


def _lines(node: object, name: str) -> Iterator[str]:
    head = f"{name}: " if name else ""
    match node:
        case Enum():
            yield f"{head}{node.name}"
        case Mapping():
            yield f"{name or 'mapping'}"
            for key, item in node.items():
                yield from _indented(item, str(key))
        case tuple() | list():
            for at, item in enumerate(node):
                yield from _lines(item, f"{name}[{at}]")
        case _ if attrs.has(type(node)):
            yield from _fields(cast("attrs.AttrsInstance", node), head)
        case _:
            yield f"{head}{node!r}"


def _fields(node: attrs.AttrsInstance, head: str) -> Iterator[str]:
    """A line for the node with its plain fields, then those that nest."""
    rows = [(each.name, getattr(node, each.name)) for each in attrs.fields(type(node)) if each.repr]
    rows = [(name, value) for name, value in rows if _tells(value)]
    plain = "".join(f" {name}={value!r}" for name, value in rows if not _nests(value))
    yield f"{head}{type(node).__name__}{plain}"
    for name, value in rows:
        if _nests(value):
            yield from _indented(value, name)


def _indented(node: object, name: str) -> Iterator[str]:
    for line in _lines(node, name):
        yield f"  {line}"


def _tells(value: object) -> bool:
    empty = value is None or value is False or (isinstance(value, tuple | Mapping) and not value)
    return not empty and not isinstance(value, Span | Source) and not callable(value)


def _nests(value: object) -> bool:
    return isinstance(value, tuple | list | Mapping | Enum) or attrs.has(type(value))
