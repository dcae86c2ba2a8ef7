"""What can be wrong with fixed values: each message's text, once.

Fixed are numbers, spans, shares, hours and periods.
"""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def not_a_constant(span: Span, place: str) -> Diagnostic:
    """Something computed where a fixed value stands."""
    return error("not-a-constant", f"{place} must be a fixed value", span)


def param_out_of_range(span: Span, what: str) -> Diagnostic:
    """Tuning limits that make no sense."""
    return error("param-out-of-range", what, span)


def param_of_two_units(span: Span, unit: str) -> Diagnostic:
    """Numbers and durations in one param."""
    return error("param-of-two-units", f"all values of this param are {unit}s", span)


def count_out_of_range(span: Span, most: int) -> Diagnostic:
    """`at most 0`, or more than can be remembered."""
    return error("count-out-of-range", f"this number must be 1 to {most:,}", span)


def percent_out_of_range(span: Span) -> Diagnostic:
    """A percentage beyond 0 to 100, or finer than hundredths."""
    return error(
        "percent-out-of-range",
        "a percentage is from 0 to 100, in hundredths at the finest",
        span,
    )


def span_out_of_range(span: Span) -> Diagnostic:
    """A wait that is too short or too long."""
    return error("span-out-of-range", "this span must be 1 ms to 100 years", span)


def half_life_out_of_range(span: Span) -> Diagnostic:
    """A half-life that is too short or too long."""
    return error("half-life-out-of-range", "a half-life is 1 minute to 100 years", span)


def hours_of_no_length(span: Span) -> Diagnostic:
    """`between 09:00 and 09:00`."""
    return error("hours-of-no-length", "these hours end when they begin", span)


def unknown_period(span: Span, name: str, allowed: Sequence[str]) -> Diagnostic:
    """A period, weekday or the like that its place does not know."""
    return error(
        "unknown-period",
        f"`{name}` is no period that can stand here",
        span,
        help=f"say one of {', '.join(allowed)}",
    )
