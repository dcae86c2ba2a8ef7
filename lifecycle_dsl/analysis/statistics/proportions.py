"""Shares of a sample, with intervals."""

from __future__ import annotations

from statsmodels.stats.proportion import proportion_confint

from lifecycle_dsl.analysis.findings import Estimate


def wilson(hits: int, n: int, level: float) -> Estimate:
    """A share with Wilson's score interval, which holds also for few and for none.

    Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference.
    """
    if n == 0:
        return Estimate(None, n=0)
    low, high = proportion_confint(hits, n, alpha=1 - level, method="wilson")
    return Estimate(hits / n, float(low), float(high), n)
