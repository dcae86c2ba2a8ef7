"""Whole numbers that are compared with a fraction."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lifecycle_dsl.checker.expressions.wholeness import whole_number
from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.conditions import conditions
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number, quote
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.walk import walk

_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`orders > 0.3`: a share, or a number of days, is often what was meant."""
    seen: set[e.Expression] = set()
    for condition in conditions(rules):
        for part in walk(condition.expression):
            match part:
                case e.Apply(operation=operation, arguments=(left, right)) if (
                    operation.name in _COMPARISONS and part not in seen
                ):
                    for whole, bar in ((left, right), (right, left)):
                        if _is_fraction(bar) and _is_whole(rules, whole):
                            seen.add(part)
                            yield _finding(part, whole, bar)
                case _:
                    pass


def _is_fraction(found: e.Expression) -> bool:
    return (
        isinstance(found, e.Constant)
        and isinstance(found.value, float)
        and math.isfinite(found.value)
        and found.value != int(found.value)
    )


def _is_whole(rules: Rules, found: e.Expression) -> bool:
    return whole_number(found, rules.anywhere.behind)


def _finding(part: e.Expression, whole: e.Expression, bar: e.Expression) -> Diagnostic:
    said = number(bar.value) if isinstance(bar, e.Constant) and isinstance(bar.value, float) else ""
    return warning(
        "count-against-fraction",
        f"{quote(whole.span)} is a whole number and never {said}",
        part.span,
        "compared with a fraction",
        help="say the next whole number; if a share is meant, divide: `opens / mails else 0`",
    )
