"""Checked decision tables.

A look-up takes the customer as they are, with no record at hand, and evaluates each input at most
once. In `first` the first row that matches gives every output, in `unique` the one that does; a
result left out (`-`) is then the output's default, or missing. In `layers` the rows that match lie
over one another, the last on top; a result left out lets through what lies below, at the bottom
`otherwise`, then the default.

So in every mode an output is looked up alike: rows are asked in an order (`layers` from the last,
and only those that do not leave it out), and the first that matches decides. Rows that cover every
case need no `otherwise`; in no stage, as customers are before their first record, the row asked
last then decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from attrs import field, frozen

from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import Field
from lifecycle_dsl.source import Span


class Mode(Enum):
    """How rows go together."""

    FIRST = "first"
    UNIQUE = "unique"
    LAYERS = "layers"


@frozen
class Is:
    """One of some values; `negated`: none of them."""

    values: tuple[object, ...]
    negated: bool = False


@frozen
class Range:
    """Between two values of an ordered type, an end that is None being open to that side."""

    low: object
    high: object
    includes_low: bool = True
    includes_high: bool = True


Choice = Is | Range
Cell = tuple[Choice, ...]
"""Choices one of which holds; an empty one is `-`, which always does."""
Results = tuple[Expression | None, ...]
"""What a row gives each output; None is `-`."""


@frozen(kw_only=True)
class Input:
    """What a column of cells is about; it is never missing."""

    value: Expression
    forgiving: bool
    """Whether it is compared as scores are; see `Forgiving`."""
    asks: tuple[Expression, ...]
    """What the cells need to know of it: comparisons with their values, or the input itself. Of
    these alone depends which rows match; an input that no cell looks at has none."""


@frozen(kw_only=True)
class Row:
    """A row: a cell for each input, a result for each output."""

    span: Span = field(eq=False, repr=False)
    cells: tuple[Cell, ...]
    results: Results


@frozen(kw_only=True)
class Table(Declaration):
    """A decision table. A `unique` one without `otherwise` has a row for every case."""

    inputs: tuple[Input, ...]
    outputs: tuple[Field, ...]
    mode: Mode
    rows: tuple[Row, ...]
    otherwise: Results | None

    def place(self, output: str) -> int:
        """The place of an output among the results."""
        return next(at for at, field in enumerate(self.outputs) if field.name == output)

    def asked(self, output: str) -> Iterator[tuple[Row, Expression | None]]:
        """The rows that can decide an output, in the order in which they are asked."""
        at = self.place(output)
        if self.mode is Mode.LAYERS:
            for row in reversed(self.rows):
                if row.results[at] is not None:
                    yield row, row.results[at]
        else:
            for row in self.rows:
                yield row, row.results[at]

    def last(self, output: str) -> Expression | None:
        """What an output is where no row decides; None is the default."""
        at = self.place(output)
        if self.otherwise is not None:
            return self.otherwise[at]
        field = self.outputs[at]
        if field.optional or field.default is not None:
            return None
        return [result for _, result in self.asked(output)][-1]

    def reads(self, output: str) -> tuple[Expression, ...]:
        """All that a look-up of an output may read: what the cells ask, and the results."""
        results = (*(result for _, result in self.asked(output)), self.last(output))
        asks = (ask for each in self.inputs for ask in each.asks)
        return (*asks, *(result for result in results if result is not None))

    def expressions(self) -> Iterator[Expression]:
        """Every expression that the table is made of, in order."""
        for each in self.inputs:
            yield from each.asks
        for row in self.rows:
            yield from (result for result in row.results if result is not None)
        yield from (result for result in self.otherwise or () if result is not None)
