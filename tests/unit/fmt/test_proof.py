"""The formatter doubts itself: a layout that is wrong never leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lifecycle_dsl.fmt import UnprovenError, format_source
from lifecycle_dsl.fmt.documents import Document, Row, Text, Word
from lifecycle_dsl.fmt.layouts import LAYOUTS, Layout
from lifecycle_dsl.fmt.proof import same_nodes
from lifecycle_dsl.fmt.tokens import OutOfStepError, Tokens
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax import parse

TEXT = "let  a = 1 # one\nlet b = 2\n"

Spoil = Callable[[Layout], Layout]


def another_number(_: Layout) -> Layout:
    def layout(t: Tokens, node: Any) -> Document:
        t.words(node.span.end)
        return Text("3")

    return layout


def no_number(layout: Layout) -> Layout:
    def spoilt(t: Tokens, node: Any) -> Document:
        layout(t, node)
        return Row(())

    return spoilt


def no_comment(layout: Layout) -> Layout:
    def spoilt(t: Tokens, node: Any) -> Document:
        found = layout(t, node)
        parts = found.parts if isinstance(found, Row) else [found]
        return Row([Text(each.text) if isinstance(each, Word) else each for each in parts])

    return spoilt


def once_more_each_time(layout: Layout) -> Layout:
    """A bracket more, until there are three."""

    def spoilt(t: Tokens, node: Any) -> Document:
        blanks = 1 + t._text.count("  2")
        return Row((Text(" " * (blanks % 3)), layout(t, node)))

    return spoilt


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (another_number, "would say something else"),
        (no_number, "could not be read any more"),
        (no_comment, "would not keep its comments"),
        (once_more_each_time, "would change again when formatted again"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_a_wrong_layout_makes_is_refused(
    spoil: Spoil, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LAYOUTS, n.Number, spoil(LAYOUTS[n.Number]))
    with pytest.raises(UnprovenError, match=f"^a.lcr was left as it is: formatted, it {why}$"):
        format_source(Source("a.lcr", TEXT))


def test_a_layout_takes_all_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYOUTS, n.Number, lambda *_: Text("1"))
    with pytest.raises(OutOfStepError, match="`1` stands where `let` should"):
        format_source(Source("a.lcr", TEXT))
    with pytest.raises(OutOfStepError, match="`2` was not laid out"):
        format_source(Source("a.lcr", "let b = 2\n"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("let a = 1", "let a = 2"),
        ("let a = 1", "let b = 1"),
        ("let a = 1", "let a = 1 let b = 1"),
        ("let a = 1", "let a = (1)"),
        ("let a = b + c", "let a = b - c"),
        ("event a", "event a {}"),
        ('let a = "b"', 'let a = "c"'),
        ("segment a", "segment a = true"),
    ],
)
def test_nodes_that_differ_are_told_apart(one: str, other: str) -> None:
    nodes = [parse(Source("a.lcr", text)).file.declarations for text in (one, f"\n {one}", other)]
    assert same_nodes(nodes[0], nodes[1])
    assert not same_nodes(nodes[0], nodes[2])
