"""Showing a report: on a terminal, as JSON, or as a page."""

from __future__ import annotations

import sys
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING

import click

from lifecycle_dsl.cli.terminal import console
from lifecycle_dsl.cli.writing import write

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.findings import Report

FORMATS = ("text", "json", "html")
_RENDERED = {"json": ("data", "as_json"), "html": ("page", "page")}


def show(report: Report, format_: str, out: str | None) -> None:
    """Write a report in a format to a file, or to standard output.

    Only a page needs the extra `analysis`; it is nothing for a terminal.
    """
    if format_ == "html" and out is None and sys.stdout.isatty():
        raise click.UsageError("a page is nothing for a terminal: give --out report.html")
    if format_ in _RENDERED:
        module, function = _RENDERED[format_]
        render = getattr(import_module(f"lifecycle_dsl.analysis.rendering.{module}"), function)
        write(render(report), out)
        return
    screen = import_module("lifecycle_dsl.analysis.rendering.screen")
    if out is None or out == "-":
        screen.show(report, console())
        return
    text = StringIO()
    screen.show(report, console(text))
    write(text.getvalue(), out)
