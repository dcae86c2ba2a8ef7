"""Expressions: broken before their operators, loosest first."""

from __future__ import annotations

from lifecycle_dsl.fmt.documents import SPACE, Document, Group, Indent, Line, Row, row, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import (
    STEP,
    block,
    bracketed,
    clause,
    enclosed,
    hung,
    listed,
    with_colon,
)
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

_TIGHTNESS = {
    **dict.fromkeys(("or",), 0),
    **dict.fromkeys(("and",), 1),
    **dict.fromkeys(("+", "-"), 3),
    **dict.fromkeys(("*", "/"), 4),
}
_COMPARISON = 2
"""Comparisons and powers don't chain; no line ends in them."""

layout(
    n.Name,
    n.Path,
    n.Declared,
    n.Number,
    n.Duration,
    n.Date,
    n.Instant,
    n.TimeOfDay,
    n.Boolean,
    n.Text,
    n.NameRead,
    n.Member,
    n.Within,
    n.This,
    n.FactSent,
    n.FactHeld,
    n.FactFired,
    n.FactCalled,
    n.FactCredited,
    n.FactJoined,
    n.FactLeft,
    n.FactEntered,
    n.FactStage,
)(in_words)


@layout(n.ListLiteral)
def _list(t: Tokens, node: n.ListLiteral) -> Document:
    return bracketed(t, node.items)


@layout(n.RecordLiteral)
def _record(t: Tokens, node: n.RecordLiteral) -> Document:
    return listed(t, node.fields)


@layout(n.RecordField)
def _record_field(t: Tokens, node: n.RecordField) -> Document:
    return spaced(row(t.word(), t.word(":")), hung(t, lambda: laid(t, node.value)))


@layout(n.Call)
def _call(t: Tokens, node: n.Call) -> Document:
    return row(t.word(), bracketed(t, node.arguments))


@layout(n.Bracketed)
def _bracketed(t: Tokens, node: n.Bracketed) -> Document:
    return enclosed(t.word("("), laid(t, node.inner), t.word(")"))


@layout(n.Unary)
def _unary(t: Tokens, node: n.Unary) -> Document:
    sign = t.word()
    operand = laid(t, node.operand)
    return row(sign, operand) if node.operator == "-" else spaced(sign, operand)


@layout(n.Binary)
def _binary(t: Tokens, node: n.Binary) -> Document:
    """A chain of operators that bind alike, in one go."""
    tightness = _TIGHTNESS.get(node.operator, _COMPARISON)
    links = [node]
    first = node.left
    while (
        tightness != _COMPARISON
        and isinstance(first, n.Binary)
        and _TIGHTNESS.get(first.operator) == tightness
    ):
        links.append(first)
        first = first.left
    parts = [_operand(t, first)]
    for link in reversed(links):
        operator = t.words(link.right.span.start)
        gap = SPACE if tightness == _COMPARISON else Line()
        around = (SPACE, gap) if operator.trails else (gap, SPACE)
        parts += [around[0], operator, around[1], _operand(t, link.right)]
    return Row(parts) if tightness == _COMPARISON else Group(Row(parts))


def _operand(t: Tokens, node: n.Expression) -> Document:
    inner = laid(t, node)
    return Indent(STEP, inner) if isinstance(node, n.Binary | n.Conditional) else inner


@layout(n.IsOneOf)
def _is_one_of(t: Tokens, node: n.IsOneOf) -> Document:
    subject = laid(t, node.subject)
    words = [t.word("is"), *([t.word("not")] if node.negated else []), t.word("one"), t.word("of")]
    return spaced(subject, *words, bracketed(t, node.options))


@layout(n.IsPresent)
def _is_present(t: Tokens, node: n.IsPresent) -> Document:
    return spaced(laid(t, node.subject), t.words(node.span.end))


@layout(n.Default)
def _default(t: Tokens, node: n.Default) -> Document:
    return spaced(laid(t, node.value), t.word("else"), laid(t, node.fallback))


@layout(n.Conditional)
def _conditional(t: Tokens, node: n.Conditional) -> Document:
    """A chain of `else if` in one go, each with a line of its own where they don't fit on one."""
    parts: list[Document] = []
    last: n.Expression = node
    while isinstance(last, n.Conditional):
        case = [t.word("if"), laid(t, last.condition), t.word("then"), _operand(t, last.yes)]
        parts += [spaced(*case), Line(), t.word("else"), SPACE]
        last = last.no
    return Group(Row([*parts, _operand(t, last)]))


@layout(n.Points)
def _points(t: Tokens, node: n.Points) -> Document:
    return spaced(t.word("points"), points(t, node.lines))


def points(t: Tokens, lines: tuple[n.PointLine, ...]) -> Document:
    """Lines of points in braces."""
    return block(t, (laid(t, line) for line in lines))


@layout(n.PointWhen)
def _point_when(t: Tokens, node: n.PointWhen) -> Document:
    head = spaced(t.word("when"), laid(t, node.condition))
    return with_colon(t, head, lambda: laid(t, node.points))


@layout(n.PointOn)
def _point_on(t: Tokens, node: n.PointOn) -> Document:
    head = spaced(t.word("on"), laid(t, node.happenings))
    return with_colon(t, head, lambda: laid(t, node.points))


@layout(n.Memory)
def _memory(t: Tokens, node: n.Memory) -> Document:
    function, opening = t.word(), t.word("(")
    parts: list[Document] = []
    if node.field is not None:
        parts += [t.word(), SPACE, t.word("of"), SPACE]
    parts.append(laid(t, node.happenings))
    if node.window is not None:
        parts.append(clause(laid(t, node.window)))
    if node.keep is not None:
        parts.append(clause(t.word("keep"), t.word()))
    return row(function, enclosed(opening, Row(parts), t.word(")")))
