"""A report as one HTML file: no script, nothing from elsewhere, and it prints."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from lifecycle_dsl.analysis.findings import Chart, Report, Unit
from lifecycle_dsl.analysis.rendering.plots import svg
from lifecycle_dsl.analysis.rendering.words import cell_text


def page(report: Report) -> str:
    """The page of a report."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = cell_text
    environment.filters["plot"] = _plot
    environment.tests["left"] = lambda unit: unit in {Unit.TEXT, Unit.DATE}
    text = files("lifecycle_dsl.analysis.rendering").joinpath("page.html.j2")
    return environment.from_string(text.read_text(encoding="utf-8")).render(it=report)


def _plot(chart: Chart) -> Markup:
    return Markup(svg(chart))  # noqa: S704 — matplotlib escapes its texts
