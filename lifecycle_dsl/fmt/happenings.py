"""Happenings, dates and stages: lists that go on in further lines."""

from __future__ import annotations

from lifecycle_dsl.fmt.documents import Document, Row, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import clause, commas
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.NamedHappening,
    n.AnyEvent,
    n.Enter,
    n.Leave,
    n.Rises,
    n.Falls,
    n.SentMessage,
    n.ShiftedDates,
    n.YearlyDate,
)(in_words)


@layout(n.Happenings)
def _happenings(t: Tokens, node: n.Happenings) -> Document:
    parts = [commas(t, node.elements)]
    if node.where is not None:
        parts.append(clause(t.word("where"), laid(t, node.where)))
    return Row(parts)


@layout(n.AnyStage)
def _any_stage(t: Tokens, node: n.AnyStage) -> Document:
    if not node.excepted:
        return t.word("any")
    return spaced(t.word("any"), t.word("except"), commas(t, node.excepted))


@layout(n.NamedStages)
def _named_stages(t: Tokens, node: n.NamedStages) -> Document:
    return commas(t, node.names)
