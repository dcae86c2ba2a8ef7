"""What an analysis finds: plain data, made by sections, shown by `rendering`.

Shares are between 0 and 1, durations are seconds, instants are UTC texts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

from lifecycle_dsl.diagnostics.words import counted


class Unit(StrEnum):
    """What a column or an axis is measured in."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    POINTS = "points"
    """A difference of two shares; 0.01 is one percentage point."""
    CHANGE = "change"
    """A relative difference; 0.1 is a tenth more."""
    NUMBER = "number"
    P = "p"
    """A p-value."""
    MONEY = "money"
    DURATION = "duration"
    DATE = "date"


@frozen
class Estimate:
    """A number with its interval and its sample."""

    value: float | None
    """None where the sample says nothing."""
    low: float | None = None
    high: float | None = None
    """The ends of the interval, at the section's level; None where it has none."""
    n: int | None = None
    """How many it is of."""


Cell = str | int | float | Estimate | None
Row = tuple[Cell, ...]


@frozen
class Column:
    """A column of a table."""

    title: str
    unit: Unit = Unit.TEXT


@frozen
class Table:
    """Rows under columns; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    note: str = ""
    """What must be known to read it, in one sentence."""


@frozen
class Axis:
    """What stands along a side of a chart."""

    title: str
    unit: Unit = Unit.NUMBER


@frozen
class Series:
    """Points of a line, or the bars of one colour."""

    name: str
    x: tuple[float | str, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    """The band or the whiskers around it; empty where there are none."""


@frozen
class Bars:
    """Bars side by side, with whiskers; x are names."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]


@frozen
class Lines:
    """Lines with bands. A stepped line holds its value until the next point (survival curves)."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    stepped: bool = False
    diagonal: bool = False
    """Whether to draw x = y, which a calibrated forecast follows."""


@frozen
class Grid:
    """Cells of colour: cohorts by age, stages by stages."""

    title: str
    x: Axis
    y: Axis
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    """By row, then by column; None where nothing can be known yet."""
    unit: Unit = Unit.SHARE


Chart = Bars | Lines | Grid


@frozen
class Section:
    """One question and its answer."""

    name: str
    """As on the command line."""
    title: str
    definition: str
    """What is counted, of whom, in one or two sentences."""
    sample: str
    """How many it is of: `1,204 customers, 3,310 entries`."""
    censored: str
    """Who is not known yet, and how they are handled; what to say where nobody is."""
    headline: str = ""
    """The answer in one sentence."""
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    """Cautions, one sentence each."""
    code: str = ""
    """What the rules should say, in the language; empty where nothing follows for them."""


@frozen
class Report:
    """Sections about one history."""

    title: str
    lifecycle: str
    fingerprint: str
    begin: str
    end: str
    """What is observed, as RFC 3339; after the end nothing is known."""
    level: float | None
    """Of all intervals, such as 0.95; None where there are none."""
    sections: tuple[Section, ...]
    sample: float = 1.0
    """The share of the customers that it is of; counts are of these alone."""

    @property
    def of_whom(self) -> str:
        """What is to be said of a sample; empty where it is of all."""
        if self.sample == 1.0:
            return ""
        return f"A sample of {100 * self.sample:g} % of the customers: counts are of these alone."


def columns(*titles: str | tuple[str, Unit]) -> tuple[Column, ...]:
    """Columns from titles; a plain title is a column of texts."""
    return tuple(Column(each) if isinstance(each, str) else Column(*each) for each in titles)


count_of: Final = counted
"""`1 customer`, `2,000 customers`, `3 entries`."""
