"""Lists and counts in a few words."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def counted(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 day`, `2,000 days`, `3 entries`."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
