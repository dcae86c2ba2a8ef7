"""Charts as SVG, by matplotlib: texts stay texts, and the same chart gives the same bytes.

Colours are left to the page (`var(--c1)` and its like), so that a chart follows it into the dark
and onto paper. Series differ in their marks, too, not in colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from io import StringIO
from itertools import cycle
from math import isfinite
from statistics import median
from typing import Any, Final

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lifecycle_dsl.analysis.findings import Bars, Chart, Grid, Lines, Series, Unit
from lifecycle_dsl.analysis.rendering.words import number_text

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart also by those who see no red or green (Okabe and Ito 2008), in this order."""
_INK: Final = "#1c2431"
_FAINT: Final = "#5b6676"
_RULE: Final = "#dde3ed"
_DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")
_HEAT: Final = LinearSegmentedColormap.from_list(
    "heat", ["#f1f6fb", "#c5dcef", "#86b8dc", "#3f8cc3", "#0f62a0", "#083a66"]
)
_STYLE: Final = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lcr",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "grid.color": _RULE,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
}
_VARIABLES: Final = {
    **{colour: f"var(--c{number})" for number, colour in enumerate(COLOURS, 1)},
    _INK: "var(--ink)",
    _FAINT: "var(--faint)",
    _RULE: "var(--rule)",
}
_WIDE: Final = 7.4
"""Inches."""
_WIDE_LABELS: Final = 72
"""Characters that fit below a chart, side by side."""
_LONGEST_NAME: Final = 34
_REFERENCE: Final = re.compile(r'(?:url\(#|href="#)([\w-]+)')
_ID: Final = re.compile(r' id="([\w.-]+)"')


def svg(chart: Chart, number: int = 0) -> str:
    """A chart as an `<svg>` element; the number makes its ids its own on a page."""
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type, unused-ignore]
        figure = Figure(figsize=(_WIDE, _height(chart)), layout="constrained")
        axes = figure.subplots()
        match chart:
            case Bars():
                _bars(axes, chart)
            case Lines():
                _lines(axes, chart)
            case Grid():
                _grid(axes, chart)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    return _for_page(text[text.index("<svg") :], chart, number)


def alternative(chart: Chart) -> str:
    """What a chart shows, in words, for those who do not see it."""
    return f"{chart.title}. {'. '.join(_told(chart))}."


def _told(chart: Chart) -> Iterator[str]:
    match chart:
        case Bars(series=several) | Lines(series=several):
            yield f"{chart.y.title} by {chart.x.title}"
            for series in several:
                known = [(x, y) for x, y in zip(series.x, series.y, strict=True) if y is not None]
                if isinstance(chart, Lines) and len(known) > 2:
                    known = [known[0], known[-1]]
                points = (f"{_x(x, chart)} {number_text(y, chart.y.unit)}" for x, y in known)
                yield f"{series.name}: {', '.join(points) or 'nothing is known'}"
        case Grid():
            yield f"{len(chart.rows)} rows ({chart.y.title}), {len(chart.columns)} columns"
            cells = [
                (value, row, column)
                for row, values in zip(chart.rows, chart.values, strict=True)
                for column, value in zip(chart.columns, values, strict=True)
                if value is not None
            ]
            if cells:
                value, row, column = max(cells)
                yield f"the most is {number_text(value, chart.unit)}, of {row} and {column}"


def _x(x: float | str, chart: Bars | Lines) -> str:
    return x if isinstance(x, str) else number_text(x, chart.x.unit)


def _height(chart: Chart) -> float:
    match chart:
        case Bars():
            names = len(chart.series[0].x) if chart.series else 0
            each = 0.34 if len(chart.series) < 2 else 0.22 * len(chart.series) + 0.12
            return max(names * each + (1.1 if len(chart.series) > 1 else 0.8), 1.4)
        case Lines():
            return 3.4
        case Grid():
            return len(chart.rows) * 0.3 + 1.1


# ---- bars


