"""Columns: what stands below one another in neighbouring lines.

Inside a block the parts of lines after a colon are in a column. What is left out is a line whose
first part is much longer than those of its neighbours: it would push all others away.
Of declarations with one line each, the `=` or `{` are in a column if their author put some there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lifecycle_dsl.fmt.documents import SPACE, Document, Row, Text

SPREAD: Final = 16
"""How much longer than the shortest the first part of a line may be, to be in the column."""
LITTLE: Final = 8
"""How much longer than the others a part may be, to be in the column all the same."""
MOST: Final = 24
"""How much longer than the shortest it may be then."""


class Aligned(Row):
    """Two parts, the second of which may stand in a column with that of its neighbours.

    `stood` is where the author put the second part: its column, and how many blanks before it.
    """

    __slots__ = ("head", "rest", "stood")

    def __init__(
        self, head: Document, rest: Document, stood: tuple[int, int] | None = None
    ) -> None:
        super().__init__((head, SPACE, rest))
        self.head = head
        self.rest = rest
        self.stood = stood

    def padded(self, column: int) -> Document:
        """With the second part at a column, if the first is so short."""
        if self.head.trails or self.head.width >= column:
            return self
        return Row((self.head, Text(" " * (1 + column - self.head.width)), self.rest))


def aligned(
    items: Sequence[Document], blanks: Sequence[bool], indent: int, width: int
) -> list[Document]:
    """Items of a block, with those parts in columns that belong there."""
    found = list(items)
    for run in _runs(items, blanks):
        rows = [item for item in items[run.start : run.stop] if isinstance(item, Aligned)]
        column = column_of(rows)
        if not any(_pushed_out(each, column, width - indent) for each in rows):
            found[run.start : run.stop] = [each.padded(column) for each in rows]
    return found


def _runs(items: Sequence[Document], blanks: Sequence[bool]) -> Iterator[range]:
    """The ranges of neighbours that have two parts, without a blank line between them."""
    start = 0
    for at in range(len(items) + 1):
        ends = at == len(items) or not isinstance(items[at], Aligned)
        if ends or blanks[at]:
            if at - start > 1:
                yield range(start, at)
            start = at + 1 if ends else at


def column_of(rows: Sequence[Aligned]) -> int:
    """The width to which first parts are filled up; 0 for none.

    What is much longer stays out, but not by a little, and only while more are in than out.
    """
    widths = sorted(each.head.width for each in rows if not each.head.broken)
    column = 0
    inside = 0
    for width in widths:
        if width > widths[0] + SPREAD and (width > column + LITTLE or width > widths[0] + MOST):
            break
        column = width
        inside += 1
    return column if 2 * inside > len(rows) else 0


def _pushed_out(item: Aligned, column: int, width: int) -> bool:
    """Whether a line that fits would not fit any more."""
    if item.head.width >= column or item.width > width:
        return False
    return item.width + column - item.head.width > width
