"""Bars that no sum of points reaches."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.points import points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions at points that can never come together at one record."""
    for points, _ in points_of(rules):
        most = points.greatest()
        if not points.reaches(most):
            yield warning(
                "bar-never-reached",
                f"nobody ever reaches {number(points.bar)} points",
                points.transition.span,
                f"at one record the lines add to {number(most)} at most",
                help="lower the bar or raise the points; lines `on` different events never add up",
            )
