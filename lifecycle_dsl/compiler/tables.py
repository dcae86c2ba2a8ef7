"""A look-up in a decision table: one function for each output.

Inputs that the rows ask for are put into variables, then rows are asked one after the other, flat:
a table may have thousands.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.functions import Written
from lifecycle_dsl.compiler.handlers import Function
from lifecycle_dsl.compiler.layout import Layout
from lifecycle_dsl.compiler.lower import FORGIVEN
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Range, Row, Table


def write_look_up(
    program: Program, layout: Layout, title: str, table: Table, output: str, *, ahead: bool
) -> Written:
    """`table_NUMBER_TABLE_OUTPUT(c, now)`: the value of an output."""
    f = Function.begin(program, layout, "")
    asked = list(table.asked(output))
    body: py.Statements = []
    for at, given in enumerate(table.inputs):
        if any(row.cells[at] for row, _ in asked):
            put = py.assign(_variable(at), f.lowering.value(given.value))
            py.located(put, given.value.span)
            body.append(put)
    field = table.outputs[table.place(output)]

    def value(result: e.Expression | None) -> ast.expr:
        kept = e.Constant(span=table.span, type=field.type, value=field.default)
        return f.lowering.value(kept if result is None else result)

    ends = False
    for row, result in asked:
        made, ends = _row(table.inputs, row, value(result))
        body.append(made)
        if ends:
            break
    if not ends:
        body.append(py.give(value(table.last(output))))
    return f.finish(title, ("c", "now"), body, table.span, ahead=ahead), f.needs


def _row(inputs: Sequence[Input], row: Row, value: ast.expr) -> tuple[ast.stmt, bool]:
    """What a row does, and whether it always applies."""
    tests = [
        _cell(py.name(_variable(at)), cell, given)
        for at, (cell, given) in enumerate(zip(row.cells, inputs, strict=True))
        if cell
    ]
    give = py.give(value)
    made = py.if_(py.all_of(tests), [give]) if tests else give
    py.located(made, row.span)
    return made, not tests


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
    return py.constant(value + way * (FORGIVEN * max(1.0, abs(value))))
