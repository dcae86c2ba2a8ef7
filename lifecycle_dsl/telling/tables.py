"""Decision tables as tables."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.program import tables as t
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import Type
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import text, value
from lifecycle_dsl.telling.items import Grid
from lifecycle_dsl.telling.marks import name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import said

_READING: Final = {
    t.Mode.FIRST: "The first row that fits counts.",
    t.Mode.UNIQUE: "Exactly one row fits every customer.",
    t.Mode.LAYERS: "All rows that fit count; where two say something, the lower one does.",
}
_ANY: Final = "any"


def tables(program: Program, known: Vocabulary, comments: Comments) -> tuple[Grid, ...]:
    """A grid for each table."""
    return tuple(_grid(each, known, comments) for each in program.tables.values())


def _grid(table: t.Table, known: Vocabulary, comments: Comments) -> Grid:
    asked = tuple(value(each.value, known) for each in table.inputs)
    heads = (*asked, *(name(output.name) for output in table.outputs))
    rows = [(*_cells(row, table), *_results(row.results, known)) for row in table.rows]
    if table.otherwise is not None:
        bottom = "where no row says anything" if table.mode is t.Mode.LAYERS else "otherwise"
        other = (bottom, *("" for _ in table.inputs[1:]))
        rows.append((*other, *_results(table.otherwise, known)))
    above = comments.above(table.span)
    return Grid(table.name, above, _READING[table.mode], heads, len(table.inputs), tuple(rows))


def _cells(row: t.Row, table: t.Table) -> tuple[str, ...]:
    pairs = zip(row.cells, table.inputs, strict=True)
    return tuple(_cell(cell, given.value.type) for cell, given in pairs)


def _results(results: t.Results, known: Vocabulary) -> tuple[str, ...]:
    return tuple("–" if each is None else text(each, known) for each in results)


def _cell(cell: t.Cell, kind: Type) -> str:
    return listed(_choice(choice, kind) for choice in cell) or _ANY


def _choice(choice: t.Choice, kind: Type) -> str:
    match choice:
        case t.Is(values=values, negated=negated):
            shown = listed(said(each, kind) for each in values)
            return f"not {shown}" if negated else shown
        case t.Range(low=low, high=None):
            least = said(low, kind)
            return f"{least} or more" if choice.includes_low else f"over {least}"
        case t.Range(low=None, high=high):
            most = said(high, kind)
            return f"{most} or less" if choice.includes_high else f"under {most}"
        case t.Range(low=low, high=high):
            start = "from" if choice.includes_low else "over"
            end = "to" if choice.includes_high else "to under"
            return f"{start} {said(low, kind)} {end} {said(high, kind)}"
