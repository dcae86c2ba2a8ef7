"""Scores that fade at each event instead of with time."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`fade`, which is there to show what the guide's numbers do."""
    for score in rules.program.scores.values():
        if score.fade is not None:
            yield warning(
                "fades-by-event",
                f"`{score.name}` only fades when an event adds to it",
                score.fade.span,
                f"{quote(score.fade.span)} at each addition, and never while nothing happens",
                secondary=[(score.span, "the more events, the faster")],
                help="say `half-life 14d`: it fades with time, with or without events",
            )
