"""Decision tables: cells and results in columns and `=>` under one another, if the width allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lifecycle_dsl.fmt.documents import (
    SPACE,
    Document,
    Indent,
    Row,
    Text,
    filled,
    spaced,
)
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import (
    HANG,
    block,
    bracketed,
    clause,
    clauses,
    commas,
    hang,
    with_comma,
)
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.CellAny,
    n.CellIs,
    n.CellNot,
    n.CellFrom,
    n.CellTo,
    n.CellRange,
    n.Cell,
    n.Keep,
    n.RowsFrom,
)(in_words)


class _TableRow(Row):
    """A row; the cells and results are with the commas behind them."""

    __slots__ = ("arrow", "cells", "results", "start")

    def __init__(
        self,
        start: Document,
        cells: Sequence[Document],
        arrow: Document,
        results: Sequence[Document],
    ) -> None:
        self.start = start
        self.cells = cells
        self.arrow = arrow
        self.results = results
        head = hang(start, *cells)
        super().__init__((head, SPACE, arrow, SPACE, Indent(HANG, filled(results))))


@layout(n.Table)
def _table(t: Tokens, node: n.Table) -> Document:
    start = spaced(t.word("table"), laid(t, node.declared), bracketed(t, node.inputs))
    head = clauses(start, clause(t.word("->"), commas(t, node.outputs)))
    return spaced(head, laid(t, node.body))


@layout(n.Rows)
def _rows(t: Tokens, node: n.Rows) -> Document:
    def items() -> Iterator[Document]:
        if node.mode is not None:
            yield t.word(node.mode)
        yield from (laid(t, each) for each in node.rows)
        if node.otherwise is not None:
            yield laid(t, node.otherwise)

    return block(t, items(), _in_columns)


@layout(n.Row)
def _row(t: Tokens, node: n.Row) -> Document:
    return _TableRow(t.word("row"), _items(t, node.cells), t.word("=>"), _items(t, node.results))


@layout(n.OtherwiseRow)
def _otherwise(t: Tokens, node: n.OtherwiseRow) -> Document:
    return _TableRow(t.word("otherwise"), (), t.word("=>"), _items(t, node.results))


def _items(t: Tokens, nodes: Sequence[n.Node]) -> list[Document]:
    return [with_comma(t, node) for node in nodes]


def _in_columns(
    items: Sequence[Document], blanks: Sequence[bool], indent: int, width: int
) -> list[Document]:
    """The rows in as many columns as fit into the width: all, those of the cells, the arrows."""
    del blanks
    rows = [item for item in items if isinstance(item, _TableRow) and not item.broken]
    for cells, results in ((True, True), (True, False), (False, False)):
        columned = _columned(rows, cells=cells, results=results)
        widest = max((each.width for each in columned), default=0)
        fits = widest + indent <= width
        if fits or not cells:
            break
    by_row = dict(zip(map(id, rows), columned, strict=True))
    return [by_row.get(id(item), item) for item in items]


def _columned(rows: Sequence[_TableRow], *, cells: bool, results: bool) -> list[Document]:
    # the word `row` stands before the cells; `otherwise` has none and stands for itself
    before = [len("row"), *_columns([each.cells for each in rows])] if cells else []
    behind = _columns([each.results for each in rows]) if results else []
    heads = [_padded((each.start, *each.cells), before) for each in rows]
    longest = max((head.width for head in heads), default=0)
    found: list[Document] = []
    for each, head in zip(rows, heads, strict=True):
        gap = Text(" " * (1 + longest - head.width))
        values = _padded(each.results, behind) if behind else filled(each.results)
        found.append(Row((head, gap, each.arrow, SPACE, Indent(HANG, values))))
    return found


def _columns(lines: Sequence[Sequence[Document]]) -> list[int]:
    return [
        max(item.width for item in column) for column in zip_longest(*lines, fillvalue=Text(""))
    ]


def _padded(items: Sequence[Document], widths: Sequence[int]) -> Document:
    """Items with blanks between them, all but the last filled up to their widths."""
    parts: list[Document] = []
    for at, item in enumerate(items[:-1]):
        missing = widths[at] - item.width if widths else 0
        parts += [item, Text(" " * (1 + max(0, missing)))]
    return Row([*parts, *items[-1:]])
