"""Means and their differences, against SciPy's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, t, ttest_ind

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.means import difference, mean
from lifecycle_dsl.analysis.statistics.sequential import Moments

# The sleep of ten patients under two drugs, of Student's paper (1908).
FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def moments(values: tuple[float, ...]) -> Moments:
    return Moments.of_sums(len(values), sum(values), sum(value * value for value in values))


def test_the_sleep_of_students_patients() -> None:
    """R's `t.test(extra ~ group, sleep)` gives -3.3654832 to 0.2054832, Welch's."""
    found = difference(moments(FIRST), moments(SECOND), 0.95)
    assert found.value == pytest.approx(-1.58)
    assert found.low == pytest.approx(-3.3654832, abs=1e-6)
    assert found.high == pytest.approx(0.2054832, abs=1e-6)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_they_are_scipys(level: float) -> None:
    for one, other in ((FIRST, SECOND[:6]), (SECOND, FIRST[:3])):
        intervals = [
            ttest_ind(one, other, equal_var=equal).confidence_interval(level)
            for equal in (True, False)
        ]
        low, high = max(intervals, key=lambda each: each.high - each.low)
        found = difference(moments(one), moments(other), level)
        assert (found.low, found.high) == pytest.approx((low, high))
    alone = mean(moments(FIRST), level)
    error = float(np.std(FIRST, ddof=1)) / 10**0.5
    assert (alone.low, alone.high) == pytest.approx(
        t.interval(level, 9, float(np.mean(FIRST)), error)
    )


def test_of_one_or_none_there_is_no_interval() -> None:
    assert mean(Moments(0, 0.0, 0.0), 0.95) == Estimate(None, n=0)
    assert mean(Moments(1, 4.0, 0.0), 0.95) == Estimate(4.0, n=1)
    assert difference(Moments(1, 4.0, 0.0), Moments(9, 1.0, 1.0), 0.95) == Estimate(3.0, n=1)
    assert difference(Moments(0, 0.0, 0.0), Moments(9, 1.0, 1.0), 0.95) == Estimate(None, n=0)


def test_where_nobody_differs_from_anybody_no_interval_is_pretended() -> None:
    assert difference(Moments(5, 0.0, 0.0), Moments(5, 0.0, 0.0), 0.95) == Estimate(0.0, n=5)
    assert mean(Moments(5, 0.0, 0.0), 0.95) == Estimate(0.0, n=5)


@pytest.mark.parametrize(
    ("sizes", "rates"),
    [((400, 100), (0.3, 0.2)), ((1_900, 100), (0.01, 0.01)), ((1_900, 100), (0.05, 0.05))],
)
def test_it_covers_the_truth_at_its_rate(
    sizes: tuple[int, int], rates: tuple[float, float]
) -> None:
    """1,000 pairs of what customers are worth: nothing for most, and unevenly for the others.

    Welch's alone covers it in six of ten, where 100 are held out and one of a hundred buys.
    """
    chance = np.random.default_rng(9)
    covered, truth = 0, 20 * (rates[0] - rates[1])
    for _ in range(1_000):
        one, other = (
            moments(tuple(chance.binomial(1, rate, n) * chance.gamma(2, 10, n)))
            for rate, n in zip(rates, sizes, strict=True)
        )
        found = difference(one, other, 0.95)
        covered += (found.low or 0) <= truth <= (found.high or 0)
    assert covered >= binom.ppf(1e-4, 1_000, 0.94)
