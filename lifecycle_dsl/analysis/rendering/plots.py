"""Charts as SVG, by matplotlib: texts stay texts, and the same chart gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from itertools import cycle
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from lifecycle_dsl.analysis.findings import Bars, Chart, Grid, Lines, Series, Unit
from lifecycle_dsl.analysis.rendering.words import number_text

COLOURS: Final = ("#2f6db3", "#d9822b", "#3f8f5b", "#9a4fa3", "#c0392b", "#5c6b7a")
"""Told apart also by those who see no red or green, in this order."""
_STYLE: Final = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lcr",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
}
_INCHES: Final = (7.2, 3.4)


def svg(chart: Chart) -> str:
    """A chart as an `<svg>` element."""
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type, unused-ignore]
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.subplots()
        match chart:
            case Bars():
                _bars(axes, chart)
            case Lines():
                _lines(axes, chart)
            case Grid():
                _grid(figure, axes, chart)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _bars(axes: Any, chart: Bars) -> None:
    names = list(chart.series[0].x) if chart.series else []
    wide = 0.8 / max(len(chart.series), 1)
    for place, (series, colour) in enumerate(zip(chart.series, cycle(COLOURS), strict=False)):
        at = [number + place * wide for number in range(len(names))]
        values = [0.0 if value is None else value for value in series.y]
        axes.barh(at, values, height=wide * 0.9, color=colour, label=series.name)
        if series.low:
            whiskers = [_below(series, values), _above(series, values)]
            axes.errorbar(values, at, xerr=whiskers, fmt="none", ecolor="#333", capsize=2)
    axes.set_yticks([number + 0.4 - wide / 2 for number in range(len(names))], map(str, names))
    axes.invert_yaxis()
    axes.set_xlabel(chart.y.title)
    axes.xaxis.set_major_formatter(_in(chart.y.unit))
    axes.grid(visible=False, axis="y")
    _legend(axes, chart.series)


def _below(series: Series, values: Sequence[float]) -> list[float]:
    return [
        0.0 if low is None else max(value - low, 0.0)
        for low, value in zip(series.low, values, strict=True)
    ]


def _above(series: Series, values: Sequence[float]) -> list[float]:
    return [
        0.0 if high is None else max(high - value, 0.0)
        for high, value in zip(series.high, values, strict=True)
    ]


def _lines(axes: Any, chart: Lines) -> None:
    for series, colour in zip(chart.series, cycle(COLOURS), strict=False):
        y = [float("nan") if value is None else value for value in series.y]
        draw = axes.step if chart.stepped else axes.plot
        how = {"where": "post"} if chart.stepped else {"marker": "o", "markersize": 3}
        draw(series.x, y, color=colour, label=series.name, **how)
        if series.low:
            low = [float("nan") if value is None else value for value in series.low]
            high = [float("nan") if value is None else value for value in series.high]
            step = "post" if chart.stepped else None
            axes.fill_between(series.x, low, high, color=colour, alpha=0.18, lw=0, step=step)
    if chart.diagonal:
        axes.axline((0, 0), slope=1, color="#888", lw=1, ls="--")
    axes.set_xlabel(chart.x.title)
    axes.set_ylabel(chart.y.title)
    axes.yaxis.set_major_formatter(_in(chart.y.unit))
    if chart.series and not isinstance(next(iter(chart.series[0].x), 0.0), str):
        axes.xaxis.set_major_formatter(_in(chart.x.unit))
    else:
        axes.tick_params(axis="x", rotation=45)
    _legend(axes, chart.series)


def _grid(figure: Figure, axes: Any, chart: Grid) -> None:
    values = [[float("nan") if value is None else value for value in row] for row in chart.values]
    image = axes.imshow(values, aspect="auto", cmap="Blues", vmin=0)
    axes.set_xticks(range(len(chart.columns)), chart.columns)
    axes.set_yticks(range(len(chart.rows)), chart.rows)
    axes.set_xlabel(chart.x.title)
    axes.set_ylabel(chart.y.title)
    axes.grid(visible=False)
    figure.colorbar(image, format=_in(chart.unit))


def _legend(axes: Any, series: Sequence[Series]) -> None:
    if len(series) > 1:
        axes.legend(frameon=False)


def _in(unit: Unit) -> FuncFormatter:
    return FuncFormatter(lambda value, _: number_text(value, unit))
