"""Decision tables: inputs, rows, and what they give.

What a table looks at and gives is checked when somebody first reads a result of it, as lets are;
its cells, which name nothing, when the table's turn comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.cells import check_cell, check_input
from lifecycle_dsl.checker.constants import constant_value
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import tables as problems
from lifecycle_dsl.checker.rowfiles import read_rows
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.uniqueness import check_coverage
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.tables import Cell, Mode, Results, Row, Table
from lifecycle_dsl.program.types import Field, ListType
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

MOST_ROWS = 10_000
Checked = tuple[Expression | None, ...]


@frozen(eq=False)
class TableParts:
    """What a table looks at and what the rows in its rule file give; None is `-`, or wrong."""

    outputs: tuple[Field, ...]
    inputs: Checked
    is_sound: bool
    has_file: bool
    """Whether the rows are in a file of their own, where results are fixed values."""
    results: tuple[Checked, ...] = ()
    """Of the rows, in order."""
    otherwise: Checked | None = None

    def of(self, output: str) -> Iterator[Expression]:
        """The inputs, and the results that one output may have."""
        yield from (each for each in self.inputs if each is not None)
        yield from self._results(output)

    def bounds(self, output: str) -> Interval | None:
        """What the values of an output that is a quantity surely lie within."""
        field = next(each for each in self.outputs if each.name == output)
        widest = intervals.of_type(field.type)
        if widest is None or self.has_file:
            return widest
        found = [result.bounds or widest for result in self._results(output)]
        if isinstance(field.default, int | float):
            found.append((float(field.default), float(field.default)))
        return reduce(intervals.either, found) if found else widest

    def _results(self, output: str) -> Iterator[Expression]:
        at = next(at for at, field in enumerate(self.outputs) if field.name == output)
        for results in (*self.results, self.otherwise or ()):
            if at < len(results) and (result := results[at]) is not None:
                yield result

    def expressions(self) -> Iterator[Expression]:
        """All of them."""
        for found in (self.inputs, *self.results, self.otherwise or ()):
            yield from (each for each in found if each is not None)


def table_parts(names: Dictionary, node: nodes.Table) -> TableParts:
    """The checked inputs and results of a table."""
    before = names.report.errors
    outputs = names.outputs(node)
    scope = Scope("a table", names.of_the_customer)
    inputs = tuple(names.check(each, scope, None) for each in node.inputs)
    for written, found in zip(node.inputs, inputs, strict=True):
        if found is not None and isinstance(found.type, ListType):
            names.report(problems.input_not_comparable(written.span, str(found.type)))
    if isinstance(node.body, nodes.RowsFrom):
        is_sound = names.report.errors == before
        return TableParts(outputs, inputs, is_sound, has_file=True)
    layers = node.body.mode == Mode.LAYERS.value
    results = tuple(
        _check_results(names, row.results, outputs, row.span, scope, layers=layers)
        for row in node.body.rows
    )
    last = node.body.otherwise
    otherwise = None
    if last is not None:
        otherwise = _check_results(names, last.results, outputs, last.span, scope, layers=False)
    is_sound = names.report.errors == before
    return TableParts(outputs, inputs, is_sound, False, results, otherwise)


def check_table(
    names: Dictionary, entry: Entry, read: Callable[[Span, str], Source | None]
) -> Table | None:
    """A checked table; `read` gives a file beside the one with the span. None after a report."""
    node = entry.as_node(nodes.Table)
    parts = names.table_parts(entry.name, entry.span)
    if parts is None:
        return None
    before = names.report.errors
    mode = Mode.FIRST if node.body.mode is None else Mode(node.body.mode)
    results, otherwise = parts.results, parts.otherwise
    if isinstance(node.body, nodes.RowsFrom):
        if not parts.is_sound:
            return None
        source = read(node.body.span, node.body.path)
        kinds = [None if given is None else given.type for given in parts.inputs]
        body = None if source is None else read_rows(names, node, kinds, parts.outputs, source)
        if body is None:
            return None
        results, otherwise = _results_of_file(names, body, parts.outputs, mode)
    else:
        body = node.body
    if len(body.rows) > MOST_ROWS:
        names.report(problems.too_many_rows(body.rows[MOST_ROWS].span, MOST_ROWS))
        return None
    known: dict[nodes.Cell, Cell] = {}
    cells = [_check_cells(names, row, parts.inputs, known) for row in body.rows]
    if not parts.is_sound or names.report.errors > before:
        return None
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(parts.inputs)
    table = Table(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        inputs=tuple(
            check_input(names, given, column)
            for given, column in zip(parts.inputs, columns, strict=True)
            if given is not None
        ),
        outputs=parts.outputs,
        mode=mode,
        rows=tuple(
            Row(span=row.span, cells=each, results=given)
            for row, each, given in zip(body.rows, cells, results, strict=True)
        ),
        otherwise=otherwise,
    )
    check_coverage(names, table, [each.span for each in node.inputs])
    return table


def _results_of_file(
    names: Dictionary, body: nodes.Rows, outputs: tuple[Field, ...], mode: Mode
) -> tuple[tuple[Checked, ...], Checked | None]:
    """The results of rows in a file of their own, which are fixed values."""
    known: dict[tuple[nodes.Result, str], Expression | None] = {}
    scope = Scope("a result in a file", Reads.NOTHING)

    def checked(result: nodes.Result, output: Field, *, layers: bool) -> Expression | None:
        if isinstance(result, nodes.Keep):
            return _check_result(names, result, output, scope, layers=layers)
        key = result, output.name
        if key not in known:
            found = known[key] = _check_result(names, result, output, scope, layers=layers)
            if found is not None and not constant_value(found)[0]:
                names.report(quantity_problems.not_a_constant(found.span, "a result in a file"))
        return known[key]

    def row_of(row: nodes.Row | nodes.OtherwiseRow, *, layers: bool) -> Checked:
        given = zip(row.results, outputs, strict=True)
        return tuple(checked(result, output, layers=layers) for result, output in given)

    results = tuple(row_of(row, layers=mode is Mode.LAYERS) for row in body.rows)
    return results, None if body.otherwise is None else row_of(body.otherwise, layers=False)


def _check_results(
    names: Dictionary,
    results: Sequence[nodes.Result],
    outputs: tuple[Field, ...],
    span: Span,
    scope: Scope,
    *,
    layers: bool,
) -> Results:
    """The results of a row; what is `-`, or wrong, is None."""
    if len(results) != len(outputs):
        names.report(problems.row_of_wrong_length(span, "results", len(results), len(outputs)))
    given = zip(results, outputs, strict=False)
    return tuple(
        _check_result(names, result, output, scope, layers=layers) for result, output in given
    )


def _check_result(
    names: Dictionary, result: nodes.Result, output: Field, scope: Scope, *, layers: bool
) -> Expression | None:
    if isinstance(result, nodes.Keep):
        if not layers and not output.optional and output.default is None:
            names.report(problems.nothing_to_keep(result.span, output.name))
        return None
    return names.check(result, scope, output.type, complete=not output.optional)


def _check_cells(
    names: Dictionary, row: nodes.Row, inputs: Checked, known: dict[nodes.Cell, Cell]
) -> tuple[Cell, ...]:
    """The cells of a row; of a wrong one nothing is asked. Files of rows share equal cells."""
    if len(row.cells) != len(inputs):
        names.report(problems.row_of_wrong_length(row.span, "cells", len(row.cells), len(inputs)))
    for cell, given in zip(row.cells, inputs, strict=False):
        if cell not in known:
            is_askable = given is not None and not isinstance(given.type, ListType)
            known[cell] = (check_cell(names, cell, given) if given and is_askable else None) or ()
    return tuple(known.get(cell, ()) for cell in row.cells)
