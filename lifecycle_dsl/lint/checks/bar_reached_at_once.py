"""Bars that anything reaches."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.points import points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions at points that every record reaches, or every line alone."""
    for points, _ in points_of(rules):
        if points.reaches(points.least()):
            yield warning(
                "bar-reached-at-once",
                f"every record reaches {number(points.bar)} points",
                points.transition.span,
                f"the lines never add to less than {number(points.least())}",
                help="raise the bar",
            )
        elif len(points.lines) > 1 and all(points.reaches(each.points) for each in points.lines):
            yield warning(
                "bar-reached-at-once",
                f"every line alone reaches {number(points.bar)} points",
                points.transition.span,
                "nothing is ever added up",
                help="say `on` or `when`, which is what it means, or raise the bar",
            )
