"""Decision tables by their rows, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Mode, Range, Results, Row, Table
from tests.reference.customer import Moment, Value

Evaluate = Callable[[Moment, Expression], Value]


def looked_up(m: Moment, table: Table, output: str, evaluate: Evaluate) -> Value:
    """An output of a table for a customer as they are, without a record."""
    m = m.without_record()
    at = [field.name for field in table.outputs].index(output)
    matching = [row for row in table.rows if matches(m, table, row, evaluate)]
    bottom = [table.otherwise or in_no_stage(m, table, at)]
    match table.mode:
        case Mode.FIRST:
            layers = [row.results for row in matching[:1]] or bottom
        case Mode.UNIQUE:
            assert len(matching) <= 1
            layers = [row.results for row in matching] or bottom
        case Mode.LAYERS:
            layers = bottom + [row.results for row in matching]
    value: Value = table.outputs[at].default
    for results in layers:
        result = results[at]
        if result is not None:
            value = evaluate(m, result)
    return value


def in_no_stage(m: Moment, table: Table, at: int) -> Results:
    """What holds where no row matches and there is no `otherwise`: nothing, or no stage yet."""
    nothing: Results = (None,) * len(table.outputs)
    field = table.outputs[at]
    if m.customer.stage is not None or field.optional or field.default is not None:
        return nothing
    order = table.rows if table.mode is Mode.LAYERS else table.rows[::-1]
    return next(row.results for row in order if row.results[at] is not None)


def matches(m: Moment, table: Table, row: Row, evaluate: Evaluate) -> bool:
    """Whether every cell of a row holds."""
    return all(
        not cell or holds(cell, given, evaluate(m, given.value))
        for cell, given in zip(row.cells, table.inputs, strict=True)
    )


def holds(cell: Cell, given: Input, value: Value) -> bool:
    """Whether one of the choices of a cell holds for a value."""
    return any(chosen(choice, given, value) for choice in cell)


def chosen(choice: Choice, given: Input, value: Value) -> bool:
    """Whether a choice holds for a value."""
    match choice:
        case Is(values=values):
            found = any(same(given, value, each) for each in values)
            return found is not choice.negated
        case Range(low=low, high=high):
            least = low is None or (
                at_least(given, value, low) if choice.includes_low else above(given, value, low)
            )
            most = high is None or not (
                above(given, value, high) if choice.includes_high else at_least(given, value, high)
            )
            return least and most


def same(given: Input, value: Value, other: Value) -> bool:
    """Whether a value is another."""
    if isinstance(other, str | bool):
        return bool(value == other)
    return at_least(given, value, other) and not above(given, value, other)


def at_least(given: Input, value: Value, bar: Value) -> bool:
    """Whether a value is a bar or more."""
    return bool(value > bar - slack(bar) if given.forgiving else value >= bar)


def above(given: Input, value: Value, bar: Value) -> bool:
    """Whether a value is more than a bar."""
    return bool(value > bar + slack(bar) if given.forgiving else value > bar)


def slack(bar: Value) -> float:
    """What a comparison with a score forgives."""
    return float(1e-9 * max(1.0, abs(bar)))
