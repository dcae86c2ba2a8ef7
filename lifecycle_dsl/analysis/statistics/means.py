"""Means of amounts, such as what a customer is worth, and differences between two of them.

Student, W. S. Gosset (1908): The probable error of a mean. Welch, B. L. (1947): The generalization
of `Student's' problem when several different population variances are involved.
"""

from __future__ import annotations

from math import sqrt

from scipy.special import stdtrit

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.sequential import Moments


def mean(sample: Moments, level: float) -> Estimate:
    """A mean with Student's interval; without one where there are no two that differ."""
    if sample.n == 0:
        return Estimate(None, n=0)
    if sample.variance == 0:
        return Estimate(sample.mean, n=sample.n)
    reach = _quantile(sample.n - 1, level) * sqrt(sample.variance / sample.n)
    return Estimate(sample.mean, sample.mean - reach, sample.mean + reach, sample.n)


def difference(first: Moments, second: Moments, level: float) -> Estimate:
    """The first mean less the second, of separate samples.

    The interval is the wider one of Welch's and Student's for variances that are the same: a small
    sample in which few are worth anything does not tell its own variance, or seems to have none.
    """
    if min(first.n, second.n) == 0:
        return Estimate(None, n=0)
    value, n = first.mean - second.mean, min(first.n, second.n)
    one, other = first.variance / first.n, second.variance / second.n
    if n == 1 or one + other == 0:
        return Estimate(value, n=n)
    freedom = (one + other) ** 2 / (one**2 / (first.n - 1) + other**2 / (second.n - 1))
    welch = _quantile(freedom, level) * sqrt(one + other)
    freedom = first.n + second.n - 2
    pooled = ((first.n - 1) * first.variance + (second.n - 1) * second.variance) / freedom
    student = _quantile(freedom, level) * sqrt(pooled * (1 / first.n + 1 / second.n))
    reach = max(welch, student)
    return Estimate(value, value - reach, value + reach, n)


def _quantile(freedom: float, level: float) -> float:
    return float(stdtrit(freedom, 0.5 + level / 2))
