"""Cells as texts: numbers with as many digits as mean something, durations, intervals."""

from __future__ import annotations

from math import floor, log10
from typing import Final, assert_never

from lifecycle_dsl.analysis.findings import Cell, Estimate, Unit

NOTHING: Final = "–"
"""What stands where nothing is known."""
_SPANS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_YEAR: Final = 365 * 86_400


def cell_text(cell: Cell, unit: Unit) -> str:
    """A cell on one line; an estimate with its interval behind it."""
    text = value_text(cell, unit)
    return f"{text} {interval_of(cell, unit)}" if has_interval(cell) else text


def value_text(cell: Cell, unit: Unit) -> str:
    """A cell without an interval."""
    match cell:
        case None | Estimate(value=None):
            return NOTHING
        case str():
            return cell
        case Estimate(value=value):
            return number_text(value or 0.0, unit)
        case int() | float():
            return number_text(cell, unit)
        case _:
            assert_never(cell)


def has_interval(cell: Cell) -> bool:
    """Whether a cell is an estimate with an interval."""
    return (
        isinstance(cell, Estimate)
        and cell.value is not None
        and cell.low is not None
        and cell.high is not None
    )


def interval_of(cell: Cell, unit: Unit) -> str:
    """`(1.2 to 3.4)`; a percent sign stands behind the value alone. Empty where there is none."""
    if not isinstance(cell, Estimate) or cell.low is None or cell.high is None:
        return ""
    ends = [number_text(cell.low, unit), number_text(cell.high, unit)]
    if unit in {Unit.SHARE, Unit.POINTS, Unit.CHANGE}:
        ends = [end.rpartition(" ")[0] for end in ends]
    return f"({ends[0]} to {ends[1]})"


def number_text(value: float, unit: Unit) -> str:
    """A number in its unit."""
    match unit:
        case Unit.SHARE if 0 < value < 0.000005:
            return "< 0.001 %"
        case Unit.SHARE:
            return f"{100 * value:.{_places(value)}f} %"
        case Unit.POINTS:
            return f"{100 * value:+.{1 if abs(value) >= 0.0005 or value == 0 else 2}f} pp"
        case Unit.CHANGE:
            return f"{100 * value:+,.{0 if abs(value) >= 10 else 1}f} %"
        case Unit.COUNT:
            return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
        case Unit.MONEY:
            return f"{value:,.2f}"
        case Unit.DURATION:
            return duration_text(value)
        case Unit.P:
            return "< 0.0001" if value < 0.0001 else f"{value:.2g}"
        case Unit.NUMBER | Unit.TEXT | Unit.DATE:
            return figures(value)
        case _:
            assert_never(unit)


def _places(share: float) -> int:
    return 1 if abs(share) >= 0.001 or share == 0 else 3


def figures(value: float, count: int = 3) -> str:
    """At least so many figures, without an exponent where it can be."""
    if value == 0:
        return "0"
    if abs(value) >= 1e9 or abs(value) < 1e-6:
        return f"{value:.{count - 1}e}"
    places = max(count - 1 - floor(log10(abs(value))), 0)
    return f"{value:,.{places}f}"


def duration_text(seconds: float) -> str:
    """`3.2 d`, `45 min`: one unit."""
    if abs(seconds) >= 2 * _YEAR:
        return f"{figures(seconds / _YEAR, 2)} y"
    for name, size in _SPANS:
        if abs(seconds) >= size:
            return f"{figures(seconds / size, 2)} {name}"
    return f"{figures(seconds, 2)} s"


def minute(instant: str) -> str:
    """An instant of UTC to the minute: `2026-01-05 09:20`."""
    return instant[:16].replace("T", " ")
