"""Rows of a decision table from a file of their own, as nodes that point into that file.

The first line names the columns: the inputs as the rule file writes them, and the results, in any
order. Below, cells are written as in a rule file, but texts without quotes; empty is `-`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.csvlines import Cell, lines_of
from lifecycle_dsl.checker.problems import tables as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.types import TEXT, Field, Type
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes, parse_cell, parse_value, unquoted_problems

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

OTHERWISE = "otherwise"


def read_rows(
    names: Dictionary,
    node: nodes.Table,
    kinds: Sequence[Type | None],
    outputs: Sequence[Field],
    source: Source,
) -> nodes.Rows | None:
    """The rows of a file for a table with inputs of these types; None after a report."""
    before = names.report.errors
    lines = list(lines_of(source, names.report))
    if names.report.errors > before:
        return None
    whole = Span(source, 0, len(source.text))
    if not lines:
        names.report(problems.file_without_rows(Span(source, 0, 0), source.name))
        return None
    header, *rows = lines
    inputs = [" ".join(each.span.text.split()) for each in node.inputs]
    columns = _columns(names, header, inputs, [output.name for output in outputs])
    if columns is None:
        return None
    reading = _Reading(names, kinds, outputs, columns, len(header))
    found = [reading.row(line) for line in rows]
    if names.report.errors > before:
        return None
    for row in found[:-1]:
        if isinstance(row, nodes.OtherwiseRow):
            names.report(problems.otherwise_not_last(row.span))
            return None
    last = found[-1] if found else None
    return nodes.Rows(
        whole,
        node.body.mode,
        tuple(row for row in found if isinstance(row, nodes.Row)),
        last if isinstance(last, nodes.OtherwiseRow) else None,
    )


def _columns(
    names: Dictionary, header: Sequence[Cell], inputs: Sequence[str], outputs: Sequence[str]
) -> list[int] | None:
    """The columns of the inputs, then of the results; None after a report."""
    wanted = [*inputs, *outputs]
    places: dict[str, list[int]] = {}
    for at, name in enumerate(wanted):
        places.setdefault(_spelling(name), []).append(at)
    found: dict[int, int] = {}
    first: dict[str, Span] = {}
    before = names.report.errors
    for column, cell in enumerate(header):
        spelling = _spelling(cell.text)
        open_ = places.get(spelling)
        if open_:
            found[open_.pop(0)] = column
            first.setdefault(spelling, cell.span)
        elif open_ is not None:
            names.report(problems.repeated_column(cell.span, cell.text, first[spelling]))
        else:
            similar = names.similar(cell.text, wanted)
            names.report(problems.unknown_column(cell.span, cell.text, similar, wanted))
    if names.report.errors == before:
        for at, name in enumerate(wanted):
            if at not in found:
                names.report(problems.missing_column(_span(header), name))
    if names.report.errors > before:
        return None
    return [found[at] for at in range(len(wanted))]


def _spelling(name: str) -> str:
    """A name or an expression without its blanks."""
    return "".join(name.split())


def _span(line: Sequence[Cell]) -> Span:
    return line[0].span.to(line[-1].span)


class _Reading:
    """Lines into rows; equal cells of a column become one node, so that each is told once."""

    def __init__(
        self,
        names: Dictionary,
        kinds: Sequence[Type | None],
        outputs: Sequence[Field],
        columns: Sequence[int],
        width: int,
    ) -> None:
        self._names = names
        self._kinds = kinds
        self._outputs = outputs
        self._inputs = columns[: len(kinds)]
        self._results = columns[len(kinds) :]
        self._width = width
        self._cells: dict[tuple[int, str], nodes.Cell | None] = {}
        self._values: dict[tuple[int, str], nodes.Result | None] = {}

    def row(self, line: Sequence[Cell]) -> nodes.Row | nodes.OtherwiseRow | None:
        """A row; None after a report."""
        if len(line) != self._width:
            span = _span(line)
            self._names.report(problems.line_of_wrong_length(span, len(line), self._width))
            return None
        results = [
            self._result(line[column], output)
            for column, output in zip(self._results, self._outputs, strict=True)
        ]
        given = tuple(each for each in results if each is not None)
        leftmost, *beside = sorted(self._inputs)
        if line[leftmost].text == OTHERWISE:
            self._check_beside([line[column] for column in beside])
            return nodes.OtherwiseRow(_span(line), given)
        cells = [
            self._cell(line[column], kind)
            for column, kind in zip(self._inputs, self._kinds, strict=True)
        ]
        return nodes.Row(_span(line), tuple(each for each in cells if each is not None), given)

    def _check_beside(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            if cell.text not in ("", "-"):
                self._names.report(problems.cell_beside_otherwise(cell.span))

    def _cell(self, cell: Cell, kind: Type | None) -> nodes.Cell | None:
        key = id(kind), cell.text
        if key not in self._cells:
            self._cells[key] = self._parsed_cell(cell, kind)
        return self._cells[key]

    def _parsed_cell(self, cell: Cell, kind: Type | None) -> nodes.Cell | None:
        if cell.text in ("", "-"):
            return nodes.Cell(cell.span, (nodes.CellAny(cell.span),))
        if kind == TEXT and '"' not in cell.text:
            pieces = [piece.strip() for piece in cell.text.split("|")]
            if all(pieces):
                self._tell(unquoted_problems(cell.span))
                choices = (_text_choice(piece, cell.span) for piece in pieces)
                return nodes.Cell(cell.span, tuple(choices))
        found, diagnostics = parse_cell(_language(cell))
        self._tell(diagnostics)
        return found

    def _result(self, cell: Cell, output: Field) -> nodes.Result | None:
        key = id(output), cell.text
        if key not in self._values:
            self._values[key] = self._parsed_result(cell, output.type)
        return self._values[key]

    def _parsed_result(self, cell: Cell, kind: Type) -> nodes.Result | None:
        if cell.text in ("", "-"):
            return nodes.Keep(cell.span)
        if kind == TEXT:
            self._tell(unquoted_problems(cell.span))
            return nodes.Text(cell.span, (cell.text,))
        found, diagnostics = parse_value(_language(cell))
        self._tell(diagnostics)
        return found

    def _tell(self, diagnostics: Iterable[Diagnostic]) -> None:
        for each in diagnostics:
            self._names.report(each)


def _text_choice(piece: str, span: Span) -> nodes.CellChoice:
    if piece == "-":
        return nodes.CellAny(span)
    word, _, rest = piece.partition(" ")
    if word == "not" and rest.strip():
        return nodes.CellNot(span, nodes.Text(span, (rest.strip(),)))
    return nodes.CellIs(span, nodes.Text(span, (piece,)))


def _language(cell: Cell) -> Span:
    """A field as a piece of rule text; one with doubled quotes is written out at its place."""
    if cell.span.text == cell.text:
        return cell.span
    line, column = cell.span.source.position(cell.span.start)
    before = "\n" * (line - 1) + " " * (column - 1)
    source = Source(cell.span.source.name, before + cell.text)
    return Span(source, len(before), len(source.text))
