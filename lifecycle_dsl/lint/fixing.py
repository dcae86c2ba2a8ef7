"""Fixes put into texts: those that are allowed, and do not get in each other's way."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
    taken: dict[Source, list[Edit]] = {}
    count = 0
    for diagnostic in diagnostics:
        fix = next((each for each in diagnostic.fixes if each.safety in allowed), None)
        if fix is None or not _fits(fix, sources, taken):
            continue
        count += 1
        for edit in fix.edits:
            taken.setdefault(edit.span.source, []).append(edit)
    return Fixed({source.name: _edited(source, edits) for source, edits in taken.items()}, count)


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
