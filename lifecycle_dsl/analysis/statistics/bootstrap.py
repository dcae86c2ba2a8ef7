"""Intervals by drawing customers anew: for sums, parts and returns, which have no formula.

Efron, B. (1979): Bootstrap methods: another look at the jackknife. Customers are drawn whole, with
all that they did, since what one of them does hangs together. Where there are many of them they
are put together in clusters, which are drawn instead: sums of clusters vary as those of customers.
Those who bring nothing are drawn, too. Intervals are percentiles of what was drawn.

Values are sums by cluster and column; an estimate's `n` is how many clusters have something.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lifecycle_dsl.analysis.findings import Estimate

CLUSTERS: Final = 2_000
"""Of customers, at most."""
_FEWEST: Final = 10
"""Clusters that have something; of fewer no interval is given."""
_KNOWN: Final = 0.99
"""The share of draws that has to say something."""
_DRAWS: Final = 2_000
_MOST_DRAWS: Final = 20_000
_BLOCK: Final = 500
_SEED: Final = 20_260_101

Floats = NDArray[np.float64]


def totals(values: Floats, level: float) -> list[Estimate]:
    """The total of each column."""
    if not len(values):
        return [Estimate(None, n=0) for _ in range(values.shape[1])]
    return _estimates(values, values.sum(axis=0), drawn(values, level), level)


def ratios(values: Floats, of: Floats, level: float) -> list[Estimate]:
    """The total of each column over the total of another one; none where that is not above 0."""
    whole = of.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(whole > 0, values.sum(axis=0) / whole, np.nan)
        parts = drawn(values, level) / drawn(of, level)
    return _estimates(values, found, parts, level)


def drawn(values: Floats, level: float, most: int = _MOST_DRAWS) -> Floats:
    """The totals of each draw, by draw and column: so many as a level needs, the same every time.

    Of two calls with as many clusters and the same level, the draws belong together.
    """
    if not len(values):
        return np.zeros((0, values.shape[1]))
    blocks = _times(len(values), int(min(max(_DRAWS, 40 / (1 - level)), _MOST_DRAWS)))
    return np.concatenate([each.astype(np.float64) @ values for each in blocks])[:most]


def interval(value: float, seen: Floats, n: int, level: float) -> Estimate:
    """A value with the percentiles of what was drawn; without them where too few bring anything."""
    known = seen[np.isfinite(seen)]
    if n < _FEWEST or len(known) < _KNOWN * len(seen) or not len(known):
        return Estimate(value, n=n)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high), n)


def _estimates(values: Floats, found: Floats, seen: Floats, level: float) -> list[Estimate]:
    there = (values != 0).sum(axis=0)
    return [
        interval(float(value), seen[:, place], int(n), level)
        if np.isfinite(value)
        else Estimate(None, n=int(n))
        for place, (value, n) in enumerate(zip(found, there, strict=True))
    ]


@lru_cache(maxsize=1)
def _times(count: int, draws: int) -> tuple[NDArray[np.uint16], ...]:
    """How often each cluster is drawn, in blocks by draw and cluster."""
    random = np.random.default_rng(_SEED)
    even = np.full(count, 1 / count)
    return tuple(
        random.multinomial(count, even, size=min(_BLOCK, draws - begin)).astype(np.uint16)
        for begin in range(0, draws, _BLOCK)
    )
