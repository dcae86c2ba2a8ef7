"""What can be wrong with triggers, their guards and their steps: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def pointless_guard(span: Span, guard: str, wants: str) -> Diagnostic:
    """A guard that has no meaning beside this occurrence."""
    return error("pointless-guard", f"`{guard}` needs {wants}", span)


def priority_out_of_range(span: Span) -> Diagnostic:
    """A priority that is none."""
    return error("priority-out-of-range", "a priority is a whole number from 1 to 9", span)


def arms_not_whole(span: Span, total: str) -> Diagnostic:
    """Arms of a split, or shares, that are not 100 % together."""
    return error("arms-not-whole", f"these shares are {total} % together, not 100 %", span)


def arm_never_taken(span: Span) -> Diagnostic:
    """An arm of a split of 0 %."""
    return error(
        "percent-out-of-range",
        "nobody is in an arm of 0 %",
        span,
        help="take the arm out, or give it a share",
    )


def endless_await(span: Span) -> Diagnostic:
    """An `await` without an end."""
    return error(
        "endless-await",
        "this `await` could last for ever",
        span,
        help="say how long with `within D`, or until when with `until TIME`",
    )


def template_not_text(span: Span) -> Diagnostic:
    """A template path that leads nowhere."""
    return error(
        "template-not-text",
        f"`{span.text}` is no template",
        span,
        help="write a text, a name, or a table's result such as `offers.template`",
    )


def segment_is_computed(span: Span, name: str, declared: Span) -> Diagnostic:
    """`join` of a segment with a condition."""
    return error(
        "segment-is-computed",
        f"`{name}` is computed: no step can join or quit it",
        span,
        secondary=[(declared, "its condition decides")],
    )
