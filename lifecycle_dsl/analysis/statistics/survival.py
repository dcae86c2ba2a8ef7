"""Times until something happens, where some are still waiting and several things can happen.

Whoever leaves does so for one cause; who has not left by the end is censored, at risk until then.
The share that has left is the complement of Kaplan and Meier's estimate, the share that has left
for one cause is Aalen and Johansen's cumulative incidence; with one cause they are the same.

Kaplan, E. L., Meier, P. (1958): Nonparametric estimation from incomplete observations. Aalen, O.,
Johansen, S. (1978): An empirical transition matrix for non-homogeneous Markov chains. Brookmeyer,
R., Crowley, J. (1982): A confidence interval for the median survival time. Marubini, E., Valsecchi,
M. G. (1995): Analysing survival data from clinical trials, chapter 10 (the variance). Peto, R. et
al. (1977): Design and analysis of randomized clinical trials, part II (the effective sample size).
"""

from __future__ import annotations

from functools import cached_property
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.proportions import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CENSORED: Final = -1
"""The cause of who has not left."""
_MANY: Final = 60_000
"""Of more, times are told to a round step, so that there are no more than so many of them."""
_STEPS: Final = (1e-6, 1e-3, 1.0, 10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0)
"""In seconds."""


class Leaving:
    """How people leave over time, from how long each was there and for what cause they left."""

    def __init__(self, durations: Floats, causes: NDArray[np.integer], count: int) -> None:
        """Causes are numbered from 0 to `count`, or `CENSORED`; durations are seconds."""
        self.n = len(durations)
        told: Floats
        step = _step(durations)
        if step is None:
            told, place = np.unique(durations, return_inverse=True)
        else:
            # Counting needs no sorting. Rounded up, so that shares at whole steps are exact.
            place = np.ceil(durations / step).astype(np.int64)
            told = np.arange(int(place.max()) + 1, dtype=np.float64) * step
        self._told: Floats = told
        self._ended = np.bincount(place, minlength=len(told))
        by_cause = np.array(
            [np.bincount(place[causes == each], minlength=len(told)) for each in range(count)],
            dtype=np.float64,
        ).reshape(count, len(told))
        at_risk = (self.n - np.cumsum(self._ended) + self._ended).astype(np.float64)
        left = by_cause.sum(axis=0)
        some = left > 0
        self.times: Floats = told[some]
        """At which somebody left, ascending."""
        self.at_risk: Floats = at_risk[some]
        self.by_cause: Floats = by_cause[:, some]
        self.left: Floats = left[some]

    def count(self, cause: int | None) -> int:
        """How many left for a cause; of None: for any."""
        return int((self.left if cause is None else self.by_cause[cause]).sum())

    @cached_property
    def staying(self) -> Floats:
        """The share that is still there after each time."""
        # The last to leave leave nothing behind, exactly.
        return np.asarray(np.cumprod((self.at_risk - self.left) / self.at_risk))

    def gone(self, cause: int | None) -> Floats:
        """The share that has left for a cause after each time."""
        if cause is None:
            return np.asarray(1.0 - self.staying)
        return np.asarray(np.cumsum(self._before * self.by_cause[cause] / self.at_risk))

    def at(self, time: float, cause: int | None, level: float) -> Estimate:
        """The share that has left for a cause within a time."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        over = int(np.searchsorted(self._told, time, side="right"))
        waiting = self.n - int(self._ended[:over].sum())
        if self.n == 0:
            return Estimate(None, n=0)
        gone = float(self.gone(cause)[place]) if place >= 0 else 0.0
        if gone <= 0:
            # Nobody yet: as many as were followed so far might have.
            return Estimate(0.0, 0.0, wilson(0, max(waiting, 1), level).high, self.n)
        if gone >= 1 - 1e-12:
            # All: as many as would say as much, had nobody been censored (Peto et al. 1977).
            told = max(round(float(self.at_risk[place] / self._before[place])), 1)
            return Estimate(1.0, wilson(told, told, level).low, 1.0, self.n)
        low, high = self.band(cause, level)
        return Estimate(gone, float(low[place]), float(high[place]), self.n)

    def band(self, cause: int | None, level: float) -> tuple[Floats, Floats]:
        """The interval around `gone` at each time, each for itself.

        Of the complementary log-log kind, which keeps it between 0 and 1.
        """
        gone = self.gone(cause)
        error = np.sqrt(self._variance(cause, 0.0, len(gone) - 1))
        kept = np.clip(1.0 - gone, 1e-300, 1 - 1e-15)
        reach = _z(level) * error / (kept * -np.log(kept))
        with np.errstate(over="ignore", under="ignore"):
            low, high = 1 - kept ** np.exp(-reach), 1 - kept ** np.exp(reach)
        settled = gone >= 1 - 1e-12
        return np.where(settled, gone, low), np.where(settled, gone, high)

    def quantile(self, share: float, level: float) -> Estimate:
        """After which time so many of all have left, for whatever cause.

        An end of the interval is None where the band never reaches the share.
        """
        low, high = self.band(None, level)
        gone = self.gone(None)
        value = self._first(gone >= share - 1e-12)
        if value is None:
            return Estimate(None, n=self.n)
        return Estimate(
            value, self._first(high >= share - 1e-12), self._first(low >= share - 1e-12), self.n
        )

    def quantile_of(self, cause: int, share: float, within: float, level: float) -> Estimate:
        """After which time so many of those who leave for a cause within a time have left.

        The interval holds the times at which the incidence does not differ from that share of the
        incidence at the horizon, whose error is taken into account.
        """
        last = int(np.searchsorted(self.times, within, side="right")) - 1
        count = int(self.by_cause[cause][: last + 1].sum()) if last >= 0 else 0
        if count == 0:
            return Estimate(None, n=0)
        gone = self.gone(cause)[: last + 1]
        distance = gone - share * gone[last]
        value = self.times[int(np.flatnonzero(distance >= -1e-12)[0])]
        error = np.sqrt(self._variance(cause, share, last))
        inside = np.flatnonzero(np.abs(distance) <= _z(level) * error + 1e-12)
        if count < 2 or not len(inside):
            return Estimate(float(value), n=count)
        # The incidence keeps its value until the next time, which therefore ends the interval.
        above = min(int(inside[-1]) + 1, last)
        return Estimate(float(value), float(self.times[inside[0]]), float(self.times[above]), count)

    @property
    def _before(self) -> Floats:
        """The share that was there just before each time."""
        return np.concatenate(([1.0], self.staying[:-1]))

    def _first(self, reached: NDArray[np.bool_]) -> float | None:
        places = np.flatnonzero(reached)
        return float(self.times[places[0]]) if len(places) else None

    def _variance(self, cause: int | None, share: float, last: int) -> Floats:
        """Of `gone` at each time less `share` times `gone` at the last one.

        The error of an incidence F at t is a sum over the times j of independent errors of two
        hazards: of leaving at all, with the weight -(F(t) - F(j)), and of leaving for the cause,
        with the weight S(j-). All sums are running ones, so that no time costs more than another.
        """
        n, d = self.at_risk[: last + 1], self.left[: last + 1]
        k = d if cause is None else self.by_cause[cause][: last + 1]
        f, s = self.gone(cause)[: last + 1], self._before[: last + 1]
        if not len(f):
            return np.zeros(0)
        with np.errstate(divide="ignore"):
            # Where all leave at once, F stays as it is, and the weight is 0.
            g = np.where(n > d, d / (n * np.maximum(n - d, 1e-300)), 0.0)
        h, b = s * k / n**2, s**2 * k * (n - k) / n**3
        g0, g1, g2 = np.cumsum(g), np.cumsum(f * g), np.cumsum(f**2 * g)
        h0, h1, b0 = np.cumsum(h), np.cumsum(f * h), np.cumsum(b)
        end, rest = f[-1], 1 - share
        a = share * end - f
        early = a**2 * g0 + 2 * a * rest * g1 + rest**2 * g2
        early += 2 * rest * (a * h0 + rest * h1) + rest**2 * b0
        later = end**2 * (g0[-1] - g0) - 2 * end * (g1[-1] - g1) + (g2[-1] - g2)
        later += -2 * (end * (h0[-1] - h0) - (h1[-1] - h1)) + (b0[-1] - b0)
        return np.asarray(np.maximum(early + share**2 * later, 0.0))


def _step(durations: Floats) -> float | None:
    """What times of many are told to, in seconds; None where each counts as it is."""
    if len(durations) <= _MANY:
        return None
    longest = float(durations.max())
    return next((each for each in _STEPS if longest / each <= _MANY), longest / _MANY)


def _z(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)
