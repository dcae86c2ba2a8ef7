"""Shares of a sample, with intervals."""

from __future__ import annotations

from functools import cache
from math import sqrt
from statistics import NormalDist

from lifecycle_dsl.analysis.findings import Estimate


def wilson(hits: int, n: int, level: float) -> Estimate:
    """A share with Wilson's score interval, which holds also for few and for none.

    Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference.
    Written out, since importing statsmodels for it takes longer than most sections.
    """
    if n == 0:
        return Estimate(None, n=0)
    z = _quantile(level)
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(centre - reach, 0.0)
    high = 1.0 if hits == n else min(centre + reach, 1.0)
    return Estimate(share, low, high, n)


@cache
def _quantile(level: float) -> float:
    """How many standard deviations to either side hold so much of a normal distribution."""
    return NormalDist().inv_cdf(0.5 + level / 2)
