"""Whether everything that is watched can be noticed at the instant it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.watchable import watch_problem
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.expressions import Expression

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_watches(
    names: Dictionary, levels: Mapping[str, Level], segments: Mapping[str, Segment]
) -> None:
    """Report what cannot be watched."""
    for condition, both_ways in names.watches:
        _check(names, condition, both_ways=both_ways)
    for level in levels.values():
        if level.watched:
            for reached in level.reaches:
                _check(names, reached, both_ways=True)
    for segment in segments.values():
        if segment.watched and segment.condition is not None:
            _check(names, segment.condition, both_ways=True)


def _check(names: Dictionary, condition: Expression, *, both_ways: bool) -> None:
    problem = watch_problem(condition, names.expressions.behind.value, both_ways=both_ways)
    if problem is not None:
        names.report(problem)
