"""What can be wrong with what rules listen to: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def unknown_level_label(span: Span, level: str, name: str, similar: str | None) -> Diagnostic:
    """A level without that label."""
    return error(
        "unknown-level-label",
        f"`{level}` has no label `{name}`",
        span,
        help=similar_name("label", similar),
        fixes=similar_written(span, similar),
    )


def change_not_heard(span: Span, place: str, heard: str) -> Diagnostic:
    """`enter`, `rises`, `sent` and the like where they are not heard; `heard` says what is."""
    return error(
        "change-not-heard",
        f"{place} cannot listen to `{' '.join(span.text.split())}`, only to {heard}",
        span,
    )


def profile_not_heard(span: Span, place: str) -> Diagnostic:
    """`profile` where only activity counts."""
    return error(
        "profile-not-heard",
        f"{place} does not see `profile`: it sets traits and is no activity",
        span,
    )


def segment_not_computed(span: Span, name: str, declared: Span) -> Diagnostic:
    """`enter` of a segment that steps join."""
    return error(
        "segment-not-computed",
        f"`{name}` is joined by steps: entering it is no happening",
        span,
        secondary=[(declared, "declared without a condition")],
        help="listen to what makes the step join it",
    )
