"""What can be wrong with attributions: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def attribution_incomplete(span: Span, missing: str) -> Diagnostic:
    """An attribution without touches, conversions, span or model."""
    return error("attribution-incomplete", f"this attribution does not say {missing}", span)


def unknown_credit_word(span: Span, name: str, allowed: Sequence[str]) -> Diagnostic:
    """A name that a custom credit does not know."""
    return error(
        "unknown-credit-word",
        f"a custom credit knows no `{name}`",
        span,
        help=f"say {', '.join(f'`{word}`' for word in allowed)}",
    )
