"""Cells of decision tables as terms of the solver."""

from __future__ import annotations

from lifecycle_dsl.lint.proving.encoding import Encoding
from lifecycle_dsl.lint.proving.terms import Term
from lifecycle_dsl.program.tables import Choice, Input, Is, Range, Row, Table


def matches(encoding: Encoding, table: Table, row: Row) -> Term:
    """That every cell of a row holds."""
    z3, parts = encoding.z3, []
    for given, cell in zip(table.inputs, row.cells, strict=True):
        if cell:
            parts.append(z3.Or(*(_is(encoding, given, each) for each in cell)))
    return z3.And(*parts)


def _is(encoding: Encoding, given: Input, choice: Choice) -> Term:
    z3 = encoding.z3
    match choice:
        case Is(values=values, negated=negated):
            same = z3.Or(*(_same(encoding, given, value) for value in values))
            return z3.Not(same) if negated else same
        case Range(low=low, high=high):
            parts = []
            if low is not None:
                parts.append(_above(encoding, given, low, -1 if choice.includes_low else 1))
            if high is not None:
                over = _above(encoding, given, high, 1 if choice.includes_high else -1)
                parts.append(z3.Not(over))
            return z3.And(*parts)


def _same(encoding: Encoding, given: Input, value: object) -> Term:
    z3 = encoding.z3
    match value:
        case bool():
            return encoding.truth(given.value)[0 if value else 1]
        case str():
            return encoding.value(given.value)[0] == encoding.terms.code(value)
        case _:
            over = _above(encoding, given, value, 1)
            return z3.And(_above(encoding, given, value, -1), z3.Not(over))


def _above(encoding: Encoding, given: Input, bar: object, sign: int) -> Term:
    """That an input is more than a bar, or with a sign of -1 as much or more."""
    assert isinstance(bar, int | float)  # noqa: S101 — a bar of a cell is a number
    value, at = encoding.value(given.value)[0], encoding.terms.exact(bar)
    if given.forgiving:
        return encoding.terms.above((given.value, bar), value, at, sign)
    return value > at if sign > 0 else value >= at