def _bars(axes: Any, chart: Bars) -> None:
    names = list(chart.series[0].x) if chart.series else []
    wide = 0.78 / max(len(chart.series), 1)
    for place, (series, colour) in enumerate(zip(chart.series, cycle(COLOURS), strict=False)):
        at = [number + (place + 0.5) * wide - 0.39 for number in range(len(names))]
        values = [0.0 if value is None else value for value in series.y]
        if series.low:
            whiskers = [_reach(values, series.low, -1), _reach(values, series.high, 1)]
            axes.errorbar(
                values, at, xerr=whiskers, fmt=_MARKERS[place % 6], color=colour, ms=6, capsize=3
            )
        else:
            axes.barh(at, values, height=wide * 0.86, color=colour)
        mark = _MARKERS[place % len(_MARKERS)] if series.low else "s"
        axes.plot([], [], color=colour, marker=mark, ls="", label=series.name)
        for spot, value, known, above in zip(
            at, values, series.y, series.high or series.y, strict=True
        ):
            axes.annotate(
                "–" if known is None else number_text(known, chart.y.unit),
                (max(value, above or 0.0, 0.0), spot),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
    axes.set_yticks(range(len(names)), [_cut(str(name)) for name in names])
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.margins(x=0.14)
    _, high = axes.get_xlim()
    if min(_values(chart), default=0.0) < 0:
        axes.axvline(0, color=_FAINT, lw=1)
    else:
        axes.set_xlim(0, high)
    axes.set_xlabel(chart.y.title)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=_is_whole(chart)))
    axes.xaxis.set_major_formatter(_in(chart.y.unit))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    _legend(axes, chart.series)


def _values(chart: Bars) -> list[float]:
    return [
        value
        for series in chart.series
        for value in (*series.y, *series.low)
        if value is not None and isfinite(value)
    ]


def _is_whole(chart: Bars | Lines) -> bool:
    return chart.y.unit is Unit.COUNT


def _reach(values: Sequence[float], ends: Sequence[float | None], sign: int) -> list[float]:
    """How far the interval goes to one side."""
    return [
        0.0 if end is None else max(sign * (end - value), 0.0)
        for value, end in zip(values, ends, strict=True)
    ]


# ---- lines


def _lines(axes: Any, chart: Lines) -> None:
    names = _names(chart)
    for place, (series, colour) in enumerate(zip(chart.series, cycle(COLOURS), strict=False)):
        x = [names.index(str(each)) if names else float(each) for each in series.x]
        y = [float("nan") if value is None else value for value in series.y]
        draw = axes.step if chart.stepped else axes.plot
        how: dict[str, Any] = {"where": "post"} if chart.stepped else {}
        if not chart.stepped and len(x) <= 40:
            how = {"marker": _MARKERS[place % len(_MARKERS)], "markersize": 4}
        dashes = _DASHES[place % len(_DASHES)]
        draw(x, y, color=colour, label=series.name, ls=dashes, lw=1.8, **how)
        if series.low:
            low = [float("nan") if value is None else value for value in series.low]
            high = [float("nan") if value is None else value for value in series.high]
            step = "post" if chart.stepped else None
            axes.fill_between(x, low, high, color=colour, alpha=0.16, lw=0, step=step)
    if chart.diagonal:
        axes.axline((0, 0), slope=1, color=_FAINT, lw=1, ls="--")
    axes.set_xlabel(chart.x.title)
    axes.set_ylabel(chart.y.title)
    _without_extremes(axes, chart)
    _, top = axes.get_ylim()
    if chart.y.unit in {Unit.COUNT, Unit.SHARE, Unit.MONEY} and _is_positive(chart):
        axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=_is_whole(chart)))
    axes.yaxis.set_major_formatter(_in(chart.y.unit))
    if names:
        longest = max(len(_day(name, names)) for name in names)
        every = -(-len(names) // max(_WIDE_LABELS // (longest + 3), 2))
        spots = range(0, len(names), every)
        axes.set_xticks(spots, [_day(names[spot], names) for spot in spots])
    else:
        whole = all(float(x).is_integer() for each in chart.series for x in each.x)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=whole))
        axes.xaxis.set_major_formatter(_in(chart.x.unit))
    _legend(axes, chart.series)


def _without_extremes(axes: Any, chart: Lines) -> None:
    """Bands that are wide only where little is known yet are cut, so that the rest can be seen."""
    ends = [
        (y, low, high)
        for each in chart.series
        for y, low, high in zip(each.y, each.low, each.high, strict=False)
        if y is not None and low is not None and high is not None
    ]
    if len(ends) < 4:
        return
    wide = 3 * median(max(y - low, high - y) for y, low, high in ends)
    values = [y for each in chart.series for y in each.y if y is not None]
    bottom, top = axes.get_ylim()
    axes.set_ylim(max(bottom, min(values) - wide), min(top, max(values) + wide))


