"""Cells of decision tables: what each asks of its input, with every value known beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression, constant_value
from lifecycle_dsl.checker.operators import ORDERED, comparison
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import tables as problems
from lifecycle_dsl.checker.reads import all_in
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.stage_sets import stages_called
from lifecycle_dsl.program.expressions import (
    Apply,
    Constant,
    Expression,
    Forgiving,
    PreviousStage,
)
from lifecycle_dsl.program.tables import Cell, Choice, Input, Is, Range
from lifecycle_dsl.program.types import BOOL, NO_STAGE, LevelType, StageType, Type
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_cell(names: Dictionary, cell: nodes.Cell, given: Expression) -> Cell | None:
    """A checked cell of an input; None after a report."""
    written = [each for each in cell.choices if not isinstance(each, nodes.CellAny)]
    found = [_choice(names, choice, given) for choice in written]
    choices = tuple(each for each in found if each is not None)
    if len(choices) < len(found):
        return None
    return choices if len(written) == len(cell.choices) else ()


def check_input(names: Dictionary, given: Expression, cells: Iterable[Cell]) -> Input:
    """An input with what its cells ask of it."""
    forgiving = given.type in ORDERED and names.expressions.behind.forgives(given)
    choices = [choice for cell in cells for choice in cell]
    if given.type in ORDERED or isinstance(given.type, LevelType):
        bars = dict.fromkeys(bar for choice in choices for bar in _bars(choice))
        asks = tuple(_compared(given, symbol, bar, forgiving=forgiving) for symbol, bar in bars)
    else:
        asks = (given,) if choices else ()
    return Input(value=given, forgiving=forgiving, asks=asks)


def may_be_none(names: Dictionary, given: Expression) -> bool:
    """Whether a stage is, or may be, the one before the first move."""
    parts = all_in(given, names.expressions.behind.value)
    return any(isinstance(part, PreviousStage) for part in parts)


def _bars(choice: Choice) -> list[tuple[str, object]]:
    """The comparisons, by symbol and value, on which a choice depends."""
    match choice:
        case Is(values=values):
            return [(symbol, value) for value in values for symbol in (">=", ">")]
        case Range(low=low, high=high, includes_low=at_low, includes_high=at_high):
            from_low = [] if low is None else [(">=" if at_low else ">", low)]
            return from_low + ([] if high is None else [(">" if at_high else ">=", high)])


def _compared(given: Expression, symbol: str, bar: object, *, forgiving: bool) -> Expression:
    right = Constant(span=given.span, type=given.type, value=bar)
    if forgiving:
        return Forgiving(span=given.span, symbol=symbol, left=given, right=right)
    operation = comparison(symbol, given.type)
    if operation is None:
        raise TypeError(f"no order: {given.type}")
    return Apply(span=given.span, type=BOOL, operation=operation, arguments=(given, right))


def _choice(names: Dictionary, choice: nodes.CellChoice, given: Expression) -> Choice | None:
    """A checked choice other than `-`; None after a report."""
    match choice:
        case nodes.CellIs(value=value) | nodes.CellNot(value=value):
            values = _values(names, value, given)
            negated = isinstance(choice, nodes.CellNot)
            return None if values is None else Is(values, negated)
        case nodes.CellFrom(low=low):
            return _range(names, choice, given, low, None)
        case nodes.CellTo(high=high):
            return _range(names, choice, given, None, high)
        case nodes.CellRange(low=low, high=high):
            return _range(names, choice, given, low, high)
        case nodes.CellAny():
            return None


def _range(
    names: Dictionary,
    choice: nodes.CellFrom | nodes.CellTo | nodes.CellRange,
    given: Expression,
    low: nodes.CellValue | None,
    high: nodes.CellValue | None,
) -> Range | None:
    if given.type not in ORDERED and not isinstance(given.type, LevelType):
        names.report(problems.cell_without_order(choice.span, str(given.type)))
        return None
    ends = [None if end is None else _values(names, end, given) for end in (low, high)]
    if any(end is not None and found is None for end, found in zip((low, high), ends, strict=True)):
        return None
    least, most = (None if found is None else found[0] for found in ends)
    at_low = choice.includes_low if isinstance(choice, nodes.CellRange) else True
    at_high = choice.includes_high if isinstance(choice, nodes.CellRange) else True
    if isinstance(least, int | float) and isinstance(most, int | float):
        is_empty = least > most or (least == most and not (at_low and at_high))
        if is_empty:
            names.report(quantity_problems.param_out_of_range(choice.span, "this range is empty"))
            return None
    return Range(least, most, at_low, at_high)


def _values(
    names: Dictionary, value: nodes.CellValue, given: Expression
) -> tuple[object, ...] | None:
    """The fixed values that a cell names, several for a group of stages; None after a report."""
    kind: Type = given.type
    written = as_expression(value) if isinstance(value, nodes.Constant) else value
    if isinstance(kind, LevelType) and isinstance(written, nodes.NameRead):
        rank = names.hearing.rank(kind.level, written.name)
        return None if rank is None else (rank,)
    if isinstance(kind, StageType) and isinstance(written, nodes.NameRead):
        if written.name.text == NO_STAGE and may_be_none(names, given):
            return (NO_STAGE,)
        return stages_called(names, written.name)
    checked = names.check(written, Scope("a cell", Reads.STATE), kind)
    if checked is None:
        return None
    known, fixed = constant_value(checked)
    if not known:
        names.report(quantity_problems.not_a_constant(written.span, "a cell"))
        return None
    return (fixed,)
