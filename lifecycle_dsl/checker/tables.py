"""Decision tables: inputs, rows, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression, constant_value
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.stage_sets import stages_called
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import (
    BOOL,
    TEXT,
    Field,
    Labels,
    LevelType,
    ListType,
    StageType,
    Type,
)
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

LAYERS = "layers"


def check_table(
    names: Dictionary, entry: Entry, read: Callable[[Span, str], Source | None]
) -> None:
    """Check a table; tables are for later. `read` gives a file beside the one with the span."""
    node = entry.as_node(nodes.Table)
    names.put_off("a table", entry.span)
    outputs = names.outputs(node)
    scope = Scope("a table", names.of_the_customer)
    inputs = [names.check(each, scope, None) for each in node.inputs]
    names.tables[entry.name] = [each for each in inputs if each is not None]
    for written, found in zip(node.inputs, inputs, strict=True):
        if found is not None and isinstance(found.type, ListType):
            names.report(problems.input_not_comparable(written.span, str(found.type)))
    if isinstance(node.body, nodes.RowsFrom):
        read(node.body.span, node.body.path)
        return
    for row in node.body.rows:
        _check_cells(names, row, inputs)
        layers = node.body.mode == LAYERS
        names.tables[entry.name] += _check_results(
            names, row.results, outputs, row.span, scope, layers=layers
        )
    if node.body.otherwise is not None:
        last = node.body.otherwise
        names.tables[entry.name] += _check_results(
            names, last.results, outputs, last.span, scope, layers=False
        )
    elif node.body.mode != "unique":
        for field in outputs:
            if not field.optional and field.default is None:
                names.report(problems.table_not_total(entry.span, field.name))
                break


def _check_results(
    names: Dictionary,
    results: Sequence[nodes.Result],
    outputs: tuple[Field, ...],
    span: Span,
    scope: Scope,
    *,
    layers: bool,
) -> list[Expression]:
    found = []
    if len(results) != len(outputs):
        names.report(problems.row_of_wrong_length(span, "results", len(results), len(outputs)))
    for result, field in zip(results, outputs, strict=False):
        if isinstance(result, nodes.Keep):
            if not layers and not field.optional and field.default is None:
                names.report(problems.nothing_to_keep(result.span, field.name))
        else:
            complete = not field.optional
            value = names.check(result, scope, field.type, complete=complete)
            if value is not None:
                found.append(value)
    return found


def _check_cells(names: Dictionary, row: nodes.Row, inputs: list[Expression | None]) -> None:
    if len(row.cells) != len(inputs):
        names.report(problems.row_of_wrong_length(row.span, "cells", len(row.cells), len(inputs)))
    for cell, given in zip(row.cells, inputs, strict=False):
        if given is None or isinstance(given.type, ListType):
            continue
        for choice in cell.choices:
            _check_choice(names, choice, given.type)


def _check_choice(names: Dictionary, choice: nodes.CellChoice, kind: Type) -> None:
    match choice:
        case nodes.CellIs(value=value) | nodes.CellNot(value=value):
            _cell_value(names, value, kind)
        case nodes.CellFrom(low=value) | nodes.CellTo(high=value):
            if _has_order(names, choice.span, kind):
                _cell_value(names, value, kind)
        case nodes.CellRange(low=low, high=high):
            if not _has_order(names, choice.span, kind):
                return
            least, most = _cell_value(names, low, kind), _cell_value(names, high, kind)
            if isinstance(least, int | float) and isinstance(most, int | float) and least >= most:
                names.report(problems.param_out_of_range(choice.span, "this range is empty"))
        case nodes.CellAny():
            pass


def _has_order(names: Dictionary, span: Span, kind: Type) -> bool:
    if isinstance(kind, Labels | StageType) or kind in (TEXT, BOOL):
        names.report(problems.cell_without_order(span, str(kind)))
        return False
    return True


def _cell_value(names: Dictionary, value: nodes.CellValue, kind: Type) -> object:
    """The fixed value of a cell; None where it is wrong, which is reported."""
    written = as_expression(value) if isinstance(value, nodes.Constant) else value
    if isinstance(kind, LevelType) and isinstance(written, nodes.NameRead):
        return names.hearing.rank(kind.level, written.name)
    if isinstance(kind, StageType) and isinstance(written, nodes.NameRead):
        return stages_called(names, written.name)
    checked = names.check(written, Scope("a cell", Reads.STATE), kind)
    if checked is None:
        return None
    known, fixed = constant_value(checked)
    if not known:
        names.report(problems.not_a_constant(written.span, "a cell"))
    return fixed
