"""Brackets into pairs, before anything is parsed.

One linear scan. A bracket without a partner is reported where it stands, with the place where that
was noticed: at a bracket that doesn't fit, at the next declaration, at the end. What is missing is
put in, so that the parser sees pairs; a closing bracket too many is left for the parser, which may
find that an opening one is missing.
"""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax.problems import grammar as problems
from lifecycle_dsl.syntax.tokens import CLOSERS, END, NAME, OPENERS, TEXT, Token

DEEPEST = 64
"""Brackets within one another."""

_HEADS: dict[str, tuple[set[str], ...]] = {
    **dict.fromkeys(("lifecycle", "event", "channel", "topic", "action"), ({NAME},)),
    **dict.fromkeys(("use", "timezone"), ({TEXT},)),
    **dict.fromkeys(("let", "level", "segment", "group", "season", "param"), ({NAME}, {"=", NAME})),
    **dict.fromkeys(("score", "route", "attribution"), ({NAME}, {"{", NAME})),
    **dict.fromkeys(("test", "always"), ({TEXT}, {"{"})),
    "trait": ({NAME}, {":", ",", NAME}),
    "stage": ({NAME}, {"{", ",", NAME}),
    "trigger": ({NAME}, {"{", TEXT, NAME}),
    "table": ({NAME}, {"(", NAME}),
    "model": ({NAME}, {"="}),
    "start": ({"{"},),
    "from": ({NAME}, {NAME, ",", "->"}),
}
"""How a declaration looks at its first tokens, for those that look like nothing else in a block."""


def starts_line(source: Source, token: Token) -> bool:
    """Whether only blanks stand before a token on its line."""
    at = token.start
    text = source.text
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    return at == 0 or text[at - 1] in "\r\n"


def is_head(source: Source, tokens: list[Token], at: int) -> bool:
    """Whether it looks as if a declaration starts at a token, which starts a line."""
    shapes = _HEADS.get(tokens[at].text)
    if shapes is None or not starts_line(source, tokens[at]):
        return False
    behind = tokens[at + 1 : at + 1 + len(shapes)]
    return all(token.kind in shape for token, shape in zip(behind, shapes, strict=False))


def _indent(source: Source, token: Token) -> int:
    """How far the line of a token is indented, in characters."""
    text = source.text
    start = max(text.rfind("\n", 0, token.start), text.rfind("\r", 0, token.start)) + 1
    return len(text[start : token.start]) - len(text[start : token.start].lstrip(" \t"))


def paired(
    source: Source, tokens: list[Token], report: Callable[[Diagnostic], None]
) -> list[Token] | None:
    """The tokens with every opened bracket closed; None where they are nested too deeply."""
    opened: list[str] = []
    balanced = True
    for token in tokens:
        kind = token.kind
        if kind in OPENERS:
            opened.append(OPENERS[kind])
            if len(opened) > DEEPEST:
                report(problems.nested_too_deeply(token.span(source)))
                return None
        elif kind in CLOSERS:
            if not opened or not _fits(opened[-1], kind):
                balanced = False
            if opened:
                opened.pop()
        elif kind == ".." and opened and opened[-1] != "}":
            opened[-1] = _RANGE
    return tokens if balanced and not opened else _Pairing(source, report).close(tokens)


_RANGE = ".."
"""What closes a range such as `[25..50)`: either bracket."""


def _fits(expected: str, closing: str) -> bool:
    return expected == closing or (expected == _RANGE and closing in ")]")


class _Pairing:
    def __init__(self, source: Source, report: Callable[[Diagnostic], None]) -> None:
        self._source = source
        self._report = report
        self._opened: list[tuple[Token, str]] = []
        self._closed: list[Token] = []

    def close(self, tokens: list[Token]) -> list[Token]:
        """The tokens with what is missing put in."""
        for at, token in enumerate(tokens):
            kind = token.kind
            if kind in OPENERS:
                self._opened.append((token, OPENERS[kind]))
            elif kind in CLOSERS:
                self._meet(token)
            elif kind == ".." and self._opened and self._opened[-1][1] != "}":
                self._opened[-1] = self._opened[-1][0], _RANGE
            elif kind == END or (
                kind == NAME and self._opened and is_head(self._source, tokens, at)
            ):
                while self._opened:
                    self._close_last(token)
            self._closed.append(token)
        return self._closed

    def _meet(self, token: Token) -> None:
        """A closing bracket: close what it leaves open, if there is something for it to close."""
        if any(_fits(expected, token.kind) for _, expected in self._opened):
            if token.kind == "}" and starts_line(self._source, token):
                self._align(token)
            while not _fits(self._opened[-1][1], token.kind):
                self._close_last(token)
            self._opened.pop()

    def _align(self, token: Token) -> None:
        """Leave to an aligned bracket what it closes by the look of it."""
        column = _indent(self._source, token)
        fitting = [
            height
            for height, (opening, expected) in enumerate(self._opened)
            if _fits(expected, token.kind) and _indent(self._source, opening) == column
        ]
        while fitting and fitting[-1] < len(self._opened) - 1:
            if _indent(self._source, self._opened[-1][0]) <= column:
                return
            self._close_last(token)

    def _close_last(self, noticed: Token) -> None:
        opening, expected = self._opened.pop()
        closing = ")" if expected == _RANGE else expected
        place = noticed.span(self._source)
        self._report(problems.unclosed_bracket(opening.span(self._source), closing, place))
        end = self._closed[-1].end
        self._closed.append(Token(closing, closing, end, end))
