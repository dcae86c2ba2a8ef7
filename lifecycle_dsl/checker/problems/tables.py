"""What can be wrong with decision tables and the files of their rows: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def overlapping_rows(later: Span, earlier: Span, case: str) -> Diagnostic:
    """Two rows of a `unique` table that both apply."""
    shown = f"for {case}" if case else "for every customer"
    return error(
        "overlapping-rows",
        f"two rows of this table apply {shown}",
        later,
        secondary=[(earlier, "the other row")],
        help="in a `unique` table one row applies; `first` takes the first that does",
    )


def missing_case(span: Span, case: str | None) -> Diagnostic:
    """A `unique` table that leaves something out; None where that takes too long to find out."""
    if case is None:
        return error(
            "missing-case",
            "it takes too long to see whether some row of this table always applies",
            span,
            help="end the table with `otherwise => …`",
        )
    return error(
        "missing-case",
        f"no row of this table applies{f' for {case}' if case else ''}",
        span,
        help="add a row for it, or end the table with `otherwise => …`",
    )


def table_not_total(span: Span, output: str, case: str | None) -> Diagnostic:
    """A table that may give nothing; without a case where that takes too long to find out."""
    where = f"for {case}" if case else "where no row applies"
    return error(
        "table-not-total",
        f"`{output}` has no value {where}",
        span,
        help="end the table with `otherwise => …`, or put `?` behind the result's type",
    )


# Rows


def row_of_wrong_length(span: Span, what: str, found: int, wanted: int) -> Diagnostic:
    """A row with too few or too many cells or results."""
    return error("row-of-wrong-length", f"this row has {found} {what}, the table {wanted}", span)


def cell_without_order(span: Span, type_: str) -> Diagnostic:
    """A range over values that have no order."""
    return error("cell-without-order", f"`{type_}` has no order that a range could follow", span)


def nothing_to_keep(span: Span, output: str) -> Diagnostic:
    """`-` as a result where nothing stands below."""
    return error(
        "nothing-to-keep",
        f"`-` leaves `{output}` without a value",
        span,
        help="give a value, or a default behind the result's type",
    )


def input_not_comparable(span: Span, type_: str) -> Diagnostic:
    """A table over lists."""
    return error("input-not-comparable", f"a table cannot look at `{type_}`", span)


# Files of rows


def file_without_rows(span: Span, path: str) -> Diagnostic:
    """An empty file of rows."""
    return error(
        "file-without-rows",
        f"`{path}` is empty: its first line must name the columns",
        span,
    )


def unknown_column(
    span: Span, name: str, similar: str | None, columns: Sequence[str]
) -> Diagnostic:
    """A column that is neither an input nor a result."""
    known = f"the columns are {', '.join(f'`{column}`' for column in columns)}"
    return error(
        "unknown-column",
        f"the table has no input or result `{name}`",
        span,
        help=known if similar is None else f"a similar column exists: `{similar}`",
    )


def repeated_column(span: Span, name: str, earlier: Span) -> Diagnostic:
    """A column that stands twice."""
    return error(
        "repeated-column",
        f"the column `{name}` stands here twice",
        span,
        secondary=[(earlier, "here first")],
    )


def missing_column(span: Span, name: str) -> Diagnostic:
    """An input or result without a column."""
    return error("missing-column", f"the file has no column `{name}`", span)


def line_of_wrong_length(span: Span, found: int, wanted: int) -> Diagnostic:
    """A line with too few or too many cells."""
    return error("row-of-wrong-length", f"this line has {found} cells, the first {wanted}", span)


def too_many_rows(span: Span, most: int) -> Diagnostic:
    """More rows than a table may have."""
    return error(
        "definition-too-large",
        f"a table has at most {most:,} rows",
        span,
        help="let ranges and groups of stages stand for several rows",
    )


def otherwise_not_last(span: Span) -> Diagnostic:
    """Rows behind `otherwise`."""
    return error("otherwise-not-last", "`otherwise` must be the last row", span)


def cell_beside_otherwise(span: Span) -> Diagnostic:
    """`otherwise` that asks for something."""
    return error(
        "cell-beside-otherwise",
        "`otherwise` asks for nothing: leave the cells beside it empty",
        span,
    )


def malformed_quotes(span: Span) -> Diagnostic:
    """Quotes of a field that do not end, or not at its end."""
    return error(
        "malformed-quotes",
        'a field that begins with `"` ends with it',
        span,
        help='double each `"` inside: `"say ""yes"""`',
    )
