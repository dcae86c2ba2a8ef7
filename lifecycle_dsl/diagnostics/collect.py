"""From the diagnostics that passes gathered, in any order, to the list that people see."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from lifecycle_dsl.diagnostics.model import Diagnostic

LIMIT = 200
"""Diagnostics shown of one run, unless the caller says otherwise."""


def sort_and_cap(
    diagnostics: Iterable[Diagnostic], limit: int | None = LIMIT
) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, by file, place and name.

    Over the limit the mildest and then the last are left out, and a note on the last one that
    is shown counts them. No limit: None.
    """
    ordered = list({place_of(each): each for each in sorted(diagnostics, key=place_of)}.values())
    if limit is None or len(ordered) <= limit:
        return tuple(ordered)
    worst = sorted(ordered, key=lambda each: each.severity.rank)[:limit]
    shown = sorted(worst, key=place_of)
    if not shown:
        return ()
    left_out = len(ordered) - len(shown)
    more = f"{left_out} more {'problem is' if left_out == 1 else 'problems are'} not shown"
    return (*shown[:-1], attrs.evolve(shown[-1], notes=(*shown[-1].notes, more)))


def place_of(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    """The key to sort by; what is about a whole file comes before what is inside it."""
    start, end = -1, -1
    if diagnostic.span is not None:
        start, end = diagnostic.span.start, diagnostic.span.end
    return diagnostic.file_name or "", start, end, diagnostic.name, diagnostic.headline
