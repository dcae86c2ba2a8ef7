"""The tokens of a file in order, each with the comments that stand beside it.

This is the one place that knows where a comment goes: one that follows something on its line stays
behind that, any other stands above what comes next. A layout takes every token once, in order, and
none is left out but brackets that say nothing and hold no comment; so nothing can be lost, doubled
or moved past anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lifecycle_dsl.fmt.documents import SPACE, Document, Remark, Row, Text, Word
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.tokens import DURATION, NUMBER, TIME, Token

_NONE_BEFORE: Final = frozenset({",", ")", "]", ":", "?", "%", ".", "}"})
_NONE_BEHIND: Final = frozenset({"(", "[", "."})
_BLANKS: Final = " \t\r\n"


class OutOfStepError(Exception):
    """A layout expected another token than the one that comes: a bug of this room."""


class Tokens:
    """A place among the tokens; `depth` counts the blocks it is in."""

    def __init__(
        self, source: Source, tokens: Sequence[Token], comments: Sequence[n.Comment], width: int
    ) -> None:
        self._text = source.text
        self._tokens = tokens
        self._at = 0
        self.width = width
        self.depth = 0
        self._above: dict[int, list[Remark]] = {}
        self._behind: dict[int, Remark] = {}
        self._attach(comments)
        self._commented = {*self._above, *self._behind}

    def _attach(self, comments: Sequence[n.Comment]) -> None:
        at = 0
        for comment in comments:
            start = comment.span.start
            while self._tokens[at].start < start:
                at += 1
            line = self._text.rfind("\n", 0, start) + 1
            before = self._text[line:start].rstrip(_BLANKS)
            gap = start - line - len(before)
            remark = Remark(comment.text, self._blank_before(start), start - line, gap)
            if comment.own_line or at == 0:
                self._above.setdefault(at, []).append(remark)
            else:
                self._behind[at - 1] = remark

    def _blank_before(self, at: int) -> bool:
        """Whether a line without anything ends before a place."""
        ends = 0
        while at > 0 and (char := self._text[at - 1]) in _BLANKS:
            ends += char == "\n"
            at -= 1
        return ends > 1

    @property
    def next(self) -> str:
        """The next token, as written."""
        return self._tokens[self._at].text

    def word(self, expected: str | None = None) -> Document:
        """The next token, which must be the one that is expected."""
        at = self._at
        token = self._tokens[at]
        if expected is not None and token.text != expected:
            raise OutOfStepError(f"`{token.text}` stands where `{expected}` should")
        self._at += 1
        text = token.text.rjust(5, "0") if token.kind == TIME else token.text
        if at not in self._commented:
            return Text(text)
        above, behind = self._above.pop(at, ()), self._behind.get(at)
        return Word(text, above, behind, blank=self._blank_before(token.start))

    def words(self, end: int) -> Document:
        """The tokens up to an offset, with blanks where they belong."""
        parts: list[Document] = []
        last = ""
        while (token := self._tokens[self._at]).end <= end and token.start < end:
            if parts and not _close(last, token):
                parts.append(SPACE)
            parts.append(self.word())
            last = token.text
        return parts[0] if len(parts) == 1 else Row(parts)

    def maybe(self, word: str) -> Document | None:
        """The next token if it is this one."""
        return self.word() if self.next == word else None

    def left_out(self, *words: str) -> bool:
        """Whether the next tokens are these and have no comments; then they are not written."""
        places = range(self._at, self._at + len(words))
        if any(at in self._above or at in self._behind for at in places):
            return False
        if [self._tokens[at].text for at in places] != list(words):
            return False
        self._at += len(words)
        return True

    def rest_above(self) -> list[tuple[bool, Document]]:
        """The comments above the next token, taken from it, and before which a line is blank."""
        above = self._above.pop(self._at, ())
        return [(remark.blank, Word("", [remark], None, blank=False)) for remark in above]

    def blank_next(self) -> bool:
        """Whether a blank line stands before the next token and the comments above it."""
        above = self._above.get(self._at)
        return above[0].blank if above else self._blank_before(self._tokens[self._at].start)

    def blank_anywhere_next(self) -> bool:
        """Whether a blank line stands before the next token or a comment above it."""
        start = self._tokens[self._at].start
        return self._blank_before(start) or any(r.blank for r in self._above.get(self._at, ()))

    def ends_line(self) -> bool:
        """Whether the author ended the line before the next token."""
        token = self._tokens[self._at]
        before = self._tokens[self._at - 1].end if self._at else 0
        return "\n" in self._text[before : token.start]

    def finish(self) -> None:
        """Make sure that nothing is left."""
        if self._at != len(self._tokens) - 1 or self._above:
            raise OutOfStepError(f"`{self.next}` was not laid out")

    def column_next(self) -> tuple[int, int]:
        """The column at which the next token stands in its line, and the blanks before it."""
        start = self._tokens[self._at].start
        line = self._text.rfind("\n", 0, start) + 1
        before = self._text[line:start].rstrip(_BLANKS)
        return start - line, start - line - len(before)


def _close(last: str, token: Token) -> bool:
    """Whether nothing stands between two tokens of a plain row of them."""
    if token.text in _NONE_BEFORE or last in _NONE_BEHIND:
        return True
    if ".." in (last, token.text):
        return "|" not in (last, token.text)
    return last == "-" and token.kind in (NUMBER, DURATION)
