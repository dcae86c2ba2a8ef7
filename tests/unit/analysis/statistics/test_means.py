"""Means and their differences, against SciPy's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, t, ttest_ind

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.means import mean, welch
from lifecycle_dsl.analysis.statistics.sequential import Moments

# The sleep of ten patients under two drugs, of Student's paper (1908).
FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def moments(values: tuple[float, ...]) -> Moments:
    return Moments.of_sums(len(values), sum(values), sum(value * value for value in values))


def test_the_sleep_of_students_patients() -> None:
    """R's `t.test(extra ~ group, sleep)` gives -3.3654832 to 0.2054832, Welch's."""
    found = welch(moments(FIRST), moments(SECOND), 0.95)
    assert found.value == pytest.approx(-1.58)
    assert found.low == pytest.approx(-3.3654832, abs=1e-6)
    assert found.high == pytest.approx(0.2054832, abs=1e-6)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_they_are_scipys(level: float) -> None:
    low, high = ttest_ind(FIRST, SECOND[:6], equal_var=False).confidence_interval(level)
    found = welch(moments(FIRST), moments(SECOND[:6]), level)
    assert (found.low, found.high) == pytest.approx((low, high))
    alone = mean(moments(FIRST), level)
    error = float(np.std(FIRST, ddof=1)) / 10**0.5
    assert (alone.low, alone.high) == pytest.approx(
        t.interval(level, 9, float(np.mean(FIRST)), error)
    )


def test_of_one_or_none_there_is_no_interval() -> None:
    assert mean(Moments(0, 0.0, 0.0), 0.95) == Estimate(None, n=0)
    assert mean(Moments(1, 4.0, 0.0), 0.95) == Estimate(4.0, n=1)
    assert welch(Moments(1, 4.0, 0.0), Moments(9, 1.0, 1.0), 0.95) == Estimate(3.0, n=1)
    assert welch(Moments(0, 0.0, 0.0), Moments(9, 1.0, 1.0), 0.95) == Estimate(None, n=0)


def test_where_nobody_differs_from_anybody_no_interval_is_pretended() -> None:
    assert welch(Moments(5, 0.0, 0.0), Moments(5, 0.0, 0.0), 0.95) == Estimate(0.0, n=5)


def test_it_covers_the_truth_at_its_rate() -> None:
    """1,000 pairs of what customers are worth: nothing for most, and unevenly for the others."""
    chance = np.random.default_rng(9)
    covered = 0
    for _ in range(1_000):
        one = chance.binomial(1, 0.3, 400) * chance.gamma(2, 10, 400)
        other = chance.binomial(1, 0.2, 100) * chance.gamma(2, 10, 100)
        found = welch(moments(tuple(one)), moments(tuple(other)), 0.95)
        covered += (found.low or 0) <= 2.0 <= (found.high or 0)
    assert covered >= binom.ppf(1e-4, 1_000, 0.94)
