"""What can be wrong with tests: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def given_not_settable(span: Span, name: str, what: str) -> Diagnostic:
    """`given` of something computed."""
    return error(
        "given-not-settable",
        f"`{name}` is {what}: a test can give traits and scores",
        span,
    )


def fact_expected(span: Span) -> Diagnostic:
    """Counting or ordering something that does not happen."""
    return error(
        "fact-expected",
        "only what happens can be counted or put in order, such as `fired welcome`",
        span,
    )


def time_runs_backwards(span: Span) -> Diagnostic:
    """A test whose clock would go back."""
    return error("time-runs-backwards", "a test's clock never runs backwards", span)


def unknown_reason(
    span: Span, name: str, similar: str | None, reasons: Sequence[str]
) -> Diagnostic:
    """Held for something that never holds anything."""
    return error(
        "unknown-reason",
        f"nothing is held for `{name}`",
        span,
        help=similar_name("reason", similar) or f"reasons are {', '.join(reasons[:12])}",
        fixes=similar_written(span, similar),
    )


def missing_holdout(span: Span) -> Diagnostic:
    """Somebody is held out where nobody ever is."""
    return error(
        "missing-holdout",
        "no `holdout` is declared, so nobody is held out",
        span,
        help="declare one, such as `holdout 5%`, or leave this out",
    )


def unknown_split(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No split of that name."""
    return error(
        "unknown-split",
        f"no split is called `{name}`",
        span,
        help=similar_name("split", similar),
        fixes=similar_written(span, similar),
    )
