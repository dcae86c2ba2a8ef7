"""What can be wrong with scores and the levels over them: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def fade_beside_half_life(span: Span, earlier: Span) -> Diagnostic:
    """Both ways of losing value."""
    return error(
        "fade-beside-half-life",
        "a score has either a half-life or `fade`",
        span,
        secondary=[(earlier, "already here")],
    )


def fade_out_of_range(span: Span) -> Diagnostic:
    """A factor that may be negative or above 1."""
    return error(
        "fade-out-of-range",
        "`fade` must be a factor of 0 to 1",
        span,
        help="write `clamp(…, 0, 1)` around it",
    )


def clamps_crossed(span: Span) -> Diagnostic:
    """`at least` above `at most`."""
    return error("clamps-crossed", "`at least` is more than `at most`", span)


def clamp_beyond_zero(span: Span, clamp: str) -> Diagnostic:
    """A fading score that could never fade to 0."""
    return error(
        "clamp-beyond-zero",
        f"a score with a half-life fades to 0, and this `{clamp}` does not allow it",
        span,
        help="give `at least` 0 or less and `at most` 0 or more, or leave out the half-life",
    )


def bars_not_descending(span: Span, higher: Span) -> Diagnostic:
    """A label whose bar is not below the one before."""
    return error(
        "bars-not-descending",
        "this bar is not lower than the one before it",
        span,
        secondary=[(higher, "the bar before")],
        help="write the highest label first",
    )
