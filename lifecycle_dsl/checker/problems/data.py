"""What can be wrong with the data of events, actions and messages: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def unknown_data_field(
    span: Span, owner: str, name: str, similar: str | None, *, what: str
) -> Diagnostic:
    """Data for a field that an event or action does not have."""
    return error(
        "unknown-data-field",
        f"{what} `{owner}` has no field `{name}`",
        span,
        help=similar_name("field", similar),
        fixes=similar_written(span, similar),
    )


def missing_data_field(span: Span, owner: str, name: str, *, what: str) -> Diagnostic:
    """A field that must be given and is not."""
    return error("missing-data-field", f"{what} `{owner}` needs its field `{name}`", span)


def data_not_taken(span: Span, what: str) -> Diagnostic:
    """Data where there is nothing to send it with."""
    return error("data-not-taken", f"{what} takes no data", span)
