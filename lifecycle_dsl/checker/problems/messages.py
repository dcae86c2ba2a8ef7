"""What can be wrong with what guards messages: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def line_not_here(span: Span, line: str, place: str) -> Diagnostic:
    """A line of channels in a topic, or the other way round."""
    return error("line-not-here", f"`{line}` cannot stand in {place}", span)


def route_not_total(span: Span, missing: Sequence[str]) -> Diagnostic:
    """A route without channels for some stages."""
    shown = ", ".join(f"`{name}`" for name in missing[:3])
    more = "" if len(missing) <= 3 else f" and {len(missing) - 3} more"
    return error(
        "route-not-total",
        f"this route has no channels for {shown}{more}",
        span,
        help="add a line for them, or `otherwise`",
    )


def channel_not_in_route(span: Span, name: str) -> Diagnostic:
    """`prefer` of a channel that the route never takes."""
    return error("channel-not-in-route", f"no line of this route has the channel `{name}`", span)


def season_ends_early(span: Span) -> Diagnostic:
    """A range of dates that ends before it begins."""
    return error("season-ends-early", "this range ends before it begins", span)
