"""Text into tokens, in one scan.

Words are all names here; the parser tells keywords from names. Comments never reach the parser:
they are kept beside it. What people write by habit from other languages (`&&`, `//`, `'text'`) is
reported and read as what it means, so that one slip is one diagnostic; so is everything else that
no rule file may contain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.problems import characters as problems
from lifecycle_dsl.syntax.problems import literals as literal_problems
from lifecycle_dsl.syntax.tokens import (
    DATE,
    DURATION,
    END,
    INSTANT,
    MEMORY_FIELD,
    MEMORY_OF,
    NAME,
    NUMBER,
    TEXT,
    TIME,
    Token,
)

_SCAN = re.compile(
    r"""
    (?P<BLANK>[ \t\r\n]++)
  | (?P<NAME>[A-Za-z_][A-Za-z0-9_]*+(?!(?u:\w)))
  | (?P<COMMENT>\#[^\r\n]*+)
  | (?P<TEXT>"(?:[^"\\\r\n]|\\[^\r\n])*+")
  | (?P<INSTANT>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d++)?+)?+(?:Z|[+-]\d\d:\d\d)(?!\w))
  | (?P<DATE>\d{4}-\d\d-\d\d(?!\w))
  | (?P<TIME>\d\d?:\d\d(?!\w))
  | (?P<DURATION>\d[\d_]*+(?:\.\d[\d_]*+)?+(?:ms|s|min|h|d|w|y)(?!\w|\.\d))
  | (?P<NUMBER>\d[\d_]*+(?:\.\d[\d_]*+)?+(?!\w|\.\d))
  | (?P<FOREIGN>//|/\*|===|!==|&&?|\|\||<>|!(?!=))
  | (?P<SIGN>->|=>|==|!=|<=|>=|\.\.|[-+*/^<>=:,.?%|(){}\[\];])
    """,
    re.VERBOSE | re.ASCII,
)
_ODD = re.compile(
    r"""
    (?P<WORD>[^\W\d]\w*)
  | (?P<UNCLOSED>"[^\r\n]*)
  | (?P<QUOTED>'(?:\\[^\r\n]|[^'\\\r\n])*'|[“”„‟][^“”„‟"\r\n]*[“”„‟"])
  | (?P<FIGURE>[0-9](?:[\w]|\.(?=[0-9]))*)
  | (?P<SIGN>[≤≥≠−–—×])
  | (?P<INVISIBLE>[\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f
                   \u205f-\u206f\u3000\ufeff]+)
    """,
    re.VERBOSE,
)
_WHOLE = {
    "TEXT": TEXT,
    "NAME": NAME,
    "INSTANT": INSTANT,
    "DATE": DATE,
    "TIME": TIME,
    "DURATION": DURATION,
    "NUMBER": NUMBER,
}
_MEMORY = {
    **dict.fromkeys(("count", "since", "seen", "streak"), MEMORY_OF),
    **dict.fromkeys(("sum", "largest", "smallest", "distinct", "most", "last"), MEMORY_FIELD),
}
_LINE_END = re.compile(r"[\r\n]")
_CALLED = re.compile(r"[ \t\r\n]*\(")
_HALF_LIFE = re.compile(r"half-life(?!\w)", re.ASCII)
_MEANT = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "!": "not",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
}
_HIDDEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of writing: with them a text reads other than it runs."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

LONGEST_NAME = 64


class Scanned(NamedTuple):
    """The tokens of a text, the last of which is its end, and the comments between them."""

    tokens: list[Token]
    comments: list[n.Comment]


def scan(span: Span, report: Callable[[Diagnostic], None], end: str) -> Scanned:
    """The tokens of a piece of a source; `end` is what a message calls its end."""
    return _Scan(span, report).run(end)


def hidden_sign(text: str, start: int, end: int) -> re.Match[str] | None:
    """The first sign that turns the direction of writing."""
    return _HIDDEN.search(text, start, end)


class _Scan:
    def __init__(self, span: Span, report: Callable[[Diagnostic], None]) -> None:
        self._source: Source = span.source
        self._text = span.source.text
        self._at = span.start
        self._end = span.end
        self._report = report
        self._tokens: list[Token] = []
        self._comments: list[n.Comment] = []
        self._last_block_comment = self._text.rfind("*/")

    def run(self, end_name: str) -> Scanned:
        """The whole scan."""
        text, end, tokens = self._text, self._end, self._tokens
        match_at, whole, memory = _SCAN.match, _WHOLE, _MEMORY
        while self._at < end:
            start = self._at
            match = match_at(text, start, end)
            if match is None:
                self._odd(start)
                continue
            kind = match.lastgroup
            at = self._at = match.end()
            if kind == "BLANK":
                continue
            if kind == "NAME":
                word = match.group()
                if word in memory and _CALLED.match(text, at, end):
                    tokens.append(Token(memory[word], word, start, at))
                elif word == "half" and (half_life := _HALF_LIFE.match(text, start, end)):
                    self._at = half_life.end()
                    tokens.append(Token("half-life", "half-life", start, self._at))
                else:
                    tokens.append(Token(NAME, word, start, at))
                    if word[0] == "_" or at - start > LONGEST_NAME:
                        self._check_name(word, self._span(start, at))
            elif kind == "SIGN":
                sign = match.group()
                tokens.append(Token(sign, sign, start, at))
            elif kind == "COMMENT":
                self._comment(start, at)
            elif kind == "FOREIGN":
                self._foreign(match.group(), start)
            else:
                tokens.append(Token(whole[kind or ""], match.group(), start, at))
        tokens.append(Token(END, end_name, end, end))
        self._look_for_hidden_signs()
        return Scanned(tokens, self._comments)

    def _span(self, start: int, end: int) -> Span:
        return Span(self._source, start, end)

    def _comment(self, start: int, end: int) -> None:
        text = self._text[start:end].rstrip()
        before = self._tokens[-1].end if self._tokens else -1
        if self._comments:
            before = max(before, self._comments[-1].span.end)
        gap = self._text[max(before, 0) : start]
        own_line = before < 0 or "\n" in gap or "\r" in gap
        span = self._span(start, start + len(text))
        self._comments.append(n.Comment(span, text, own_line))

    def _check_name(self, word: str, span: Span) -> None:
        if word.startswith("__"):
            self._report(problems.reserved_name(span))
        if len(word) > LONGEST_NAME:
            self._report(problems.name_too_long(span))

    def _foreign(self, sign: str, start: int) -> None:
        if sign in _MEANT:
            self._report(problems.foreign_sign(self._span(start, self._at), sign, _MEANT[sign]))
            self._emit(_MEANT[sign], start)
            return
        if sign == "/*" and start + 2 <= self._last_block_comment < self._end:
            self._at = self._text.index("*/", start + 2) + 2
        else:
            line_end = _LINE_END.search(self._text, start, self._end)
            self._at = line_end.start() if line_end else self._end
        self._report(problems.foreign_comment(self._span(start, start + 2), sign))

    def _emit(self, meant: str, start: int) -> None:
        """A word or sign that was meant."""
        self._tokens.append(Token(NAME if meant.isalpha() else meant, meant, start, self._at))

    def _odd(self, start: int) -> None:
        """What no rule file may contain."""
        match = _ODD.match(self._text, start, self._end)
        self._at = match.end() if match else start + 1
        span = self._span(start, self._at)
        kind = match.lastgroup if match else None
        text = match.group() if match else ""
        if kind == "WORD":
            self._report(problems.name_not_ascii(span))
            self._tokens.append(Token(NAME, text, start, self._at, stand_in=True))
        elif kind == "UNCLOSED":
            self._at = start + len(text.rstrip(" \t)}],"))
            self._report(problems.unclosed_text(self._span(start, self._at)))
            self._tokens.append(Token(TEXT, '""', start, self._at, stand_in=True))
        elif kind == "QUOTED":
            self._report(problems.foreign_quotes(span))
            self._tokens.append(Token(TEXT, '""', start, self._at, stand_in=True))
        elif kind == "FIGURE":
            self._figure(text, span)
        elif kind == "SIGN":
            self._report(problems.foreign_sign(span, text, _MEANT[text]))
            self._emit(_MEANT[text], start)
        elif kind == "INVISIBLE":
            self._report(problems.invisible_character(self._span(start, start + 1)))
        else:
            self._unexpected(start)

    def _unexpected(self, start: int) -> None:
        """One diagnostic for a row of characters that mean nothing."""
        while self._at < self._end and not self._means_something(self._at):
            self._at += 1
        self._report(problems.unexpected_character(self._span(start, self._at)))

    def _means_something(self, at: int) -> bool:
        char = self._text[at]
        return (char.isascii() and char not in "@$~`\\'") or bool(_ODD.match(char))

    def _figure(self, text: str, span: Span) -> None:
        """Digits with letters behind them."""
        parts = re.fullmatch(r"([0-9][0-9_]*(?:\.[0-9][0-9_]*)?)(.*)", text)
        amount, unit = (parts[1], parts[2]) if parts else (text, "")
        first_unit = re.match(r"[a-z]*", unit)
        if (
            re.search(r"[a-z][0-9]+[a-z]", unit)
            and first_unit
            and literal_problems.is_unit(first_unit[0])
        ):
            self._report(literal_problems.two_units(span))
            self._tokens.append(Token(DURATION, "0s", span.start, span.end, stand_in=True))
        elif not unit.isalpha():
            self._report(literal_problems.malformed_number(span))
            self._tokens.append(Token(NUMBER, "0", span.start, span.end, stand_in=True))
        else:
            self._report(literal_problems.unknown_duration_unit(span, amount, unit))
            self._tokens.append(Token(DURATION, "0s", span.start, span.end, stand_in=True))

    def _look_for_hidden_signs(self) -> None:
        """Signs inside texts and comments that make them read other than they are."""
        inside = [(token.start, token.end) for token in self._tokens if token.kind == TEXT]
        inside += [(comment.span.start, comment.span.end) for comment in self._comments]
        for start, end in inside:
            for hidden in (_HIDDEN, _CONTROL):
                if found := hidden.search(self._text, start, end):
                    place = self._span(found.start(), found.end())
                    self._report(problems.invisible_character(place))
