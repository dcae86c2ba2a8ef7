"""Diagnostics as editors show them, and the fixes that hang on them."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from lifecycle_dsl.diagnostics import Diagnostic, Fix, Safety, Severity
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


def _message(diagnostic: Diagnostic) -> str:
    label = next((each.text for each in diagnostic.labels if each.primary), "")
    lines = [diagnostic.headline]
    lines += [label] if label and label != diagnostic.headline else []
    lines += [f"note: {note}" for note in diagnostic.notes]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join(lines)


def fixes(
    diagnostics: Iterable[Diagnostic], source: Source, within: Span, places: Places, texts: Texts
) -> list[types.CodeAction]:
    """The fixes of the diagnostics that touch a piece of a source."""
    found: list[types.CodeAction] = []
    for diagnostic in diagnostics:
        span = diagnostic.span
        if span is None or span.source is not source or not _touch(span, within):
            continue
        found += [_action(fix, diagnostic, source, places, texts) for fix in diagnostic.fixes]
    return found


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _action(
    fix: Fix, diagnostic: Diagnostic, source: Source, places: Places, texts: Texts
) -> types.CodeAction:
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        edits = changes.setdefault(texts.uri(edit.span.source.name), [])
        edits.append(types.TextEdit(places.range(edit.span), edit.replacement))
    remark = "" if fix.safety is Safety.SAFE else " (may change the meaning)"
    return types.CodeAction(
        title=fix.title + remark,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[finding(diagnostic, source, places, texts)],
        is_preferred=fix.safety is Safety.SAFE,
        edit=types.WorkspaceEdit(changes=changes),
    )
