"""Scores that fade at each event instead of with time."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.lint.wording import number, quote
from lifecycle_dsl.program.declarations import Score


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
                notes=_witness(rules, score),
            )


def _witness(rules: Rules, score: Score) -> tuple[str, ...]:
    """Somebody who does nothing for most of a year."""
    stage, kept = next(iter(rules.reachable), None), min(10.0, score.high)
    if stage is None or kept <= 0:
        return ()
    return witness(
        f"{score.name} of somebody idle never fades",
        (
            f"given stage {stage}, {score.name} {number(kept)}",
            "wait 300d",
            f"expect {score.name} == {number(kept)}",
        ),
    )
