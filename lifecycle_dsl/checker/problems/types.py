"""What can be wrong with types and with traits: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def unknown_type(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No type of that name."""
    return error(
        "unknown-type",
        f"no type is called `{name}`",
        span,
        help=similar_name("type", similar),
        fixes=similar_written(span, similar),
    )


def list_too_long(span: Span, most: int) -> Diagnostic:
    """`up to N` with an N that no record should have."""
    return error("list-too-long", f"a list holds 1 up to {most:,} elements", span)


def nested_list(span: Span) -> Diagnostic:
    """A list in the records of a list, or a list of something that lists do not hold."""
    return error(
        "nested-list",
        f"a list cannot hold `{span.text}`",
        span,
        help="lists hold texts, or records of plain fields",
    )


def missing_default(span: Span, name: str) -> Diagnostic:
    """A trait that has no value at the start."""
    return error(
        "missing-default",
        f"the trait `{name}` has no value before it is set",
        span,
        help="give it a default with `=`, or put `?` behind its type",
    )


def needless_default(span: Span, name: str) -> Diagnostic:
    """`?` and a default."""
    return error(
        "needless-default",
        f"`{name}` has a default and can never be missing",
        span,
        help="leave out the `?` or the default",
    )


def zone_is_not_text(span: Span) -> Diagnostic:
    """The trait `zone` of another type."""
    return error(
        "zone-is-not-text",
        "the trait `zone` holds the name of a time zone and must be `text`",
        span,
    )
