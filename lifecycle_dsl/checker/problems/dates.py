"""What can be wrong with the dates that rules wait for: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def part_of_a_day(span: Span, trait: str) -> Diagnostic:
    """Hours before a date."""
    return error(
        "part-of-a-day",
        f"`{trait}` is a date: it can be shifted by whole days only",
        span,
    )


def not_a_date(span: Span, name: str, declared: Span) -> Diagnostic:
    """A trait that gives no instants."""
    return error(
        "not-a-date",
        f"`{name}` is neither a date nor a time",
        span,
        secondary=[(declared, "declared here")],
    )


def date_not_alone(span: Span, name: str) -> Diagnostic:
    """A date among events, or with a `where`."""
    return error(
        "date-not-alone",
        f"the date `{name}` must stand alone behind `on`",
        span,
        help="write a rule of its own for it",
    )
