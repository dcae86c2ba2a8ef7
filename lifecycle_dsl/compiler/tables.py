"""A look-up in a decision table: one function for each output.

Inputs that the rows ask for are put into variables, then the rows of a short table are asked one
after the other; those of a long one are found all at once (see `rowsets`).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from attrs import define

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.forgiving import above, below
from lifecycle_dsl.compiler.function import Function
from lifecycle_dsl.compiler.functions import Written
from lifecycle_dsl.compiler.layout import Layout
from lifecycle_dsl.compiler.rowsets import row_set
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Range, Row, Table

MOST_ASKED = 32
"""Rows of a short table."""
Asked = tuple[Row, e.Expression | None]


def write_look_up(
    program: Program, layout: Layout, title: str, table: Table, output: str, *, ahead: bool
) -> Written:
    """`table_NUMBER_TABLE_OUTPUT(c, now)`: the value of an output."""
    f = Function.begin(program, layout, "")
    asked = _within_reach(table, output)
    asks = [at for at, _ in enumerate(table.inputs) if any(row.cells[at] for row, _ in asked)]
    body: py.Statements = []
    for at in asks:
        given = table.inputs[at].value
        put = py.assign(_variable(at), f.lowering.value(given))
        py.located(put, given.span)
        body.append(put)
    results = _Results(f, table, output)
    if len(asked) > MOST_ASKED and layout.observe is None:
        body += _found(f, table, asks, asked, results)
    else:
        body += _asked(table, asked, results)
    if not asked or any(asked[-1][0].cells) or len(asked) > MOST_ASKED:
        body.append(py.give(results.value(table.last(output))))
    return f.finish(title, ("c", "now"), body, table.span, ahead=ahead), f.needs


def _within_reach(table: Table, output: str) -> list[Asked]:
    """The rows in the order in which they are asked, up to one that takes everything."""
    found: list[Asked] = []
    for each in table.asked(output):
        found.append(each)
        if not any(each[0].cells):
            break
    return found


@define
class _Results:
    """The results of one output as Python."""

    f: Function
    table: Table
    output: str

    def value(self, result: e.Expression | None) -> ast.expr:
        """A result; None is the default."""
        return self.f.lowering.value(self.default if result is None else result)

    @property
    def default(self) -> e.Constant:
        """What the output is where it is left out."""
        field = self.table.outputs[self.table.place(self.output)]
        return e.Constant(span=self.table.span, type=field.type, value=field.default)


def _asked(table: Table, asked: Sequence[Asked], results: _Results) -> py.Statements:
    """One row after the other."""
    return [_row(table.inputs, row, results.value(result)) for row, result in asked]


def _found(
    f: Function, table: Table, asks: Sequence[int], asked: Sequence[Asked], results: _Results
) -> py.Statements:
    """All rows at once: the first of those that every input leaves decides."""
    sets: list[ast.expr] = [
        py.call(
            f.needs.value("rows_of", row_set(table.inputs[at], [r.cells[at] for r, _ in asked])),
            py.name(_variable(at)),
        )
        for at in asks
    ]
    found = sets[0] if sets else py.constant(1)
    for rows_of in sets[1:]:
        found = ast.BinOp(found, ast.BitAnd(), rows_of)
    given = [results.default if result is None else result for _, result in asked]
    known = tuple(each.value if isinstance(each, e.Constant) else None for each in given)
    lowest = ast.BinOp(py.name("found"), ast.BitAnd(), ast.UnaryOp(ast.USub(), py.name("found")))
    first = ast.Call(ast.Attribute(lowest, "bit_length", ast.Load()), [], [])
    body: py.Statements = [py.assign("row", py.binary(first, "-", py.constant(1)))]
    computed: dict[e.Expression, list[int]] = {}
    for at, each in enumerate(given):
        if not isinstance(each, e.Constant):
            computed.setdefault(each, []).append(at)
    for each, rows in computed.items():
        chosen = f.needs.value("rows_with", frozenset(rows))
        test = py.binary(py.name("row"), "in", py.name(chosen))
        made = py.if_(test, [py.give(f.lowering.value(each))])
        py.located(made, each.span)
        body.append(made)
    constants = py.name(f.needs.value("results", known))
    body.append(py.give(ast.Subscript(constants, py.name("row"), ast.Load())))
    return [py.assign("found", found), py.if_(py.name("found"), body)]


def _row(inputs: Sequence[Input], row: Row, value: ast.expr) -> ast.stmt:
    """What a row does."""
    tests = [
        _cell(py.name(_variable(at)), cell, given)
        for at, (cell, given) in enumerate(zip(row.cells, inputs, strict=True))
        if cell
    ]
    give = py.give(value)
    made = py.if_(py.all_of(tests), [give]) if tests else give
    py.located(made, row.span)
    return made


def _variable(at: int) -> str:
    return f"input_{at}"


def _cell(value: ast.expr, cell: Cell, given: Input) -> ast.expr:
    return py.any_of([_choice(value, choice, given) for choice in cell])


def _choice(value: ast.expr, choice: Choice, given: Input) -> ast.expr:
    match choice:
        case Is(values=values, negated=negated):
            if given.forgiving:
                low, high = _bar(values[0], -1), _bar(values[0], 1)
                near = ast.Compare(low, [ast.Lt(), ast.LtE()], [value, high])
                return py.negation(near) if negated else near
            if len(values) == 1:
                return py.binary(value, "!=" if negated else "==", py.constant(values[0]))
            return py.binary(value, "not in" if negated else "in", py.constant(values))
        case Range():
            return py.all_of([*_from(value, choice, given), *_to(value, choice, given)])


def _from(value: ast.expr, choice: Range, given: Input) -> list[ast.expr]:
    if choice.low is None:
        return []
    if given.forgiving:
        return [py.binary(value, ">", _bar(choice.low, -1 if choice.includes_low else 1))]
    return [py.binary(value, ">=" if choice.includes_low else ">", py.constant(choice.low))]


def _to(value: ast.expr, choice: Range, given: Input) -> list[ast.expr]:
    if choice.high is None:
        return []
    if given.forgiving:
        return [py.binary(value, "<=", _bar(choice.high, 1 if choice.includes_high else -1))]
    return [py.binary(value, "<=" if choice.includes_high else "<", py.constant(choice.high))]


def _bar(value: object, way: int) -> ast.expr:
    """Where a forgiving comparison really changes: a little before (-1) or behind (1) a value."""
    assert isinstance(value, int | float)
    return py.constant(above(value) if way > 0 else below(value))
