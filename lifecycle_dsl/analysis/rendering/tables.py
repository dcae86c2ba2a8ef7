"""Tables as lines of a terminal, never wider than it.

An estimate stands with its interval behind it; where that is too wide the interval goes below the
value, and where even that is too wide each row becomes a list of its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Final

from attrs import frozen
from rich.cells import cell_len
from rich.text import Text

from lifecycle_dsl.analysis.findings import Cell, Column, Estimate, Table, Unit
from lifecycle_dsl.analysis.rendering.words import (
    NOTHING,
    cell_text,
    has_interval,
    interval_of,
    value_text,
)

LEFT: Final = frozenset({Unit.TEXT, Unit.DATE})
"""Units whose columns stand at their left side."""
_GAP: Final = 2
_WIDEST_TEXT: Final = 44
"""Characters of a cell of text before it goes on in the next line."""
_NARROWER: Final = (36, 28, 24, 20)
"""The same, tried one after the other where the table is too wide."""


@frozen
class Piece:
    """A piece of a line with its style."""

    text: str
    style: str = ""

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return cell_len(self.text)


Lines = list[list[Piece]]
"""Of one cell: its lines, each of pieces."""


def table_lines(table: Table, width: int) -> Iterator[Text]:
    """The header and the rows."""
    tried = [(True, True, _WIDEST_TEXT), (True, False, _WIDEST_TEXT), (False, False, _WIDEST_TEXT)]
    for beside, one_line, widest in (*tried, *((False, False, each) for each in _NARROWER)):
        cells = [
            [
                _cell(row[p], column, _widths(table, p), beside=beside, widest=widest)
                for row in table.rows
            ]
            for p, column in enumerate(table.columns)
        ]
        widths = [_widest(column) for column in cells]
        heads = [
            [column.title] if one_line else _head(column.title, wide)
            for column, wide in zip(table.columns, widths, strict=True)
        ]
        widths = [
            max(w, *(len(line) for line in head)) for w, head in zip(widths, heads, strict=True)
        ]
        if sum(widths) + _GAP * (len(widths) - 1) <= width:
            yield from _laid_out(table, heads, cells, widths)
            return
    yield from _records(table, width)


def _laid_out(
    table: Table, heads: Sequence[list[str]], cells: Sequence[list[Lines]], widths: Sequence[int]
) -> Iterator[Text]:
    lefts = [column.unit in LEFT for column in table.columns]
    tall = max(len(head) for head in heads)
    # What is short in a head stands at its bottom, next to the numbers.
    tops = [[""] * (tall - len(head)) + head for head in heads]
    for line in zip(*tops, strict=True):
        yield _line([[Piece(text, "bold")] for text in line], widths, lefts)
    for row in zip(*cells, strict=True):
        for parts in zip_longest(*row, fillvalue=[Piece("")]):
            yield _line(parts, widths, lefts)


def _line(parts: Sequence[Sequence[Piece]], widths: Sequence[int], lefts: Sequence[bool]) -> Text:
    text = Text()
    owed = 0
    for pieces, width, is_left in zip(parts, widths, lefts, strict=True):
        free = width - sum(piece.width for piece in pieces)
        owed += 0 if is_left else free
        for piece in pieces:
            if piece.text:
                text.append(" " * owed)
                text.append(piece.text, piece.style)
                owed = 0
        owed += (free if is_left else 0) + _GAP
    return text


def _records(table: Table, width: int) -> Iterator[Text]:
    """Each row as a heading and a line for each cell."""
    first, *others = table.columns
    names = max((len(column.title) for column in others), default=0)
    names = min(names, max(width // 2, 8))
    room = max(width - names - 4, 8)
    for row in table.rows:
        for line in wrap(cell_text(row[0], first.unit), width):
            yield Text(line, "bold")
        for cell, column in zip(row[1:], others, strict=True):
            title, said = _head(column.title, names), _said(cell, column.unit, room)
            for name, line in zip_longest(title, said, fillvalue=""):
                text = Text(f"  {name:<{names}}  ")
                text.append(line)
                text.rstrip()
                yield text


def _said(cell: Cell, unit: Unit, room: int) -> list[str]:
    """A cell in as many lines as it takes."""
    whole = cell_text(cell, unit)
    if cell_len(whole) <= room:
        return [whole]
    if has_interval(cell):
        return [value_text(cell, unit), interval_of(cell, unit)]
    return wrap(whole, max(room // 2, 4)) if cell_len(whole) > len(whole) else wrap(whole, room)


def _widths(table: Table, place: int) -> tuple[int, int]:
    """Of the values and of the intervals of a column."""
    unit = table.columns[place].unit
    found = [row[place] for row in table.rows if has_interval(row[place])]
    values = [len(value_text(cell, unit)) for cell in found]
    intervals = [len(interval_of(cell, unit)) for cell in found]
    return max(values, default=0), max(intervals, default=0)


def _cell(
    cell: Cell, column: Column, widths: tuple[int, int], *, beside: bool, widest: int
) -> Lines:
    if isinstance(cell, str):
        return [[Piece(line)] for line in wrap(cell, widest) or [""]]
    if not has_interval(cell):
        missing = cell is None or (isinstance(cell, Estimate) and cell.value is None)
        text = NOTHING if missing else cell_text(cell, column.unit)
        behind = " " * (widths[1] + 1) if beside and widths[1] else ""
        return [[Piece(text + behind)]]
    value = Piece(value_text(cell, column.unit))
    interval = interval_of(cell, column.unit)
    if beside:
        return [[value, Piece(f" {interval:>{widths[1]}}", "dim")]]
    return [[value], [Piece(interval, "dim")]]


def _widest(cells: Sequence[Lines]) -> int:
    lines = (line for cell in cells for line in cell)
    return max((sum(piece.width for piece in line) for line in lines), default=0)


def _head(title: str, width: int) -> list[str]:
    """A title in as many lines as it takes, none wider than the cells or its longest word."""
    longest = max((len(word) for word in title.split()), default=1)
    return wrap(title, max(width, longest, 1), break_long_words=False) or [""]
