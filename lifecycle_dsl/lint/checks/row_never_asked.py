"""Rows of decision tables that never decide anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.tables import Cell, Is, Mode, Range, Row, Table


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Rows that another row always forestalls, or that no customer can meet."""
    for table in rules.program.tables.values():
        for at, row in enumerate(table.rows):
            if _cannot_match(table, row, rules.anywhere):
                yield warning(
                    "row-never-asked",
                    f"no customer ever comes to this row of `{table.name}`",
                    row.span,
                    help="correct its cells, or take it out",
                )
                continue
            over = _covering(table, at)
            if over is not None:
                later = table.mode is Mode.LAYERS
                yield warning(
                    "row-never-asked",
                    f"this row of `{table.name}` never decides anything",
                    row.span,
                    "a later row lies over all of it"
                    if later
                    else "an earlier row takes all of it",
                    secondary=[(over.span, "this one")],
                    help="take it out, or put it where it gets its turn",
                )


def _covering(table: Table, at: int) -> Row | None:
    """A row that decides wherever this one matches."""
    row = table.rows[at]
    match table.mode:
        case Mode.FIRST:
            others: Sequence[Row] = table.rows[:at]
        case Mode.LAYERS:
            given = [place for place, result in enumerate(row.results) if result is not None]
            others = [
                other
                for other in table.rows[at + 1 :]
                if all(other.results[place] is not None for place in given)
            ]
        case _:
            return None
    for other in others:
        pairs = zip(other.cells, row.cells, strict=True)
        if all(_contains(wide, narrow) for wide, narrow in pairs):
            return other
    return None


def _contains(wide: Cell, narrow: Cell) -> bool:
    """Whether a cell holds wherever another does."""
    if not wide:
        return True
    if not narrow:
        return False
    return all(any(_within(choice, around) for around in wide) for choice in narrow)


def _within(choice: Is | Range, around: Is | Range) -> bool:
    match choice, around:
        case Is(values=values, negated=False), Is(values=others, negated=negated):
            return all((value in others) != negated for value in values)
        case Is(values=values, negated=True), Is(values=others, negated=True):
            return set(others) <= set(values)
        case Range(), Range():
            return _end_within(choice, around)
        case Is(values=values, negated=False), Range():
            return all(_end_within(Range(value, value), around) for value in values)
        case _:
            return False


def _end_within(inner: Range, outer: Range) -> bool:
    low = outer.low is None or (
        isinstance(inner.low, int | float)
        and isinstance(outer.low, int | float)
        and (
            inner.low > outer.low
            or (inner.low == outer.low and (outer.includes_low or not inner.includes_low))
        )
    )
    high = outer.high is None or (
        isinstance(inner.high, int | float)
        and isinstance(outer.high, int | float)
        and (
            inner.high < outer.high
            or (inner.high == outer.high and (outer.includes_high or not inner.includes_high))
        )
    )
    return low and high


def _cannot_match(table: Table, row: Row, known: Known) -> bool:
    return any(
        cell and not any(_may_be(choice, given.value, known) for choice in cell)
        for cell, given in zip(row.cells, table.inputs, strict=True)
    )


def _may_be(choice: Is | Range, value: e.Expression, known: Known) -> bool:
    possible = known.possible(value)
    if possible is None:
        return True
    match choice:
        case Is(values=values, negated=negated):
            return any((each in values) != negated for each in possible)
        case Range():
            return any(
                isinstance(each, int | float) and _end_within(Range(each, each), choice)
                for each in possible
            )
