"""Comparisons with scores, which forgive a rounding of either side.

`a >= b` is a > b - e and `a > b` is a > b + e, with e = 1e-9 * max(1, |b|); `<` and `<=` are their
negations, and `==` is both `>=` and `<=`.
"""

from __future__ import annotations

import ast

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.program import expressions as e

FORGIVEN = 1e-9
"""What a comparison with a score forgives, relative to the other side."""


def below(bar: float) -> float:
    """The value above which a score counts as at the bar."""
    return bar - FORGIVEN * max(1.0, abs(bar))


def above(bar: float) -> float:
    """The value above which a score counts as over the bar."""
    return bar + FORGIVEN * max(1.0, abs(bar))


def near(value: float, bar: float) -> bool:
    """Whether a score counts as at the bar and not over it."""
    return below(bar) < value <= above(bar)


def compare(node: e.Forgiving, left: ast.expr, right: ast.expr, needs: Needs) -> ast.expr:
    """The Python that compares two sides; a constant bar is forgiven beforehand."""
    if isinstance(node.right, e.Constant):
        bar = float(node.right.value)  # type: ignore[arg-type]
        low, high = py.constant(below(bar)), py.constant(above(bar))
    else:
        low = py.call(needs.value("below", below), right)
        high = py.call(needs.value("above", above), right)
    match node.symbol:
        case ">=":
            return py.binary(left, ">", low)
        case ">":
            return py.binary(left, ">", high)
        case "<":
            return py.binary(left, "<=", low)
        case "<=":
            return py.binary(left, "<=", high)
        case "==" | "!=":
            if isinstance(node.right, e.Constant):
                same: ast.expr = ast.Compare(low, [ast.Lt(), ast.LtE()], [left, high])
            else:
                same = py.call(needs.value("near", near), left, right)
            return same if node.symbol == "==" else py.negation(same)
        case _:
            raise AssertionError(node.symbol)
