"""How many times one share is another, with an interval.

The limits are recovered from Wilson's of the two shares (MOVER-R), so that the interval leaves out
1 exactly where Newcombe's of the difference leaves out 0.

Donner, A., Zou, G. Y. (2012): Closed-form confidence intervals for functions of the normal mean and
standard deviation. Fagerland, M. W., Lydersen, S., Laake, P. (2015): Recommended confidence
intervals for two independent binomial proportions.
"""

from __future__ import annotations

from math import sqrt

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.proportions import wilson


def relative(first: tuple[int, int], second: tuple[int, int], level: float) -> Estimate:
    """By which share of the second the first is greater, each (successes, sample).

    0.1 says a tenth more. Nothing is said where the second has no success.
    """
    n = min(first[1], second[1])
    if n == 0 or second[0] == 0:
        return Estimate(None, n=n)
    one, other = wilson(*first, level), wilson(*second, level)
    p, q = first[0] / first[1], second[0] / second[1]
    low = _limit(p, q, one.low or 0.0, other.high or 0.0, -1)
    high = _limit(p, q, one.high or 0.0, other.low or 0.0, 1)
    return Estimate(p / q - 1, low - 1, high - 1, n)


def _limit(p: float, q: float, of_p: float, of_q: float, sign: int) -> float:
    """The ratio r at which the interval of p - r q just reaches 0."""
    below = of_q * (2 * q - of_q)
    square = max((p * q) ** 2 - of_p * of_q * (2 * p - of_p) * (2 * q - of_q), 0.0)
    if abs(below) < 1e-300:
        return of_p * (2 * p - of_p) / (2 * p * q) if p else 0.0
    return (p * q + sign * sqrt(square)) / below
