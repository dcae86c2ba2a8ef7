"""What can be done about diagnostics: their fixes, all safe ones at once, allowing a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen
from lsprotocol import types

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Safety
from lifecycle_dsl.lint.checks import CHECKS
from lifecycle_dsl.lint.fixing import fitting
from lifecycle_dsl.lsp.findings import finding
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source, Span

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.lcr"
_REMARKS = {
    Safety.SAFE: "",
    Safety.UNSAFE: " (may change the meaning)",
    Safety.DISPLAY: " (a sketch)",
}
_NOT_ALLOWED = ("malformed-suppression", "unused-suppression")
"""Findings about comments; they are mended, not allowed by another comment."""


@frozen(eq=False)
class Desk:
    """Where actions are made: a source, as an editor sees it."""

    source: Source
    places: Places
    texts: Texts

    def edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Edits as the editor makes them."""
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            made = types.TextEdit(self.places.range(edit.span), edit.replacement)
            changes.setdefault(self.texts.uri(edit.span.source.name), []).append(made)
        return types.WorkspaceEdit(changes=changes)


def actions(
    diagnostics: Sequence[Diagnostic],
    within: Span,
    wanted: Sequence[str | types.CodeActionKind] | None,
    desk: Desk,
) -> list[types.CodeAction]:
    """The actions of the wanted kinds for a piece of a source; None wants all kinds."""
    found: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix.value, wanted):
        for each in diagnostics:
            if each.span is not None and _touch(each.span, within):
                found += _of_one(each, desk)
    if _is_wanted(FIX_ALL, wanted):
        found += _of_all(diagnostics, desk)
    return found


def _touch(one: Span, other: Span) -> bool:
    return one.source is other.source and one.start <= other.end and other.start <= one.end


def _is_wanted(kind: str, wanted: Sequence[str | types.CodeActionKind] | None) -> bool:
    """Whether a kind or one that it belongs to is among those wanted."""
    if wanted is None:
        return True
    asked = [each.value if isinstance(each, types.CodeActionKind) else each for each in wanted]
    return any(not each or kind == each or kind.startswith(f"{each}.") for each in asked)


def _of_one(diagnostic: Diagnostic, desk: Desk) -> Iterator[types.CodeAction]:
    """The fixes of a diagnostic, and the comment that allows it."""
    shown = [finding(diagnostic, desk.source, desk.places, desk.texts)]
    for fix in diagnostic.fixes:
        yield types.CodeAction(
            title=fix.title + _REMARKS[fix.safety],
            kind=types.CodeActionKind.QuickFix,
            diagnostics=shown,
            is_preferred=fix.safety is Safety.SAFE,
            edit=desk.edit(fix.edits),
        )
    if diagnostic.span is not None and diagnostic.name in CHECKS.keys() - set(_NOT_ALLOWED):
        yield types.CodeAction(
            title=f"allow `{diagnostic.name}` here, with a comment that says why",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=shown,
            edit=desk.edit([_allowing(diagnostic.name, diagnostic.span)]),
        )


def _of_all(diagnostics: Iterable[Diagnostic], desk: Desk) -> Iterator[types.CodeAction]:
    """All safe fixes of the source at once."""
    edits = fitting(diagnostics, {desk.source}, {Safety.SAFE}).get(desk.source, [])
    if edits:
        yield types.CodeAction(
            title="make all fixes that keep the meaning",
            kind=FIX_ALL,
            edit=desk.edit(edits),
        )


def _allowing(name: str, span: Span) -> Edit:
    """A comment on a line of its own above that of the finding, which is what it then speaks of.

    The reason is left to be written, and is asked for as long as there is none.
    """
    source = span.source
    line, _ = source.position(span.start)
    start, text = source.line_start(line), source.line_text(line)
    indent = text[: len(text) - len(text.lstrip())]
    end = "\r\n" if "\r\n" in source.text else "\n"
    return Edit(Span(source, start, start), f"{indent}# lcr: allow {name}:{end}")