def _names(chart: Lines) -> list[str]:
    """What stands along the bottom, where that is no scale."""
    found = dict.fromkeys(x for series in chart.series for x in series.x)
    if not any(isinstance(x, str) for x in found):
        return []
    return sorted(map(str, found)) if chart.x.unit is Unit.DATE else list(map(str, found))


def _day(name: str, names: Sequence[str]) -> str:
    """A month where all are first days of one."""
    return name[:7] if all(re.fullmatch(r"\d{4}-\d\d-01", each) for each in names) else _cut(name)


def _is_positive(chart: Lines) -> bool:
    return all(
        value is None or value >= 0 for each in chart.series for value in (*each.y, *each.low)
    )


# ---- grids


def _grid(axes: Any, chart: Grid) -> None:
    values = [[float("nan") if value is None else value for value in row] for row in chart.values]
    known = [value for row in chart.values for value in row if value is not None]
    top = max(known, default=0.0) or 1.0
    if values and chart.columns:
        axes.pcolormesh(values, cmap=_HEAT, vmin=0, vmax=top, edgecolors="none")
    small = len(chart.columns) <= 14
    for row, line in enumerate(chart.values):
        for column, value in enumerate(line):
            if value is not None and small:
                colour = "#ffffff" if value > 0.55 * top else "#10243a"
                text = _brief(value, chart.unit)
                axes.text(
                    column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, size=9
                )
    longest = max((len(name) for name in chart.columns), default=0)
    turned = longest * len(chart.columns) > 80
    axes.set_xticks(
        [number + 0.5 for number in range(len(chart.columns))],
        [_cut(name) for name in chart.columns],
        rotation=40 if turned else 0,
        ha="right" if turned else "center",
        rotation_mode="anchor" if turned else "default",
    )
    rows = len(chart.rows)
    every = max(-(-rows // 40), 1)
    axes.set_yticks(
        [number + 0.5 for number in range(0, rows, every)], [_cut(n) for n in chart.rows[::every]]
    )
    axes.set_ylim(max(rows, 1), 0)
    axes.set_xlabel(chart.x.title)
    axes.set_ylabel(chart.y.title)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _brief(value: float, unit: Unit) -> str:
    if unit is Unit.SHARE:
        return f"{100 * value:.0f}" if value >= 0.01 or value == 0 else "<1"
    return number_text(value, unit)


# ---- all of them


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _legend(axes: Any, series: Sequence[Series]) -> None:
    if len(series) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)


def _in(unit: Unit) -> FuncFormatter:
    return FuncFormatter(lambda value, _: _tick(value, unit))


def _tick(value: float, unit: Unit) -> str:
    """A round number, without places that say nothing."""
    match unit:
        case Unit.SHARE:
            return f"{100 * value:.3g} %"
        case Unit.POINTS:
            return f"{100 * value:+.3g} pp" if value else "0"
        case Unit.CHANGE if not value:
            return "0"
        case Unit.CHANGE:
            return f"{100 * value:+,.0f} %" if abs(value) >= 1 else f"{100 * value:+.3g} %"
        case Unit.MONEY | Unit.COUNT | Unit.NUMBER:
            return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"
        case _:
            return number_text(value, unit) if value else "0"


def _for_page(text: str, chart: Chart, number: int) -> str:
    """The colours of the page, ids of its own, and a name."""
    text = re.sub(r"<(metadata|style).*?</\1>", "", text, flags=re.DOTALL)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = text.replace("'DejaVu Sans', sans-serif", "inherit").replace("'DejaVu Sans'", "inherit")
    referred = set(_REFERENCE.findall(text))
    text = _ID.sub(lambda found: found[0] if found[1] in referred else "", text)
    for name in sorted(referred, key=len, reverse=True):
        for before in ('id="', "url(#", 'href="#'):
            text = re.sub(
                rf"{re.escape(before)}{re.escape(name)}(?=[\")])", f"{before}f{number}-{name}", text
            )
    label = escape(alternative(chart), quote=True)
    return text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
