"""Channels, topics, what guards a message, and routes."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.fmt.documents import Document, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import commas, hang, headed, names_after_equals, with_colon
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.Cost,
    n.Transactional,
    n.OwnCap,
    n.QuietHours,
    n.QuietDays,
    n.QuietSeason,
    n.Quiet,
    n.DateRange,
    n.Holdout,
)(in_words)


@layout(n.Channel, n.Topic)
def _channel(t: Tokens, node: n.Channel | n.Topic) -> Document:
    head = hang(t.word(), commas(t, node.names))
    return headed(t, head, lambda: (laid(t, each) for each in node.rules)) if node.braced else head


@layout(n.Consent)
def _consent(t: Tokens, node: n.Consent) -> Document:
    return hang(t.word("consent"), laid(t, node.condition))


@layout(n.Block)
def _block(t: Tokens, node: n.Block) -> Document:
    return hang(t.word("block"), t.word(), t.word("when"), laid(t, node.condition))


@layout(n.Season)
def _season(t: Tokens, node: n.Season) -> Document:
    head = hang(t.word("season"), laid(t, node.declared))
    return names_after_equals(t, head, node.ranges)


@layout(n.Cap)
def _cap(t: Tokens, node: n.Cap) -> Document:
    cap = t.word("cap")
    names = t.word("all") if node.channels is None else commas(t, node.channels)
    return hang(cap, names, t.words(node.span.end))


@layout(n.Route)
def _route(t: Tokens, node: n.Route) -> Document:
    def lines() -> Iterator[Document]:
        yield from (laid(t, line) for line in node.lines)
        otherwise = node.otherwise
        if otherwise is not None:
            yield with_colon(t, t.word("otherwise"), lambda: commas(t, otherwise))
        if node.preferences:
            yield hang(t.word("prefer"), commas(t, node.preferences))

    return headed(t, hang(t.word("route"), laid(t, node.declared)), lines)


@layout(n.RouteLine)
def _route_line(t: Tokens, node: n.RouteLine) -> Document:
    return with_colon(t, hang(commas(t, node.stages)), lambda: commas(t, node.channels))


@layout(n.Preference)
def _preference(t: Tokens, node: n.Preference) -> Document:
    return spaced(t.word(), t.word("by"), laid(t, node.value))
