"""Nodes as an indented tree, without spans and without what is empty."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import import_module

import attrs

from lifecycle_dsl.source import Span
from tests.caseformat.markdown import Case


def nodes(case: Case) -> str:
    """The tree of the case's rule file."""
    file = import_module("lifecycle_dsl.syntax").parse(case.source).file
    return "".join(f"{line}\n" for line in _tree(file, ""))


def _tree(node: object, name: str) -> Iterator[str]:
    head = f"{name}: " if name else ""
    if isinstance(node, tuple | list):
        for at, item in enumerate(node):
            yield from _tree(item, f"{name}[{at}]")
    elif isinstance(node, Enum):
        yield f"{head}{node.name}"
    elif attrs.has(kind := type(node)):
        fields = [(field.name, getattr(node, field.name)) for field in attrs.fields(kind)]
        fields = [(key, value) for key, value in fields if _tells(value)]
        plain = [f" {key}={value!r}" for key, value in fields if not _nests(value)]
        yield f"{head}{type(node).__name__}{''.join(plain)}"
        for key, value in fields:
            if _nests(value):
                yield from (f"  {line}" for line in _tree(value, key))
    else:
        yield f"{head}{node!r}"


def _tells(value: object) -> bool:
    return not isinstance(value, Span) and value is not None and value != ()


def _nests(value: object) -> bool:
    return isinstance(value, tuple | list | Enum) or attrs.has(type(value))
