"""Intervals and p-values that hold however often they are looked at, and whenever one stops.

A difference of means gets the asymptotic confidence sequence of a normal mixture, which is the
mixture sequential probability ratio test turned into an interval; a share of one sample gets the
exact one of a beta mixture.

Robbins, H. (1970): Statistical methods related to the law of the iterated logarithm. Johari, R.,
Koomen, P., Pekelis, L., Walsh, D. (2022): Always valid inference: continuous monitoring of A/B
tests. Howard, S. R., Ramdas, A., McAuliffe, J., Sekhon, J. (2021): Time-uniform, nonparametric,
nonasymptotic confidence sequences. Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H., Ramdas,
A. (2024): Time-uniform central limit theory and asymptotic confidence sequences.
"""

from __future__ import annotations

from math import exp, inf, log, log1p, sqrt
from typing import Final, Self

from attrs import frozen
from scipy.optimize import brentq
from scipy.special import betaln, lambertw

from lifecycle_dsl.analysis.findings import Estimate

PLANNED: Final = 2_500
"""The information at which an interval is narrowest: two samples of 5,000 each."""
FIRST_LOOK: Final = 20
"""Successes of both samples together before which nothing is said, and of each of them before
which nothing is said of amounts: what the sequence starts from is a normal approximation, which
needs some."""
_ADDED: Final = 2
"""Of each kind, to a share's variance: as in Agresti and Coull (1998), and here what keeps the
error where a holdout of one in twenty is compared and few succeed; with one it is 8 % for 5 %."""
_PRIOR: Final = 0.5
"""Of a share: Jeffreys'."""


@frozen
class Moments:
    """A sample: its size, its mean, the variance of one value."""

    n: int
    mean: float
    variance: float

    @classmethod
    def of_share(cls, hits: int, n: int) -> Self:
        """Of successes; the variance has two of each kind added, so that it is never small."""
        smoothed = (hits + _ADDED) / (n + 2 * _ADDED)
        return cls(n, hits / n if n else 0.0, smoothed * (1 - smoothed))

    @classmethod
    def of_sums(cls, n: int, total: float, squares: float) -> Self:
        """Of amounts, from their sum and the sum of their squares."""
        mean = total / n if n else 0.0
        return cls(n, mean, max(squares - n * mean * mean, 0.0) / (n - 1) if n > 1 else 0.0)


@frozen
class Look:
    """The difference of two means at one look; the interval and p hold for all looks together."""

    effect: float
    low: float
    high: float
    p: float


def look(first: Moments, second: Moments, level: float) -> Look | None:
    """The first mean less the second; None where a sample is too small for anything to be said."""
    if first.n < 2 or second.n < 2:
        return None
    effect = first.mean - second.mean
    variance = first.variance / first.n + second.variance / second.n
    if variance <= 0:
        return None
    information = first.n * second.n / (first.n + second.n)
    scaled = information * _mixing(level)
    wide = half_width(variance, information, level)
    exponent = scaled * effect * effect / (2 * variance * (1 + scaled)) - log1p(scaled) / 2
    return Look(effect, effect - wide, effect + wide, min(1.0, exp(-exponent)))


def half_width(variance: float, information: float, level: float) -> float:
    """Half the interval of a difference that varies so, at some information n·m/(n+m)."""
    scaled = information * _mixing(level)
    return sqrt(variance * (1 + scaled) / scaled * (log1p(scaled) + 2 * log(1 / (1 - level))))


def information_for(effect: float, spread: float, level: float) -> float:
    """The information at which an interval leaves out zero, if the effect is as it seems.

    `spread` is the variance of the difference times the information.
    """
    if effect == 0:
        return inf

    def beyond(information: float) -> float:
        return abs(effect) - half_width(spread / information, information, level)

    most = 10.0
    while beyond(most) < 0:
        most *= 10
        if most > 1e15:
            return inf
    return float(brentq(beyond, 1e-3, most)) if beyond(1e-3) < 0 else 1e-3


def share(hits: int, n: int, level: float) -> Estimate:
    """The share of a sample; the interval holds for all looks together, for any size."""
    if n == 0:
        return Estimate(None, n=0)
    mixed = float(betaln(hits + _PRIOR, n - hits + _PRIOR) - betaln(_PRIOR, _PRIOR))
    bar = mixed - log(1 / (1 - level))

    def above(p: float) -> float:
        return (hits * log(p) if hits else 0.0) + ((n - hits) * log1p(-p) if n > hits else 0) - bar

    seen = hits / n
    least, most = 1e-15, 1 - 1e-15
    low = 0.0 if hits == 0 or above(least) > 0 else float(brentq(above, least, seen or least))
    high = 1.0 if hits == n or above(most) > 0 else float(brentq(above, seen, most))
    return Estimate(seen, low, high, n)


def _mixing(level: float) -> float:
    """The variance of the mixture in units of one customer's, for the planned information."""
    alpha = 1 - level
    return float(-lambertw(-alpha * alpha / exp(1), k=-1).real - 1) / PLANNED
