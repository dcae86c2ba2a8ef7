"""Sharing one thing out by weight, so that the parts are together exactly the whole.

What the first k have together is rounded to whole units, and each gets what it adds: no part is
off by as much as a unit, equal weights differ by a unit at the most, a weight of 0 gets nothing,
and the parts add up exactly, in whatever order, since they are whole numbers.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Final

__all__ = ["BILLION", "apportioned", "shared_out"]

BILLION: Final = 1_000_000_000


def apportioned(weights: Iterable[float]) -> list[int]:
    """Shares of 1 in whole billionths, which are a billion together; all 0 if no weight is above 0.

    Weights are finite, from 0 to 1e300 together.
    """
    sums = list(accumulate(weights))
    if not sums or sums[-1] <= 0.0:
        return [0] * len(sums)
    whole = sums[-1]
    ends = [0, *(int(so_far / whole * BILLION + 0.5) for so_far in sums)]
    return [end - start for start, end in pairwise(ends)]


def shared_out(amount: int, shares: Iterable[int]) -> list[int]:
    """A whole number of units, such as millionths, by shares in billionths; half away from zero."""
    ends = [0, *(_rounded(amount * so_far) for so_far in accumulate(shares))]
    return [end - start for start, end in pairwise(ends)]


def _rounded(billionths: int) -> int:
    size = (abs(billionths) + BILLION // 2) // BILLION
    return size if billionths >= 0 else -size
