"""What every construct needs to become a node: the meaning of its tokens, and common shapes.

An action gets the span of a reduced rule and its parts: nodes, tokens, and None for what the text
left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.literals import Literals
from lifecycle_dsl.syntax.tokens import DATE, DURATION, INSTANT, NUMBER, TEXT, TIME, Token

Parts: TypeAlias = list[Any]
Action: TypeAlias = Callable[["Builder", Span, Parts], Any]


class Builder:
    """Gives the nodes of one source their attributes."""

    def __init__(self, source: Source, literals: Literals) -> None:
        self.source = source
        self._literals = literals
        self._meanings: dict[str, Callable[[Span, str], Any]] = {
            NUMBER: literals.number,
            DURATION: literals.duration,
            TIME: literals.time_of_day,
            DATE: literals.date,
            INSTANT: literals.instant,
            TEXT: literals.text,
        }

    def span(self, token: Token) -> Span:
        """Where a token stands."""
        return Span(self.source, token.start, token.end)

    def plain(self, part: Any) -> Any:
        """What a part is as an attribute: a token's meaning, or the node itself."""
        if not isinstance(part, Token):
            return part
        meaning = self._meanings.get(part.kind, n.Name)
        return meaning(Span(self.source, part.start, part.end), part.text)

    def many(self, parts: Parts) -> tuple[Any, ...]:
        """The parts that are there, as attributes."""
        return tuple(self.plain(part) for part in parts if part is not None)

    def whole(self, part: Any) -> int | None:
        """A count; None if it was left out."""
        return None if part is None else self._literals.count(self.span(part), part.text)

    def fixed(self, part: Any) -> Any:
        """A text in which nothing is computed."""
        return None if part is None else self._literals.fixed_text(self.span(part), part.text)

    def negated(self, parts: Parts) -> bool:
        """Whether a `not` stands among the parts."""
        return any(isinstance(part, Token) and part.text == "not" for part in parts)

    def not_null(self, *operands: n.Expression) -> None:
        """Say so where something is compared with what other languages call nothing."""
        self._literals.not_null(*operands)


def node(kind: type) -> Action:
    """A node whose attributes are the rule's parts, in order."""
    return lambda b, span, parts: kind(span, *map(b.plain, parts))


def gathered(kind: type) -> Action:
    """A node with one attribute: all parts of the rule."""
    return lambda b, span, parts: kind(span, b.many(parts))


def bare(kind: type) -> Action:
    """A node without attributes."""
    return lambda b, span, parts: kind(span)


def braced(kind: type) -> Action:
    """Names with an optional body in braces."""
    return lambda b, span, parts: kind(span, parts[0], parts[1] or (), parts[1] is not None)


def micros(kind: type) -> Action:
    """A node with one length of time."""
    return lambda b, span, parts: kind(span, b.plain(parts[0]).micros)


def optional_micros(b: Builder, part: Any) -> int | None:
    """A length of time; None if it was left out."""
    return None if part is None else b.plain(part).micros


def fixed_text(kind: type) -> Action:
    """A node with one text in which nothing is computed."""
    return lambda b, span, parts: kind(span, b.fixed(parts[0]))


def value(constant: object) -> Action:
    """A rule that stands for one value."""
    return lambda b, span, parts: constant


def several(b: Builder, span: Span, parts: Parts) -> tuple[Any, ...]:
    """The parts themselves."""
    return b.many(parts)


def only(b: Builder, span: Span, parts: Parts) -> Any:
    """The one part itself."""
    return b.plain(parts[0])
