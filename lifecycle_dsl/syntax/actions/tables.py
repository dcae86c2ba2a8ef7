"""Decision tables."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    bare,
    gathered,
    node,
    only,
    value,
)


def _table(b: Builder, span: Span, parts: Parts) -> n.Table:
    declared, *middle, body = parts
    inputs = tuple(part for part in middle if isinstance(part, n.Expression))
    outputs = tuple(part for part in middle if isinstance(part, n.Field))
    return n.Table(span, declared, inputs, outputs, body)


def _rows_inline(b: Builder, span: Span, parts: Parts) -> n.Rows:
    mode, *rest = parts
    rows = tuple(part for part in rest if isinstance(part, n.Row))
    otherwise = next((part for part in rest if isinstance(part, n.OtherwiseRow)), None)
    return n.Rows(span, mode, rows, otherwise)


def _rows_from(b: Builder, span: Span, parts: Parts) -> n.RowsFrom:
    mode, path = parts
    return n.RowsFrom(span, mode, b.fixed(path))


def _row(b: Builder, span: Span, parts: Parts) -> n.Row:
    cells = tuple(part for part in parts if isinstance(part, n.Cell))
    return n.Row(span, cells, tuple(parts[len(cells) :]))


def _cell_range(b: Builder, span: Span, parts: Parts) -> n.CellRange:
    opening, low, high, closing = parts
    return n.CellRange(span, low, high, opening, closing)


ACTIONS: dict[str, Action] = {
    "table": _table,
    "rows_inline": _rows_inline,
    "rows_from": _rows_from,
    "mode_layers": value("layers"),
    "mode_first": value("first"),
    "mode_unique": value("unique"),
    "row": _row,
    "otherwise_row": gathered(n.OtherwiseRow),
    "cell": gathered(n.Cell),
    "cell_any": bare(n.CellAny),
    "cell_not": node(n.CellNot),
    "cell_is": node(n.CellIs),
    "cell_from": node(n.CellFrom),
    "cell_to": node(n.CellTo),
    "cell_range": _cell_range,
    "closed": value(constant=True),
    "open": value(constant=False),
    "result_keep": bare(n.Keep),
    "result_is": only,
}
