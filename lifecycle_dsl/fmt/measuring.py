"""Attribution."""

from __future__ import annotations

from lifecycle_dsl.fmt.documents import Document, row, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import block, clause, clauses, commas, hang
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.TouchSends,
    n.AttributionWithin,
    n.CreditFirst,
    n.CreditLast,
    n.CreditLinear,
    n.CreditTimeDecay,
)(in_words)


@layout(n.Attribution)
def _attribution(t: Tokens, node: n.Attribution) -> Document:
    head = hang(t.word("attribution"), laid(t, node.declared))
    return spaced(head, block(t, (laid(t, item) for item in node.items)))


@layout(n.Touch)
def _touch(t: Tokens, node: n.Touch) -> Document:
    start = spaced(t.word("touch"), laid(t, node.happenings))
    named = [clause(t.word(), t.word()) for name in (node.channel, node.campaign) if name]
    return clauses(start, *named)


@layout(n.Conversion)
def _conversion(t: Tokens, node: n.Conversion) -> Document:
    start = spaced(t.word("conversion"), laid(t, node.happenings))
    return clauses(start, clause(t.word("worth"), laid(t, node.worth)))


@layout(n.AttributionModel)
def _model(t: Tokens, node: n.AttributionModel) -> Document:
    return hang(t.word("model"), laid(t, node.model))


@layout(n.CreditPosition)
def _position(t: Tokens, node: n.CreditPosition) -> Document:
    del node
    position = t.word("position")
    return spaced(position, row(t.word(), t.word("/"), t.word(), t.word("/"), t.word()))


@layout(n.CreditCustom)
def _custom(t: Tokens, node: n.CreditCustom) -> Document:
    start = spaced(t.word("custom"), laid(t, node.weight))
    return row(start, clause(t.word("over"), commas(t, node.names)))
