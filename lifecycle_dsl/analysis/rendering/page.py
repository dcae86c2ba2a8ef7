"""A report as one HTML file: no script, nothing from elsewhere, light or dark, and it prints."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import count
from typing import Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from lifecycle_dsl.analysis.findings import Cell, Chart, Report, Table, Unit
from lifecycle_dsl.analysis.rendering.plots import svg
from lifecycle_dsl.analysis.rendering.tables import LEFT
from lifecycle_dsl.analysis.rendering.words import cell_text, interval_of, minute, value_text

_CODE: Final = re.compile("`([^`]*)`")
_WIDEST: Final = 112
"""Characters of a table that fits a page with its intervals beside their values."""
_LONGEST: Final = 30
"""Characters of a text before it goes on in the next line."""


def page(report: Report) -> str:
    """The page of a report."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    numbers = count(1)
    environment.filters |= {
        "cell": _cell,
        "code": _code,
        "minute": minute,
        "plot": lambda chart: _plot(chart, next(numbers)),
    }
    environment.tests |= {"left": lambda unit: unit in LEFT, "many": _many}
    text = files("lifecycle_dsl.analysis.rendering").joinpath("page.html.j2")
    return environment.from_string(text.read_text(encoding="utf-8")).render(it=report)


def _many(table: Table) -> bool:
    """Whether intervals have to stand below their values for the table to fit."""
    columns = zip(table.columns, zip(*table.rows, strict=True), strict=False)
    widths = (
        max(len(column.title) // 2, *(len(cell_text(cell, column.unit)) for cell in cells))
        for column, cells in columns
    )
    return sum(min(width, _LONGEST) + 3 for width in widths) > _WIDEST


def _plot(chart: Chart, number: int) -> Markup:
    return Markup(svg(chart, number))  # noqa: S704 — matplotlib escapes its texts


def _cell(cell: Cell, unit: Unit) -> Markup:
    """A value, with its interval behind it; a text with what is of the rules told apart."""
    if isinstance(cell, str):
        return _code(cell)
    value, interval = escape(value_text(cell, unit)), interval_of(cell, unit)
    if not interval:
        return value
    return Markup('{} <span class="interval">{}</span>').format(value, interval)


def _code(text: str) -> Markup:
    """A sentence; what stands between backticks is of the rules."""
    tied = str(escape(text)).replace(" %", "&nbsp;%")
    return Markup(_CODE.sub(r"<code>\1</code>", tied))  # noqa: S704 — escaped before
