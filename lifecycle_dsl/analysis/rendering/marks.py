"""Charts of a few lines, in the characters of a terminal."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from lifecycle_dsl.analysis.findings import Bars, Chart, Grid, Lines, Series, Unit
from lifecycle_dsl.analysis.rendering.words import number_text

_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_SPARKS: Final = "▁▂▃▄▅▆▇█"
_LONGEST_BAR: Final = 40
_SPARK: Final = 40
_WIDEST_NAME: Final = 30
_SHADES: Final = (17, 18, 24, 25, 31, 37)
"""Colours behind the cells of a grid, from little to much, of the terminal's 256."""


def chart_lines(chart: Chart, width: int) -> Iterator[Text]:
    """A chart without its title, in lines no wider than the terminal."""
    match chart:
        case Bars():
            yield from _bars(chart, width)
        case Lines():
            yield from _sparks(chart, width)
        case Grid():
            yield from _grid(chart, width)


def _cut(name: str, width: int = _WIDEST_NAME) -> str:
    return name if cell_len(name) <= width else set_cell_size(name, width - 1).rstrip() + "…"


def _filled(name: str, width: int) -> str:
    """A name, and two spaces behind the longest."""
    return set_cell_size(name, width) + "  "


def _bars(chart: Bars, width: int) -> Iterator[Text]:
    several = len(chart.series) > 1
    longest = min(_WIDEST_NAME, width // 3)
    names = [_cut(str(x), longest) for x in chart.series[0].x] if chart.series else []
    wide = max(map(cell_len, names), default=0)
    kinds = max((len(each.name) for each in chart.series), default=0) if several else 0
    shown = [[_shown(value, chart.y.unit) for value in each.y] for each in chart.series]
    behind = max((len(text) for texts in shown for text in texts), default=0)
    room = width - wide - kinds - behind - (6 if several else 4)
    scale = _Scale(chart.series, max(min(room, _LONGEST_BAR), 8))
    for place, name in enumerate(names):
        for number, series in enumerate(chart.series):
            text = Text(_filled(name if number == 0 else "", wide))
            if several:
                text.append(f"{series.name:<{kinds}}  ", "dim")
            mark = scale.mark(series, place)
            text.append(mark, "cyan")
            text.append(" " * (scale.width - len(mark) + 2 + behind - len(shown[number][place])))
            text.append(shown[number][place])
            yield text


def _shown(value: float | None, unit: Unit) -> str:
    return "–" if value is None else number_text(value, unit)


class _Scale:
    """From where to where bars go: zero is on it."""

    def __init__(self, series: Sequence[Series], width: int) -> None:
        ends = [
            value
            for each in series
            for value in (*each.y, *each.low, *each.high)
            if value is not None and isfinite(value)
        ]
        self.low, self.high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
        self.width = width
        self.span = (self.high - self.low) or 1.0

    def place(self, value: float) -> float:
        return (value - self.low) / self.span * self.width

    def mark(self, series: Series, place: int) -> str:
        """A bar from zero; where there is an interval, the interval with its value."""
        value = series.y[place]
        if value is None:
            return ""
        low = series.low[place] if series.low else None
        high = series.high[place] if series.high else None
        if low is not None and high is not None:
            return self._whisker(value, low, high)
        if self.low < 0:
            return self._whisker(value, min(value, 0.0), max(value, 0.0))
        eighths = round(self.place(value) * 8)
        return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()

    def _whisker(self, value: float, low: float, high: float) -> str:
        last = self.width - 1
        at = [min(int(self.place(each)), last) for each in (low, value, high, 0.0)]
        marks = [" "] * self.width
        marks[at[0] : at[2] + 1] = "─" * (at[2] + 1 - at[0])
        marks[at[3]] = "┼" if marks[at[3]] == "─" else "│"
        marks[at[1]] = "●"
        return "".join(marks).rstrip()


def _sparks(chart: Lines, width: int) -> Iterator[Text]:
    if not chart.series:
        return
    names = [_cut(each.name, min(_WIDEST_NAME, width // 3)) for each in chart.series]
    wide = max(map(cell_len, names), default=0)
    ends = [_ends(each, chart.y.unit) for each in chart.series]
    behind = max(map(len, ends), default=0)
    long = max(min(_SPARK, width - wide - behind - 4), 8)
    known = [value for each in chart.series for value in each.y if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    for name, series, end in zip(names, chart.series, ends, strict=True):
        text = Text(_filled(name, wide))
        text.append(_spark(series, long, low, high), "cyan")
        text.append(f"  {end}")
        yield text
    first, last = _domain(chart)
    yield Text(f"{'':<{wide}}  {chart.x.title}: {first} to {last}", "dim")


def _domain(chart: Lines) -> tuple[str, str]:
    xs = [x for each in chart.series for x in each.x]
    if not xs:
        return "–", "–"
    if any(isinstance(x, str) for x in xs):
        texts = [str(x) for x in xs]
        return (min(texts), max(texts)) if chart.x.unit is Unit.DATE else (texts[0], texts[-1])
    numbers = [float(x) for x in xs]
    return number_text(min(numbers), chart.x.unit), number_text(max(numbers), chart.x.unit)


def _ends(series: Series, unit: Unit) -> str:
    known = [value for value in series.y if value is not None]
    if not known:
        return "–"
    return f"{number_text(known[0], unit)} → {number_text(known[-1], unit)}"


def _spark(series: Series, long: int, low: float, high: float) -> str:
    values = _even(series, long)
    span = (high - low) or 1.0
    marks = [
        " " if value is None else _SPARKS[min(int((value - low) / span * 8), 7)] for value in values
    ]
    return "".join(marks)


def _even(series: Series, long: int) -> list[float | None]:
    """The values at places that are evenly far apart: each the last that is known there."""
    if not series.x:
        return []
    if isinstance(series.x[0], str):
        count = len(series.y)
        return [series.y[place * count // min(long, count)] for place in range(min(long, count))]
    xs = [float(x) for x in series.x]
    span = xs[-1] - xs[0]
    at = [xs[0] + span * place / (long - 1) for place in range(long)]
    return [series.y[max(bisect_right(xs, each) - 1, 0)] for each in at]


def _grid(chart: Grid, width: int) -> Iterator[Text]:
    texts = [[_brief(value, chart.unit) for value in row] for row in chart.values]
    known = [value for row in chart.values for value in row if value is not None]
    top = max(known, default=0.0) or 1.0
    wide = max((len(_cut(name)) for name in chart.rows), default=0)
    cell = max((len(text) for row in texts for text in row), default=1) + 2
    heads = list(chart.columns)
    room = (width - wide - 2) // max(len(heads), 1)
    if cell > room:
        yield Text("too wide for this screen: see the page, or a wider one", "dim")
        return
    cell = min(max(cell, *(len(head) + 2 for head in heads), 4), room)
    line = Text(" " * (wide + 2))
    for head in heads:
        line.append(f"{_cut(head, cell - 1):>{cell}}", "bold")
    yield line
    for name, row, values in zip(chart.rows, texts, chart.values, strict=True):
        line = Text(f"{_cut(name):<{wide}}  ")
        for text, value in zip(row, values, strict=True):
            line.append(f"{text:>{cell - 1}} ", _shade(value, top))
        line.rstrip()
        yield line


def _brief(value: float | None, unit: Unit) -> str:
    if value is None:
        return "·"
    if unit is Unit.SHARE:
        return f"{100 * value:.0f}%"
    return number_text(value, unit)


def _shade(value: float | None, top: float) -> str:
    if value is None or value <= 0:
        return ""
    shade = _SHADES[min(int(value / top * len(_SHADES)), len(_SHADES) - 1)]
    return f"white on color({shade})"
