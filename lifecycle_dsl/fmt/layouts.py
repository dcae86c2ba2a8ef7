"""Which layout a node has: one row per kind, added beside the layouts of each construct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from lifecycle_dsl.fmt.documents import Document
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

Layout = Callable[[Tokens, Any], Document]
Made = TypeVar("Made", bound=Layout)

LAYOUTS: Final[dict[type[n.Node], Layout]] = {}
"""A layout takes the tokens of its node, all and in order, and says how they are laid out."""


def layout(*kinds: type[n.Node]) -> Callable[[Made], Made]:
    """Makes a function the layout of kinds of nodes."""

    def enter(function: Made) -> Made:
        LAYOUTS.update(dict.fromkeys(kinds, function))
        return function

    return enter


def laid(t: Tokens, node: n.Node) -> Document:
    """A node as a document."""
    return LAYOUTS[type(node)](t, node)


def in_words(t: Tokens, node: n.Node) -> Document:
    """The layout of what is short: its words, with blanks where they belong."""
    return t.words(node.span.end)
