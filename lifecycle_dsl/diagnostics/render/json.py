"""Diagnostics for programs: an array of objects, one per diagnostic.

The structs below are the documentation of the format. Offsets are counted from 0 in code points,
lines and columns from 1; `end` is the first place after the text.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lifecycle_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label
from lifecycle_dsl.diagnostics.render.document import written
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette
from lifecycle_dsl.source import Source, Span


class PlaceObject(msgspec.Struct):
    """A point in a file; `utf16_column` is the column as editors count it."""

    offset: int
    line: int
    column: int
    utf16_column: int


class SpanObject(msgspec.Struct):
    """A range in a file."""

    file: str
    start: PlaceObject
    end: PlaceObject


class LabelObject(msgspec.Struct):
    """A marked range and the text that stands at it."""

    span: SpanObject
    text: str
    primary: bool


class EditObject(msgspec.Struct):
    """A range and the text to put in its place."""

    span: SpanObject
    replacement: str


class FixObject(msgspec.Struct):
    """Edits to make together; `safety` is safe, unsafe or display."""

    title: str
    safety: str
    edits: list[EditObject]


class DiagnosticObject(msgspec.Struct):
    """One diagnostic; `severity` is error, warning or advice.

    `span` is null when it is about a whole file, and `file` is null when it is about none.
    """

    name: str
    severity: str
    headline: str
    file: str | None
    span: SpanObject | None
    labels: list[LabelObject]
    notes: list[str]
    help: str | None
    fixes: list[FixObject]


def render(diagnostics: Iterable[Diagnostic], _palette: Palette = PLAIN) -> str:
    """The array, indented, with a line end after it; JSON has no colours."""
    return written([_diagnostic(each) for each in diagnostics])


def _diagnostic(diagnostic: Diagnostic) -> DiagnosticObject:
    return DiagnosticObject(
        name=diagnostic.name,
        severity=diagnostic.severity.value,
        headline=diagnostic.headline,
        file=diagnostic.file_name,
        span=None if diagnostic.span is None else _span(diagnostic.span),
        labels=[_label(label) for label in diagnostic.labels],
        notes=list(diagnostic.notes),
        help=diagnostic.help,
        fixes=[_fix(fix) for fix in diagnostic.fixes],
    )


def _label(label: Label) -> LabelObject:
    return LabelObject(_span(label.span), label.text, label.primary)


def _fix(fix: Fix) -> FixObject:
    return FixObject(fix.title, fix.safety.value, [_edit(edit) for edit in fix.edits])


def _edit(edit: Edit) -> EditObject:
    return EditObject(_span(edit.span), edit.replacement)


def _span(span: Span) -> SpanObject:
    source = span.source
    return SpanObject(source.name, _place(source, span.start), _place(source, span.end))


def _place(source: Source, offset: int) -> PlaceObject:
    line, column = source.position(offset)
    return PlaceObject(offset, line, column, source.utf16_column(offset))
