from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binom

from lifecycle_dsl.analysis.statistics.trend import slope

LEVEL = 0.95


def world(seed: int, customers: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values that rise by 0.1 a period, of customers who differ for good."""
    random = np.random.default_rng(seed)
    times, values, who = [], [], []
    for customer in range(customers):
        own, begin = random.normal(0, 2), random.integers(0, 5)
        for period in range(int(begin), 8):
            times.append(float(period))
            values.append(0.1 * period + own + random.normal())
            who.append(customer)
    return np.array(times), np.array(values), np.array(who)


def test_the_slope_and_its_error_are_those_of_statsmodels() -> None:
    """Against OLS with clustered errors; its factor (N - 1) / (N - k) is taken out."""
    times, values, who = world(1)
    peer = sm.OLS(values, sm.add_constant(times)).fit(cov_type="cluster", cov_kwds={"groups": who})
    found = slope(times, values, who, LEVEL)
    assert found.value == pytest.approx(peer.params[1])
    n = len(values)
    reach = 1.959964 * peer.bse[1] * np.sqrt((n - 2) / (n - 1))
    assert found.low == pytest.approx(found.value - reach, rel=1e-6)
    assert found.n == 200


def test_the_interval_covers_at_its_rate() -> None:
    """400 worlds whose slope is 0.1; errors that take rows for customers would cover less."""
    hits = 0
    for seed in range(400):
        found = slope(*world(seed, 100), LEVEL)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.1 <= found.high
    assert binom.ppf(0.0005, 400, 0.94) <= hits <= binom.ppf(0.9995, 400, 0.96)


def test_of_one_end_or_one_customer_nothing_is_said() -> None:
    assert slope(np.zeros(3), np.ones(3), np.arange(3), LEVEL).value is None
    assert slope(np.arange(3.0), np.ones(3), np.zeros(3, dtype=int), LEVEL).value is None
