"""Diagnostics as annotations of a GitHub Actions run: one workflow command each.

    ::warning file=rules.lcr,line=7,endLine=7,col=10,endColumn=16,title=unknown-event::no event …

Lines and columns are counted from 1; `endColumn` is the column after the text.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.diagnostics.model import Diagnostic, Severity
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(diagnostics: Iterable[Diagnostic], _palette: Palette = PLAIN) -> str:
    """The commands, each on a line; nothing where nothing is found."""
    return "".join(f"{_command(each)}\n" for each in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties: dict[str, str] = {}
    if diagnostic.file_name is not None:
        properties["file"] = diagnostic.file_name
    span = diagnostic.span
    if span is not None:
        line, column = span.source.position(span.start)
        end_line, end_column = span.source.position(span.end)
        properties |= {"line": str(line), "endLine": str(end_line), "col": str(column)}
        if line == end_line:
            properties["endColumn"] = str(end_column)
    properties["title"] = diagnostic.name
    help_ = [] if diagnostic.help is None else [f"help: {diagnostic.help}"]
    labels = [label.text for label in diagnostic.labels if label.primary and label.text]
    text = "\n".join([diagnostic.headline, *labels, *help_, *diagnostic.notes])
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {shown}::{_message(text)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
