"""Bars that all lines but one together just miss."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.points import Points, points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number, quote

NEAR = 0.8
"""The part of the bar that the other lines must reach to look as if they were meant to do it."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions at points that hang on one line of events, which alone is not enough."""
    for points, _ in points_of(rules):
        if not points.reaches(points.greatest()) or len(points.lines) < 3:
            continue
        yield from _hanging(points)


def _hanging(points: Points) -> Iterator[Diagnostic]:
    for line in points.lines:
        rest = points.greatest(without=line)
        alone = points.reaches(line.points)
        if alone or line.node.events is None or line.points <= 0 or points.reaches(rest):
            continue
        if rest >= NEAR * points.bar:
            yield warning(
                "bar-just-missed",
                f"all other lines add to {number(rest)} of {number(points.bar)} points",
                line.node.span,
                "nobody gets there without this line",
                secondary=[(points.transition.span, "the bar")],
                help=f"is {quote(line.node.span)} meant to be a must? If not, lower the bar",
            )
