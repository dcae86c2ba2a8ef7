"""A report on a terminal: headings, tables, and charts of a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grille
from rich.text import Text

from lifecycle_dsl.analysis.findings import Bars, Chart, Grid, Lines, Report, Section, Table, Unit
from lifecycle_dsl.analysis.rendering.words import cell_text, number_text

_BLOCKS: Final = " ▏▎▍▌▋▊▉█"
_SPARKS: Final = "▁▂▃▄▅▆▇█"
_SHADES: Final = " ░▒▓█"
_BAR: Final = 24
"""Characters of the longest bar."""
_SPARK: Final = 40


def show(report: Report, console: Console) -> None:
    """Print a report."""
    console.print(Text(report.title, style="bold"))
    console.print(
        Text(
            f"{report.lifecycle}, {report.begin} to {report.end}; "
            f"intervals are of {100 * report.level:g} %",
            style="dim",
        )
    )
    for section in report.sections:
        console.print()
        console.print(_section(section))


def _section(section: Section) -> RenderableType:
    parts: list[RenderableType] = [Text(section.title, style="bold cyan")]
    if section.headline:
        parts.append(Text(section.headline))
    parts += [Padding(_table(each), (1, 0, 0, 0)) for each in section.tables]
    parts += [Padding(_chart(each), (1, 0, 0, 0)) for each in section.charts]
    about = [section.definition, f"Of {section.sample}.", section.censored, *section.notes]
    parts.append(Padding(Text("\n".join(filter(None, about)), style="dim"), (1, 0, 0, 0)))
    return Group(*parts)


def _table(table: Table) -> RenderableType:
    grille = Grille(
        title=table.title or None,
        caption=table.note or None,
        title_justify="left",
        caption_justify="left",
        title_style="italic",
        header_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for column in table.columns:
        is_text = column.unit in {Unit.TEXT, Unit.DATE}
        grille.add_column(column.title, justify="left" if is_text else "right", overflow="fold")
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        grille.add_row(*[Text(cell_text(cell, column.unit)) for cell, column in cells])
    return grille


def _chart(chart: Chart) -> RenderableType:
    match chart:
        case Bars():
            lines = list(_bars(chart))
        case Lines():
            lines = list(_sparks(chart))
        case Grid():
            lines = list(_shades(chart))
    return Text("\n".join([chart.title, *lines]), no_wrap=True, overflow="ellipsis")


def _bars(chart: Bars) -> Iterator[str]:
    known = [value for series in chart.series for value in series.y if value is not None]
    top = max(known, default=0.0) or 1.0
    wide = max((len(str(x)) for series in chart.series for x in series.x), default=0)
    for series in chart.series:
        if len(chart.series) > 1:
            yield f"{series.name}:"
        for x, value in zip(series.x, series.y, strict=True):
            shown = "" if value is None else number_text(value, chart.y.unit)
            yield f"{x!s:<{wide}}  {_bar((value or 0.0) / top):<{_BAR}} {shown}"


def _bar(share: float) -> str:
    eighths = round(max(share, 0.0) * _BAR * 8)
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _sparks(chart: Lines) -> Iterator[str]:
    wide = max((len(each.name) for each in chart.series), default=0)
    known = [value for series in chart.series for value in series.y if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    for series in chart.series:
        step = max(len(series.y) / _SPARK, 1.0)
        chosen = [series.y[int(place * step)] for place in range(int(len(series.y) / step))]
        line = "".join(_spark(value, low, high) for value in chosen)
        ends = [value for value in series.y if value is not None]
        first, last = (ends[0], ends[-1]) if ends else (0.0, 0.0)
        between = " … ".join(number_text(value, chart.y.unit) for value in (first, last))
        yield f"{series.name:<{wide}}  {line} {between}"


def _spark(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return _SPARKS[min(int(share * len(_SPARKS)), len(_SPARKS) - 1)]


def _shades(chart: Grid) -> Iterator[str]:
    wide = max(map(len, chart.rows), default=0)
    known = [value for row in chart.values for value in row if value is not None]
    top = max(known, default=0.0) or 1.0
    for name, row in zip(chart.rows, chart.values, strict=True):
        marks = "".join(
            "·" if value is None else _SHADES[min(int(value / top * 5), 4)] * 2 for value in row
        )
        yield f"{name:<{wide}}  {marks}"
