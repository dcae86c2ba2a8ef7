"""Whether what comes in is still what it was: the population stability index."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from scipy.stats import chi2

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.clusters import Floats, quantile


@frozen
class Stability:
    """The index of two distributions over the same bins."""

    index: Estimate
    noise: float
    """What it stays below, at the level, if nothing has changed."""

    @property
    def is_noise(self) -> bool:
        """Whether it is not told from no change."""
        return self.index.value is None or self.index.value <= self.noise


def stability(before: Floats, now: Floats, level: float, effect: float = 1.0) -> Stability:
    """The population stability index: the sum of (q - p) log(q / p) over the bins.

    `before` and `now` are counts by bin; half a row is added to each, so that no bin is empty.
    The interval is by the delta method for two multinomial samples; under no change the index is
    (1 / n + 1 / m) times chi-squared with one degree of freedom less than there are bins
    (Yurdakul, B. and Naranjo, J. 2020: Statistical properties of the population stability index).
    `effect` is how many times fewer independent rows say as much.
    """
    old, new = before + 0.5, now + 0.5
    n, m = float(before.sum()) / effect, float(now.sum()) / effect
    p, q = old / old.sum(), new / new.sum()
    found = float(((q - p) * np.log(q / p)).sum())
    if min(n, m) <= 0 or len(p) < 2:
        return Stability(Estimate(None, n=int(now.sum())), 0.0)
    by_q, by_p = np.log(q / p) + 1 - p / q, np.log(p / q) + 1 - q / p
    spread = _variance(by_p, p) / n + _variance(by_q, q) / m
    reach = quantile(level) * float(np.sqrt(spread))
    noise = (1 / n + 1 / m) * float(chi2.ppf(level, len(p) - 1))
    value = Estimate(found, max(0.0, found - reach), found + reach, int(now.sum()))
    return Stability(value, noise)


def _variance(slopes: Floats, shares: Floats) -> float:
    centre = float((slopes * shares).sum())
    return max(0.0, float((shares * (slopes - centre) ** 2).sum()))
