"""A whole file: its declarations, the blank lines between them, and the margin of comments.

A blank line stays where the author put one, at most one at a time; between two declarations of
several lines there is always one. Comments behind neighbouring lines are put below one another if
some of them were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.fmt.columns import Aligned, column_of
from lifecycle_dsl.fmt.layouts import laid
from lifecycle_dsl.fmt.rendering import Written, rendered
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n


class _Declared:
    """A declaration laid out, and what stands between it and the one before."""

    __slots__ = ("blank", "blank_within", "document", "kind")

    def __init__(self, t: Tokens, node: n.Node) -> None:
        self.kind = type(node)
        self.blank = t.blank_next()
        self.blank_within = t.blank_anywhere_next()
        self.document = laid(t, node)

    def fits(self, width: int) -> bool:
        """Whether it has two parts, both on one line."""
        return isinstance(self.document, Aligned) and self.document.width <= width

    def goes_with(self, before: _Declared, width: int) -> bool:
        """Whether its parts may stand below those of the declaration before."""
        alike = self.kind is before.kind and self.fits(width) and before.fits(width)
        return alike and not self.blank and not self.document.leads


def file_lines(t: Tokens, file: n.File) -> list[str]:
    """The lines of a file."""
    lines: list[Written] = []
    tall_before = False
    for run in _runs(t, file):
        _align(run, t.width)
        for each in run:
            written = rendered(each.document, t.width)
            tall = sum(1 for line in written if not line.text.startswith("#")) > 1
            if lines and (each.blank or (tall and tall_before and not each.blank_within)):
                lines.append(Written("", None))
            lines += written
            tall_before = tall
    for blank, comment in t.rest_above():
        if blank and lines:
            lines.append(Written("", None))
        lines += rendered(comment, t.width)
    return list(_with_remarks(lines))


def _runs(t: Tokens, file: n.File) -> Iterator[list[_Declared]]:
    """The declarations, those together whose parts may stand below one another."""
    run: list[_Declared] = []
    for node in file.declarations:
        declared = _Declared(t, node)
        if run and not declared.goes_with(run[-1], t.width):
            yield run
            run = []
        run.append(declared)
    yield run


def _align(run: Sequence[_Declared], width: int) -> None:
    """Put second parts in a column, if their author put two there, and not both by chance."""
    rows = [each.document for each in run if isinstance(each.document, Aligned)]
    stood = [each.stood for each in rows if each.stood is not None]
    columns = [column for column, _ in stood]
    if not any(gap > 1 and columns.count(column) > 1 for column, gap in stood):
        return
    column = column_of(rows)
    if all(each.width + max(0, column - each.head.width) <= width for each in rows):
        for each, document in zip(run, rows, strict=True):
            each.document = document.padded(column)


def _with_remarks(lines: Sequence[Written]) -> Iterator[str]:
    """The lines with the comments behind them, those of neighbours in a column if they were."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].remark is not None:
            end += 1
        if end == at:
            yield lines[at].text
            at += 1
            continue
        yield from _margin(lines[at:end])
        at = end


def _margin(lines: Sequence[Written]) -> Iterator[str]:
    remarks = [line.remark for line in lines if line.remark is not None]
    columns = [remark.column for remark in remarks]
    meant = any(r.gap > 2 and columns.count(r.column) > 1 for r in remarks)
    edge = max(len(line.text) for line in lines) if meant else 0
    for line, remark in zip(lines, remarks, strict=True):
        yield f"{line.text.ljust(edge)}  {remark.text}"
