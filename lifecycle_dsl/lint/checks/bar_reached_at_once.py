"""Bars that anything reaches."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.points import Points, points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.program.rules import OnDates, WhenTrue


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
        elif points.lines and all(points.reaches(each.points) for each in points.lines):
            alone = "the only line" if len(points.lines) == 1 else "every line alone"
            yield warning(
                "bar-reached-at-once",
                f"{alone} reaches {number(points.bar)} points",
                points.transition.span,
                "nothing is ever added up",
                help="say `on` or `when`, which is what it means, or raise the bar",
                notes=_witness(rules, points),
            )


def _witness(rules: Rules, points: Points) -> tuple[str, ...]:
    """A record of a line that is enough, where nothing else may come first."""
    transition = points.transition
    for stage in transition.sources:
        leaving = list(rules.out_of(stage))
        # Before any record time may lead out of it.
        timed = any(isinstance(each.moving, WhenTrue | OnDates) for each in leaving)
        if transition.guard is not None or timed or transition not in leaving[:1]:
            continue
        for line in points.lines:
            if line.sure and line.node.events:
                return witness(
                    f"one {line.node.events[0]} is enough",
                    (
                        f"given stage {stage}",
                        record(rules.program, line.node.events[0]),
                        f"expect entered {transition.target}",
                    ),
                )
    return ()
