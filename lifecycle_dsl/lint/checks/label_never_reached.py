"""Labels of levels that nobody can have."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.reasons import side_reason
from lifecycle_dsl.lint.rules import Rules


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Bands that the value of their level never lies in."""
    for level in rules.program.levels.values():
        ranks = rules.anywhere.ranks(level)
        for rank, label in enumerate(level.labels):
            if rank not in ranks:
                reached = level.reaches[max(rank - 1, 0)]
                yield warning(
                    "label-never-reached",
                    f"nobody's `{level.name}` can be `{label}`",
                    reached.span if rank else level.span,
                    side_reason(level.value, rules.anywhere),
                    help="move the bar to where the value can come, or take the label out",
                )
