"""Rows of decision tables that never decide anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.tables import Cell, Input, Is, Mode, Range, Row, Table

MOST_ROWS = 40
"""More rows that lie over another are not gone through."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Rows that another row always forestalls, or that no customer can meet."""
    for table in rules.program.tables.values():
        for at, row in enumerate(table.rows):
            if _cannot_match(table, row, rules.anywhere) or rules.prover.row_never_matches(
                rules.anywhere, table, row
            ):
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
            elif covering := _covering_together(rules, table, at):
                yield warning(
                    "row-never-asked",
                    f"this row of `{table.name}` never decides anything",
                    row.span,
                    f"{'later' if table.mode is Mode.LAYERS else 'earlier'} rows together"
                    " take all of it",
                    secondary=[(other.span, "one of these") for other in covering],
                    help="take it out, or put it where it gets its turn",
                )


def _covering_together(rules: Rules, table: Table, at: int) -> tuple[Row, ...]:
    """Rows of which it is proved that one decides wherever this one matches; or nothing."""
    row = table.rows[at]
    match table.mode:
        case Mode.FIRST:
            columns = [table.rows[:at]]
        case Mode.LAYERS:
            given = [place for place, result in enumerate(row.results) if result is not None]
            later = table.rows[at + 1 :]
            columns = [tuple(r for r in later if r.results[place] is not None) for place in given]
        case _:
            return ()
    known = rules.anywhere
    covering: dict[Row, None] = {}
    for others in columns:
        near = [other for other in others if _meets(table, row, other, known)]
        alone = next((other for other in near if _lies_in(row, other)), None)
        if alone is not None:
            covering[alone] = None
            continue
        if not 2 <= len(near) <= MOST_ROWS or not _may_cover(table, row, near, known):
            return ()
        if not rules.prover.rows_cover(known, table, row, near):
            return ()
        covering.update(dict.fromkeys(near))
    return tuple(covering)


def _meets(table: Table, row: Row, other: Row, known: Known) -> bool:
    """Whether two rows may match the same customer, as far as values that can be counted tell."""
    for cell, another, given in zip(row.cells, other.cells, table.inputs, strict=True):
        mine, theirs = _values_of(cell, given, known), _values_of(another, given, known)
        if mine is not None and theirs is not None and not mine & theirs:
            return False
    return True


def _may_cover(table: Table, row: Row, others: Sequence[Row], known: Known) -> bool:
    """Whether in no column something of the row is left over for sure."""
    for place, given in enumerate(table.inputs):
        wanted = _values_of(row.cells[place], given, known)
        found = [_values_of(other.cells[place], given, known) for other in others]
        if wanted is not None and not wanted <= frozenset().union(*(f or wanted for f in found)):
            return False
    return True


def _values_of(cell: Cell, given: Input, known: Known) -> frozenset[object] | None:
    """The values that a cell is about, of an input that has few; None for any other."""
    possible = known.possible(given.value)
    if possible is None or not cell:
        return possible
    return frozenset(
        value for value in possible if any(_is_chosen(choice, value) for choice in cell)
    )


def _is_chosen(choice: Is | Range, value: object) -> bool:
    match choice:
        case Is(values=values, negated=negated):
            return (value in values) != negated
        case Range():
            return isinstance(value, int | float) and _end_within(Range(value, value), choice)


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
    return next((other for other in others if _lies_in(row, other)), None)


def _lies_in(row: Row, other: Row) -> bool:
    """Whether another row matches wherever one does, cell by cell."""
    pairs = zip(other.cells, row.cells, strict=True)
    return all(_contains(wide, narrow) for wide, narrow in pairs)


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
