"""Names, numbers and lists as the messages of checks write them."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.diagnostics import words
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.source import Span

_LONGEST = 60


def listed(names: Iterable[str], word: str = "and") -> str:
    """`` `a`, `b` and `c` ``; of more than five the first four are told, and how many there are."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > 5:
        quoted = [*quoted[:4], f"{len(quoted) - 4} more"]
    return words.listed(quoted, word)


def number(value: float) -> str:
    """A number as a rule file writes it; sums are told to nine decimals."""
    return format_number(round(value, 9))


def span_of_time(micros: int) -> str:
    """A duration as a rule file writes it."""
    return duration_literal(micros)


def quote(span: Span) -> str:
    """What stands at a place, on one line and not too long, in backticks."""
    text = " ".join(span.text.split())
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + '…'}`"
