"""On which sides of a bar of points sums can come, just beside it."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.compiler.points import MOST_LINES, lines_at, may_reach
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints
from lifecycle_dsl.testing.coverage.boundaries import SIDES, side


def sides_of_bar(moving: AtPoints, events: Iterable[str]) -> tuple[str, ...]:
    """The sides that some choice of the lines which count at one event comes to.

    None where the bar or points are no constants, or the lines are many.
    """
    bar = _number(moving.reached.right) if isinstance(moving.reached, e.Forgiving) else None
    if bar is None:
        return ()
    found: set[str | None] = set()
    seen: set[tuple[int, ...]] = set()
    for event in events:
        lines = lines_at(moving, event)
        key = tuple(id(line) for line in lines)
        if key in seen or len(lines) > MOST_LINES or not may_reach(moving, event):
            continue
        seen.add(key)
        sums = {0.0}
        for line in lines:
            points = _number(line.points)
            if points is None:
                return ()
            with_it = {total + points for total in sums}
            sums = with_it if line.condition is None else sums | with_it
        found |= {side(total, bar, is_time=False) for total in sums}
    return tuple(each for each in SIDES if each in found)


def _number(found: e.Expression) -> float | None:
    value = found.value if isinstance(found, e.Constant) else None
    return float(value) if isinstance(value, int | float) else None
