"""What a page is made of: sentences with sentences below them."""

from __future__ import annotations

from attrs import frozen


@frozen
class Item:
    """A sentence, and what stands below it; `numbered` if that is done in order."""

    text: str
    inner: tuple[Item, ...] = ()
    numbered: bool = False


@frozen
class Entry:
    """A declaration: its name, a title of its own if it has one, what its author says, the rest."""

    name: str
    title: str | None
    introduction: str
    items: tuple[Item, ...]
    numbered: bool = False
    """Whether the items are done in order."""
    leads: tuple[str, ...] = ()
    """Sentences before the items."""


@frozen
class Grid:
    """A table: its name, introduction, how to read it, the heads of its columns and the rows."""

    name: str
    introduction: str
    reading: str
    heads: tuple[str, ...]
    inputs: int
    """How many of the columns are asked; the others are given."""
    rows: tuple[tuple[str, ...], ...]
