"""Means over rows of which several are of one customer, with errors that know it.

The rows of a customer are alike, so that they count for less than as many of different customers.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.proportions import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def quantile(level: float) -> float:
    """How many standard errors reach to each side of an interval: 1.96 at 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def sums(values: NDArray[Any], clusters: Ints) -> Floats:
    """The sum of each cluster; clusters are numbered from 0."""
    return np.bincount(clusters, weights=values).astype(np.float64)


def variance_of_mean(values: Floats, clusters: Ints) -> float:
    """The variance of a mean, of the sums of each cluster's residuals.

    Liang, K.-Y. and Zeger, S. L. (1986), with the factor K / (K - 1) of K clusters.
    """
    present = np.unique(clusters)
    if len(present) < 2:
        return float("inf")
    residuals = sums(values - values.mean(), np.searchsorted(present, clusters))
    return float((residuals**2).sum() * len(present) / (len(present) - 1) / len(values) ** 2)


def mean(values: Floats, clusters: Ints, level: float) -> Estimate:
    """A mean with its interval."""
    if len(values) == 0:
        return Estimate(None, n=0)
    found = float(values.mean())
    reach = quantile(level) * float(np.sqrt(variance_of_mean(values, clusters)))
    if not np.isfinite(reach):
        return Estimate(found, n=len(values))
    return Estimate(found, found - reach, found + reach, len(values))


def share(happened: NDArray[np.bool_], effect: float, level: float) -> Estimate:
    """A share with Wilson's interval, of as many independent rows as these are worth.

    `effect` is how many times fewer that are, as `design_effect` says.
    """
    n = len(happened)
    if n == 0:
        return Estimate(None, n=0)
    found = float(happened.mean())
    worth = max(1, round(n / effect))
    interval = wilson(round(found * worth), worth, level)
    low, high = min(interval.low or 0.0, found), max(interval.high or 0.0, found)
    return Estimate(found, low, high, n)


def ratio(above: Floats, below: Floats, clusters: Ints, level: float) -> Estimate:
    """The quotient of two sums over the same rows, linearised for its interval."""
    total = float(below.sum())
    if total == 0:
        return Estimate(None, n=len(below))
    found = float(above.sum()) / total
    spread = variance_of_mean((above - found * below) * len(below) / total, clusters)
    reach = quantile(level) * float(np.sqrt(spread))
    if not np.isfinite(reach):
        return Estimate(found, n=len(below))
    return Estimate(found, found - reach, found + reach, len(below))


def design_effect(values: Floats, clusters: Ints) -> float:
    """How many times fewer independent rows would say as much; at least 1."""
    n = len(values)
    plain = float(values.var(ddof=1)) / n if n > 1 else 0.0
    if plain == 0:
        return 1.0
    found = variance_of_mean(values, clusters) / plain
    return max(1.0, found) if np.isfinite(found) else 1.0
