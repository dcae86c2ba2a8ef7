"""Points against a bar, with as little arithmetic as possible.

The lines of a transition are worth constants most of the time. Then which sums can still reach the
bar is known at each line beforehand, and the test becomes a chain of conditions: nothing is added
up while records come. The sums are the same floating-point sums, from left to right, that adding
would give.
"""

from __future__ import annotations

import ast
from functools import cache
from itertools import product

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.forgiving import below
from lifecycle_dsl.compiler.lower import Lowering
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints

MOST_LINES = 10
"""Beyond so many lines the sums are added while records come."""


def lines_at(moving: AtPoints, event: str) -> list[e.PointLine]:
    """The lines that may count at a record of an event."""
    return [line for line in moving.lines if line.events is None or event in line.events]


def _constants(moving: AtPoints, event: str) -> tuple[float, tuple[float, ...]] | None:
    """The bar, forgiven, and the lines' points, if all are constants and few."""
    lines = lines_at(moving, event)
    reached = moving.reached
    if len(lines) > MOST_LINES or not isinstance(reached, e.Forgiving):
        return None
    if not isinstance(reached.right, e.Constant) or not isinstance(
        reached.right.value, int | float
    ):
        return None
    points = []
    for line in lines:
        if not isinstance(line.points, e.Constant) or not isinstance(
            line.points.value, int | float
        ):
            return None
        points.append(float(line.points.value))
    bar = float(reached.right.value)
    return below(bar), tuple(points)


def may_reach(moving: AtPoints, event: str) -> bool:
    """Whether some choice of the lines that count at the event reaches the bar."""
    known = _constants(moving, event)
    if known is None:
        return True
    bar, points = known
    return any(_sum(points, chosen) > bar for chosen in product((0, 1), repeat=len(points)))


def _sum(points: tuple[float, ...], chosen: tuple[int, ...]) -> float:
    total = 0.0
    for worth, counts in zip(points, chosen, strict=True):
        if counts:
            total += worth
    return total


def reaches(moving: AtPoints, event: str, lowering: Lowering) -> ast.expr | None:
    """The test that the points reach the bar; None if they always do.

    Where somebody observes what expressions come to, the sum is one of them.
    """
    known = _constants(moving, event)
    if known is None or lowering.layout.observe is not None:
        return lowering.condition(moving.reached)
    bar, points = known
    lines = lines_at(moving, event)

    @cache
    def outcomes(at: int, total: float) -> frozenset[bool]:
        """What can still become of a sum from a line on."""
        if at == len(points):
            return frozenset({total > bar})
        line = lines[at]
        with_it = outcomes(at + 1, total + points[at])
        return with_it if line.condition is None else with_it | outcomes(at + 1, total)

    def test(at: int, total: float) -> ast.expr:
        possible = outcomes(at, total)
        if len(possible) == 1:
            return py.constant(next(iter(possible)))
        condition = lines[at].condition
        if condition is None:
            return test(at + 1, total + points[at])
        yes, no = test(at + 1, total + points[at]), test(at + 1, total)
        holds = lowering.condition(condition)
        if _is(no, value=False):
            return holds if _is(yes, value=True) else py.all_of([holds, yes])
        if _is(yes, value=True):
            return py.any_of([holds, no])
        if ast.dump(yes) == ast.dump(no):
            return yes
        return py.conditional(holds, yes, no)

    whole = test(0, 0.0)
    return None if _is(whole, value=True) else whole


def _is(node: ast.expr, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
