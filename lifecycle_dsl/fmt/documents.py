"""Documents: text that may be laid out in several ways, after Oppen and Wadler.

A group is written on one line where it fits; else the line breaks directly in it are line ends, and
the groups inside it choose for themselves. What a rule file brings along is a word with its
comments: those above it, each on a line of its own, and the one behind it, which ends the line.
Wherever a comment stands, the line ends after it; a group that would go on after one is broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

ENDLESS: Final = 10**9
"""The width of what can't stand on one line."""


class Remark(NamedTuple):
    """A comment: its text, whether a blank line stood before it, and where it stood on its line.

    `gap` counts the blanks between it and what stood before it on that line.
    """

    text: str
    blank: bool
    column: int
    gap: int


class Piece:
    """A piece of the output.

    `width` is its length on one line, comments not counted; `leads` and `trails` say whether its
    first word has comments above and its last one a comment behind it.
    """

    __slots__ = ("leads", "trails", "width")
    width: int
    leads: bool
    trails: bool

    @property
    def broken(self) -> bool:
        """Whether it can't stand on one line."""
        return self.width >= ENDLESS


class Text(Piece):
    """Characters without a line end."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text
        self.width = len(text)
        self.leads = self.trails = False


class Word(Piece):
    """A token with comments; `blank` says whether a blank line stood between them and it.

    Without text it is the comments alone.
    """

    __slots__ = ("above", "behind", "blank", "text")

    def __init__(
        self, text: str, above: Sequence[Remark], behind: Remark | None, *, blank: bool
    ) -> None:
        self.text = text
        self.above = above
        self.behind = behind
        self.blank = blank
        self.width = len(text)
        self.leads = bool(above)
        self.trails = behind is not None or not text


class Line(Piece):
    """A line end, or on one line `flat`; `blank` asks for a blank line at the line end."""

    __slots__ = ("blank", "flat")

    def __init__(self, flat: str = " ", *, blank: bool = False) -> None:
        self.flat = flat
        self.blank = blank
        self.width = len(flat)
        self.leads = self.trails = False


class Row(Piece):
    """Documents one after the other."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Document]) -> None:
        self.parts = parts
        width = 0
        leads = trails = False
        started = False
        for part in parts:
            width += part.width
            if trails or (started and part.leads):
                width = ENDLESS
            if not started:
                leads = part.leads
            started = started or part.width > 0 or part.leads
            trails = part.trails or (trails and part.width == 0)
        self.width = min(width, ENDLESS)
        self.leads = leads
        self.trails = trails


class Indent(Piece):
    """A document whose line ends are followed by so many more blanks."""

    __slots__ = ("by", "inner")

    def __init__(self, by: int, inner: Document) -> None:
        self.by = by
        self.inner = inner
        self.width = inner.width
        self.leads = inner.leads
        self.trails = inner.trails


class Group(Piece):
    """A document that is on one line where it fits, else broken; the two may differ in padding."""

    __slots__ = ("flat", "tall")

    def __init__(
        self, flat: Document, tall: Document | None = None, *, open_: bool = False
    ) -> None:
        self.flat = flat
        self.tall = flat if tall is None else tall
        self.width = ENDLESS if open_ else flat.width
        self.leads = flat.leads
        self.trails = flat.trails


Document = Text | Word | Line | Row | Indent | Group

SPACE: Final = Text(" ")


def row(*parts: Document) -> Document:
    """Documents without anything between them."""
    return Row(parts)


def spaced(*parts: Document) -> Document:
    """Documents with a blank between them."""
    return joined(parts, SPACE)


def joined(parts: Iterable[Document], separator: Document) -> Document:
    """Documents with the same between them."""
    found: list[Document] = []
    for part in parts:
        if found:
            found.append(separator)
        found.append(part)
    return Row(found)


def filled(parts: Sequence[Document]) -> Document:
    """As many of the documents on each line as fit."""
    return Row([*parts[:1], *(Group(Row((Line(), part))) for part in parts[1:])])
