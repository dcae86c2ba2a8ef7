"""Every kind of node has a layout, and no layout is for nothing."""

from __future__ import annotations

import inspect
from typing import get_args

from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.fmt.layouts import LAYOUTS
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes as n

NOT_LAID_OUT = {n.Node, n.Expression, n.File, n.Comment}
"""Kinds of kinds, the whole, and what the tokens bring along."""


def kinds_of_nodes() -> set[type[n.Node]]:
    found = {each for _, each in inspect.getmembers(n, inspect.isclass) if issubclass(each, n.Node)}
    return found - NOT_LAID_OUT


def test_every_kind_of_node_has_a_layout() -> None:
    assert format_source(Source("a", "")).text == ""
    assert kinds_of_nodes() == set(LAYOUTS)


def test_a_file_consists_of_kinds_that_have_one() -> None:
    assert set(get_args(n.Declaration)) <= set(LAYOUTS)
