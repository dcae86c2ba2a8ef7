"""How a slip is mended: what to write in its place."""

from __future__ import annotations

from lifecycle_dsl.diagnostics.model import Edit, Fix, Safety
from lifecycle_dsl.source import Span


def instead(span: Span, replacement: str, safety: Safety = Safety.UNSAFE) -> tuple[Fix, ...]:
    """The fix that writes something else in a span's place."""
    title = f"write `{replacement.strip()}`" if replacement.strip() else "leave it out"
    return (Fix(title, (Edit(span, replacement),), safety),)


def insert(place: Span, text: str) -> tuple[Fix, ...]:
    """The fix that writes something between two others."""
    return (Fix(f"insert `{text.strip()}`", (Edit(place, text),), Safety.UNSAFE),)
