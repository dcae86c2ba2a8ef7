"""Diagnostics as editors show them, each with the address of its page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from lsprotocol import types

from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source, Span

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.ADVICE: types.DiagnosticSeverity.Information,
}
_UNUSED = ("unused-", "unreachable-")


def finding(
    diagnostic: Diagnostic, source: Source, places: Places, texts: Texts
) -> types.Diagnostic:
    """A diagnostic of a source; what is about the whole file stands at its first line."""
    span = diagnostic.span or Span(source, 0, len(source.line_text(1)))
    unused = diagnostic.name.startswith(_UNUSED)
    return types.Diagnostic(
        range=places.range(span),
        message=_message(diagnostic),
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.name,
        code_description=_page(diagnostic.name),
        source="lcr",
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(texts.uri(label.span.source.name), places.range(label.span)),
                label.text or diagnostic.headline,
            )
            for label in diagnostic.labels
            if not label.primary
        ],
        tags=[types.DiagnosticTag.Unnecessary] if unused else None,
    )


@cache
def _page(name: str) -> types.CodeDescription | None:
    """The address of the page of a diagnostic; None where the package is in no folder."""
    page = files("lifecycle_dsl.diagnostics").joinpath("explain", f"{name}.md")
    if not isinstance(page, Path) or not page.is_file():
        return None
    return types.CodeDescription(page.absolute().as_uri())


def _message(diagnostic: Diagnostic) -> str:
    label = next((each.text for each in diagnostic.labels if each.primary), "")
    lines = [diagnostic.headline]
    lines += [label] if label and label != diagnostic.headline else []
    lines += [f"note: {note}" for note in diagnostic.notes]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join(lines)
