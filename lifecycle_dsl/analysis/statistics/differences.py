"""Differences between two shares, with intervals.

The limits of a difference are recovered from those of the two shares (MOVER): from Wilson's limits
they are Newcombe's, which hold also for few successes and for none. Where the two samples partly
hold the same customers, the correlation of the two shares comes in, as in Newcombe's interval for
paired samples.

Newcombe, R. G. (1998): Interval estimation for the difference between independent proportions
(method 10), and Improved confidence intervals for the difference between binomial proportions based
on paired data. Zou, G. Y., Donner, A. (2008): Construction of confidence limits about effect
measures.
"""

from __future__ import annotations

from math import sqrt

from scipy.optimize import brentq
from scipy.stats import norm

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.proportions import wilson


def newcombe(first: tuple[int, int], second: tuple[int, int], level: float) -> Estimate:
    """The first share less the second, each (successes, sample), of two separate samples."""
    return difference(first, second, 0.0, level)


def difference(
    first: tuple[int, int], second: tuple[int, int], correlation: float, level: float
) -> Estimate:
    """The first share less the second, whose estimates are correlated so."""
    n = min(first[1], second[1])
    if n == 0:
        return Estimate(None, n=0)
    one, other = wilson(*first, level), wilson(*second, level)
    value, low, high = _recovered(_limits(one), _limits(other), correlation)
    return Estimate(value, low, high, n)


def p_value(first: tuple[int, int], second: tuple[int, int], correlation: float = 0.0) -> float:
    """The least 1 - level at which the interval of the difference leaves out zero."""
    if min(first[1], second[1]) == 0 or first[0] * second[1] == second[0] * first[1]:
        return 1.0
    sign = 1 if first[0] * second[1] > second[0] * first[1] else -1

    def nearest(z: float) -> float:
        level = 1 - 2 * norm.sf(z)
        one, other = wilson(*first, level), wilson(*second, level)
        _, low, high = _recovered(_limits(one), _limits(other), correlation)
        return low if sign > 0 else -high

    if nearest(8.0) > 0:  # beyond, 1 - level is lost in rounding
        return 2 * float(norm.sf(8.0))
    return 2 * float(norm.sf(brentq(nearest, 1e-9, 8.0, xtol=1e-9)))


def _limits(estimate: Estimate) -> tuple[float, float, float]:
    assert estimate.value is not None and estimate.low is not None and estimate.high is not None  # noqa: PT018, S101
    return estimate.value, estimate.low, estimate.high


def _recovered(
    first: tuple[float, float, float], second: tuple[float, float, float], correlation: float
) -> tuple[float, float, float]:
    """The difference with its limits, from two values with theirs."""
    (p, p_low, p_high), (q, q_low, q_high) = first, second
    below = _length(p - p_low, q_high - q, correlation)
    above = _length(p_high - p, q - q_low, correlation)
    return p - q, p - q - below, p - q + above


def _length(one: float, other: float, correlation: float) -> float:
    return sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))
