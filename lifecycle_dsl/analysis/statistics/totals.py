"""Intervals of sums, and of parts of a whole, by drawing customers anew, as in `bootstrap`.

Customers are drawn whole, in clusters where they are many; those who bring nothing count, too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lifecycle_dsl.analysis.findings import Estimate

DRAWS: Final = 1_000
_FEWEST: Final = 10
"""Clusters that bring something; of fewer no interval is given."""
_SEED: Final = 20_261_122

Floats = NDArray[np.float64]


def totals(values: Floats, level: float) -> list[Estimate]:
    """The total of each column, from sums by cluster and column.

    An estimate's `n` is how many clusters bring something.
    """
    if not len(values):
        return [Estimate(None, n=0) for _ in range(values.shape[1])]
    return _estimates(values, values.sum(axis=0), draws(len(values)) @ values, level)


def ratios(values: Floats, of: Floats, level: float) -> list[Estimate]:
    """The total of each column over the total of another one, both drawn together."""
    whole = float(of.sum())
    if not len(values) or whole <= 0:
        return [Estimate(None, n=0) for _ in range(values.shape[1])]
    times = draws(len(values))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = (times @ values) / (times @ of)
    return _estimates(values, values.sum(axis=0) / whole, drawn, level)


def _estimates(values: Floats, found: Floats, drawn: Floats, level: float) -> list[Estimate]:
    there = (values != 0).sum(axis=0)
    return [
        interval(float(value), drawn[:, place], int(there[place]), level)
        for place, value in enumerate(found)
    ]


@lru_cache(maxsize=1)
def draws(clusters: int) -> Floats:
    """How often each cluster is drawn, by draw and cluster; the same every time."""
    random = np.random.default_rng(_SEED)
    return random.multinomial(clusters, np.full(clusters, 1 / clusters), size=DRAWS).astype(float)


def interval(value: float, drawn: Floats, n: int, level: float) -> Estimate:
    """A value with the percentiles of what was drawn; without them where too few bring anything."""
    known = drawn[np.isfinite(drawn)]
    if n < _FEWEST or len(known) < 0.99 * len(drawn) or not len(known):
        return Estimate(value, n=n)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high), n)
