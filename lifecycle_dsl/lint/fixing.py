"""Fixes put into texts: those that are allowed, and do not get in each other's way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from attrs import frozen

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety
from lifecycle_dsl.source import Source


@frozen(eq=False)
class Fixed:
    """The new texts by the name of their file, and how many problems went away."""

    texts: dict[str, str]
    count: int


def fixed(
    diagnostics: Iterable[Diagnostic], sources: Collection[Source], allowed: Collection[Safety]
) -> Fixed:
    """What fixes of an allowed safety make of some files; what overlaps waits for the next time."""
    fixes = list(_fitting(diagnostics, sources, allowed))
    edits = _by_source(fixes)
    texts = {source.name: _edited(source, each) for source, each in edits.items()}
    return Fixed(texts, len(fixes))


def fitting(
    diagnostics: Iterable[Diagnostic], sources: Collection[Source], allowed: Collection[Safety]
) -> dict[Source, list[Edit]]:
    """The edits of the fixes that can be made together."""
    return _by_source(_fitting(diagnostics, sources, allowed))


def _fitting(
    diagnostics: Iterable[Diagnostic], sources: Collection[Source], allowed: Collection[Safety]
) -> Iterator[Fix]:
    taken: dict[Source, list[Edit]] = {}
    for diagnostic in diagnostics:
        fix = next((each for each in diagnostic.fixes if each.safety in allowed), None)
        if fix is not None and _fits(fix, sources, taken):
            for edit in fix.edits:
                taken.setdefault(edit.span.source, []).append(edit)
            yield fix


def _by_source(fixes: Iterable[Fix]) -> dict[Source, list[Edit]]:
    found: dict[Source, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            found.setdefault(edit.span.source, []).append(edit)
    return found


def _fits(fix: Fix, sources: Collection[Source], taken: dict[Source, list[Edit]]) -> bool:
    for edit in fix.edits:
        if edit.span.source not in sources:
            return False
        for other in taken.get(edit.span.source, ()):
            if edit.span.start < other.span.end and other.span.start < edit.span.end:
                return False
            if edit.span.start == other.span.start:
                return False
    return True


def _edited(source: Source, edits: Iterable[Edit]) -> str:
    text = source.text
    for edit in sorted(edits, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text
