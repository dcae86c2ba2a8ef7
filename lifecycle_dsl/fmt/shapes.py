"""The shapes that all constructs share: blocks, lists, clauses, and what follows an `=`.

A block that its author began on a new line stays open; any other is on one line where it fits. What
goes on in a further line is indented by four, so that it can't be taken for what is in a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from lifecycle_dsl.fmt.columns import Aligned, aligned
from lifecycle_dsl.fmt.documents import (
    SPACE,
    Document,
    Group,
    Indent,
    Line,
    Row,
    filled,
    joined,
    row,
    spaced,
)
from lifecycle_dsl.fmt.layouts import laid
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

STEP: Final = 2
"""Blanks per level of blocks."""
HANG: Final = 4
"""Blanks before a line that goes on."""

_ENCLOSED: Final = frozenset({"{", "[", "points"})

Align = Callable[[Sequence[Document], Sequence[bool], int, int], Sequence[Document]]
"""Items, before which of them a line is blank, their indentation, the width: items in columns."""


def hang(*parts: Document) -> Document:
    """Words of which further lines are indented."""
    return Indent(HANG, spaced(*parts))


def clause(*parts: Document) -> Document:
    """Words that start a line of their own where they don't fit behind what is before them."""
    return Group(row(Line(), spaced(*parts)))


def clauses(*parts: Document) -> Document:
    """Words and the clauses behind them, those that start a line indented."""
    return Indent(HANG, Row(parts))


def block(t: Tokens, items: Iterator[Document], align: Align = aligned) -> Document:
    """Items in braces, laid out as they are asked for; on one line two blanks are between them."""
    opening = t.word("{")
    opened = t.ends_line()
    t.depth += 1
    found: list[Document] = []
    blanks: list[bool] = []
    while True:
        blank = t.blank_next() and bool(found)
        item = next(items, None)
        if item is None:
            break
        found.append(item)
        blanks.append(blank)
    for blank, comment in t.rest_above():
        blanks.append(blank and bool(found))
        found.append(comment)
    t.depth -= 1
    closing = t.word("}")
    if not found:
        return row(opening, closing)
    columns = align(found, blanks, (t.depth + 1) * STEP, t.width)
    flat = _braced(opening, joined(found, Line("  ")), closing)
    return Group(flat, _braced(opening, _lines(columns, blanks), closing), open_=opened)


def _lines(items: Sequence[Document], blanks: Sequence[bool]) -> Document:
    parts: list[Document] = []
    for item, blank in zip(items, blanks, strict=True):
        if parts:
            parts.append(Line(blank=blank))
        parts.append(item)
    return Row(parts)


def _braced(opening: Document, inner: Document, closing: Document) -> Document:
    return row(opening, Indent(STEP, row(Line(), inner)), Line(), closing)


def listed(t: Tokens, nodes: Sequence[n.Node]) -> Document:
    """Nodes with commas between them, in braces."""
    opening = t.word("{")
    opened = t.ends_line()
    t.depth += 1
    items, breaks = _items(t, nodes)
    for blank, comment in t.rest_above():
        items.append(comment)
        breaks.append(Line(blank=blank))
    t.depth -= 1
    closing = t.word("}")
    if not items:
        return row(opening, closing)
    flat = _braced(opening, joined(items, Line()), closing)
    inner = _in_lines(items, breaks) if opened else filled(items)
    return Group(flat, _braced(opening, inner, closing), open_=opened)


def _items(t: Tokens, nodes: Sequence[n.Node]) -> tuple[list[Document], list[Line | None]]:
    """Nodes with the commas behind them, and the line ends before them."""
    items: list[Document] = []
    breaks: list[Line | None] = []
    for node in nodes:
        breaks.append(Line(blank=t.blank_next()) if t.ends_line() else None)
        items.append(with_comma(t, node))
    return items, breaks


def _in_lines(items: Sequence[Document], breaks: Sequence[Line | None]) -> Document:
    """Items in the lines their author gave them, and in more where they don't fit."""
    parts: list[Document] = []
    for item, end in zip(items, breaks, strict=True):
        if parts:
            parts.append(Group(row(Line(), item)) if end is None else row(end, item))
        else:
            parts.append(item)
    return Row(parts)


def bracketed(t: Tokens, nodes: Sequence[n.Node]) -> Document:
    """Nodes with commas between them, in round or square brackets."""
    opening = t.word()
    items = [with_comma(t, node) for node in nodes]
    items += [comment for _, comment in t.rest_above()]
    return enclosed(opening, filled(items), t.word())


def enclosed(opening: Document, inner: Document, closing: Document) -> Document:
    """Something in brackets, on lines of its own where it doesn't fit."""
    if not inner.width and not inner.leads:
        return row(opening, closing)
    return Group(row(opening, Indent(STEP, row(Line(""), inner)), Line(""), closing))


def commas(t: Tokens, nodes: Sequence[n.Node]) -> Document:
    """Nodes with commas between them, as many on each line as fit."""
    return filled([with_comma(t, node) for node in nodes])


def with_comma(t: Tokens, node: n.Node) -> Document:
    """A node of a list, and the comma behind it."""
    item = laid(t, node)
    comma = t.maybe(",")
    return item if comma is None else row(item, comma)


def names_after_equals(t: Tokens, head: Document, nodes: Sequence[n.Node]) -> Document:
    """`= A, B, ...` behind a head; in the author's lines where they don't fit on one."""
    stood = t.column_next()
    sign = t.word("=")
    opened = t.ends_line()
    items, breaks = _items(t, nodes)
    flat = row(sign, Line(), joined(items, Line()))
    lines = _in_lines(items, breaks) if opened else filled(items)
    return Aligned(head, Group(flat, row(sign, Indent(STEP, row(Line(), lines)))), stood)


def equals(
    t: Tokens, head: Document, lay: Callable[[], Document], *, in_braces: bool = False
) -> Document:
    """`= VALUE` behind a head; the value has lines of its own where it doesn't fit."""
    stood = t.column_next()
    sign = t.word("=")
    if in_braces:
        return Aligned(head, row(sign, SPACE, lay()), stood)
    return Aligned(head, Group(row(sign, Indent(STEP, row(Line(), lay())))), stood)


def headed(t: Tokens, head: Document, items: Callable[[], Iterable[Document]]) -> Document:
    """A head and a block of items."""
    stood = t.column_next()
    return Aligned(head, block(t, iter(items())), stood)


def with_colon(t: Tokens, head: Document, value: Callable[[], Document]) -> Document:
    """`HEAD: VALUE`; the values of neighbours stand in a column."""
    head = row(head, t.word(":"))
    return Aligned(head, hung(t, value))


def hung(t: Tokens, value: Callable[[], Document]) -> Document:
    """A value of which further lines are indented, unless it is in brackets itself."""
    return value() if t.next in _ENCLOSED else Indent(HANG, value())
