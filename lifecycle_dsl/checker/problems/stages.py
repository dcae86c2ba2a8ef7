"""What can be wrong with stages and how customers get there: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def placing_never_reached(span: Span, earlier: Span) -> Diagnostic:
    """A line of `start` behind one that always holds."""
    return error(
        "placing-never-reached",
        "no customer reaches this line",
        span,
        secondary=[(earlier, "this line takes everybody")],
    )


def start_not_total(span: Span) -> Diagnostic:
    """A `start` that leaves customers without a stage."""
    return error(
        "start-not-total",
        "some customers would begin in no stage",
        span,
        help="end `start` with a line without `when`, such as `-> STAGE`",
    )


def moves_nowhere(span: Span, stage: str) -> Diagnostic:
    """A transition into the stage it leads out of."""
    return error("moves-nowhere", f"this leads from `{stage}` to `{stage}`", span)


def no_stage_left(span: Span) -> Diagnostic:
    """`any except` all."""
    return error("no-stage-left", "no stage is left here", span)
