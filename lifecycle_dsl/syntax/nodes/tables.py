"""Decision tables."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression
from lifecycle_dsl.syntax.nodes.facts import Constant, Field
from lifecycle_dsl.syntax.nodes.node import Declared, Node


@frozen(eq=False, repr=False)
class CellAny(Node):
    """`-`: whatever the value."""


CellValue = Constant | Expression


@frozen(eq=False, repr=False)
class CellIs(Node):
    """The value itself."""

    value: CellValue


@frozen(eq=False, repr=False)
class CellNot(Node):
    """Anything but the value."""

    value: CellValue


@frozen(eq=False, repr=False)
class CellFrom(Node):
    """`high..`: the value or above."""

    low: CellValue


@frozen(eq=False, repr=False)
class CellTo(Node):
    """`..low`: the value or below."""

    high: CellValue


@frozen(eq=False, repr=False)
class CellRange(Node):
    """`[25..50)`."""

    low: CellValue
    high: CellValue
    includes_low: bool
    includes_high: bool


CellChoice = CellAny | CellIs | CellNot | CellFrom | CellTo | CellRange


@frozen(eq=False, repr=False)
class Cell(Node):
    """Choices, one of which must hold."""

    choices: tuple[CellChoice, ...]


@frozen(eq=False, repr=False)
class Keep(Node):
    """`-` in a result: what is already there."""


Result = Keep | Expression


@frozen(eq=False, repr=False)
class Row(Node):
    """A row: a cell for each input, a result for each output."""

    cells: tuple[Cell, ...]
    results: tuple[Result, ...]


@frozen(eq=False, repr=False)
class OtherwiseRow(Node):
    """The row where no other applies; under `layers` the bottom."""

    results: tuple[Result, ...]


@frozen(eq=False, repr=False)
class RowsFrom(Node):
    """`layers from "strategy.csv"`; `mode` as in `Rows`."""

    mode: str | None
    path: str


@frozen(eq=False, repr=False)
class Rows(Node):
    """The rows in the file; `mode` is `layers`, `first` or `unique`, None if not said."""

    mode: str | None
    rows: tuple[Row, ...]
    otherwise: OtherwiseRow | None


@frozen(eq=False, repr=False)
class Table(Node):
    """A decision table."""

    declared: Declared
    inputs: tuple[Expression, ...]
    outputs: tuple[Field, ...]
    body: Rows | RowsFrom
