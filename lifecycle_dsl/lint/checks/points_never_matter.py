"""Lines of points that never make the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.masking import points_mask, taken_before
from lifecycle_dsl.lint.points import Line, Points, points_of, sums
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed, number
from lifecycle_dsl.program.rules import AtPoints, Transition


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Lines without which everybody who reaches the bar reaches it all the same."""
    for points, _ in points_of(rules):
        if not points.reaches(points.greatest()):
            continue
        transition = points.transition
        taken = taken_before(rules, transition)
        if not isinstance(transition.moving, AtPoints) or points_mask(
            rules, transition, transition.moving
        ):
            continue  # It is told as a whole.
        lost = [line for line in points.lines if _is_lost(line, taken)]
        for line in lost:
            yield _finding_lost(line, taken)
        dead = [line for line in points.lines if line not in lost and not _matters(points, line)]
        for line in dead:
            yield warning(
                "points-never-matter",
                _headline(line),
                line.node.span,
                _why(points, dead),
                help=f"give more, lower the bar of {number(points.bar)}, or take the line out",
            )


def _is_lost(line: Line, taken: Mapping[str, Transition]) -> bool:
    """Whether every record that a line is about has led elsewhere before."""
    events = line.node.events
    return bool(events) and all(event in taken for event in events or ())


def _finding_lost(line: Line, taken: Mapping[str, Transition]) -> Diagnostic:
    first = taken[(line.node.events or ("",))[0]]
    return warning(
        "points-never-matter",
        _headline(line),
        line.node.span,
        f"{listed(line.node.events or ())} always leads to `{first.target}` first",
        secondary=[(first.span, "tried before it")],
        help="put the transition at points first, or take the line out",
    )


def _headline(line: Line) -> str:
    if line.points == 1:
        return "this 1 point never decides anything"
    return f"these {number(line.points)} points never decide anything"


def _matters(points: Points, line: Line) -> bool:
    for there in points.occasions():
        if line not in there:
            continue
        others = [each for each in there if each is not line]
        for total in sums(others):
            if points.reaches(total) != points.reaches(total + line.points):
                return True
    return False


def _why(points: Points, dead: list[Line]) -> str:
    """What the dead lines come to without the others that reach the bar alone."""
    alone = [line for line in points.lines if points.reaches(line.points)]
    rest = sum(line.points for line in dead if line.points > 0)
    if alone and len(alone) + len(dead) == len(points.lines) and not points.reaches(rest):
        shown = f"{number(rest)} of {number(points.bar)}"
        return f"without the line that is enough alone there are {shown}"
    return "whoever has enough with it has enough without it"
