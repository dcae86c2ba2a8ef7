"""Intervals by drawing customers anew: for ratios of sums such as a return, which have no formula.

Efron, B. (1979): Bootstrap methods: another look at the jackknife. Customers are drawn whole, with
all that they did, since what one of them does hangs together. Where there are many of them they
are put together in clusters, which are drawn instead: sums of clusters vary as those of customers.
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
_DRAWS: Final = 2_000
_MOST_DRAWS: Final = 20_000
_BLOCK: Final = 500
_SEED: Final = 20_260_101

Floats = NDArray[np.float64]


def returns(gains: Floats, costs: Floats, level: float) -> tuple[Estimate, ...]:
    """(gain - cost) / cost of each column, from sums by cluster and column.

    An estimate's `n` is how many clusters have something. Percentile intervals; none where costs
    of a column are often 0.
    """
    gain, cost = gains.sum(axis=0), costs.sum(axis=0)
    there = ((gains != 0) | (costs != 0)).sum(axis=0)
    drawn = _drawn(gains, costs, level)
    found = []
    for place in range(gains.shape[1]):
        n = int(there[place])
        if cost[place] <= 0:
            found.append(Estimate(None, n=n))
            continue
        value = float(gain[place] / cost[place] - 1)
        ratios = drawn[:, place][np.isfinite(drawn[:, place])]
        if n < _FEWEST or len(ratios) < 0.99 * len(drawn):
            found.append(Estimate(value, n=n))
            continue
        low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
        found.append(Estimate(value, float(low), float(high), n))
    return tuple(found)


def _drawn(gains: Floats, costs: Floats, level: float) -> Floats:
    """The returns of each draw, by draw and column."""
    count = len(gains)
    if count == 0:
        return np.zeros((0, gains.shape[1]))
    blocks = []
    for block in _times(count, int(min(max(_DRAWS, 40 / (1 - level)), _MOST_DRAWS))):
        times = block.astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            blocks.append(times @ gains / (times @ costs) - 1)
    return np.concatenate(blocks)


@lru_cache(maxsize=1)
def _times(count: int, draws: int) -> tuple[NDArray[np.uint16], ...]:
    """How often each cluster is drawn, in blocks by draw and cluster; the same every time."""
    random = np.random.default_rng(_SEED)
    even = np.full(count, 1 / count)
    return tuple(
        random.multinomial(count, even, size=min(_BLOCK, draws - begin)).astype(np.uint16)
        for begin in range(0, draws, _BLOCK)
    )
