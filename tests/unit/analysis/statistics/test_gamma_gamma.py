from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, gamma

from lifecycle_dsl.analysis.statistics import gamma_gamma
from lifecycle_dsl.analysis.statistics.fitted import NotFittedError
from tests.unit.analysis.cdnow import purchases

LEVEL = 0.95


def test_the_fit_of_cdnow_is_the_published_one() -> None:
    """Fader and Hardie (2013), section 5: p = 6.25, q = 3.74, v = 15.44 of 946 customers.

    The errors are those of lifetimes 0.11.3 on the same customers.
    """
    again, _, _, mean = purchases()
    found = gamma_gamma.fitted(again, mean)
    assert found.n == 946
    assert found.values == pytest.approx((6.25, 3.74, 15.44), abs=0.006)
    assert found.log_likelihood == pytest.approx(-4_055.9177, abs=1e-3)
    errors = np.sqrt(np.diag(found.covariance)) * found.values
    assert errors == pytest.approx((1.190055, 0.290133, 4.159423), rel=3e-3)


def test_the_likelihood_is_that_of_the_story() -> None:
    """A mean of `count` gamma values, mixed over customers by scipy.integrate."""
    p, q, v = parameters = (3.0, 2.5, 20.0)
    for count, mean in ((1, 12.0), (4, 30.0)):

        def mixed(rate: float, count: int = count, mean: float = mean) -> float:
            of_mean = gamma.pdf(mean, p * count, scale=1 / (count * rate))
            return float(of_mean * gamma.pdf(rate, q, scale=1 / v))

        whole, _ = quad(mixed, 0, 5, epsabs=1e-12, limit=400)
        found = gamma_gamma.log_likelihood(
            np.array(parameters), np.array([float(count)]), np.array([mean])
        )
        assert found[0] == pytest.approx(np.log(whole), abs=1e-6)


def test_an_expectation_lies_between_the_customer_and_all() -> None:
    """Equation 5: weights of the customer's own mean and of the population's, p v / (q - 1)."""
    parameters = np.array([6.25, 3.74, 15.44])
    everybody = 6.25 * 15.44 / 2.74
    found = gamma_gamma.expected(parameters, np.array([0.0, 1, 50]), np.array([0.0, 80, 80]))
    assert found[0] == pytest.approx(everybody)
    weight = 6.25 / (6.25 + 2.74)
    assert found[1] == pytest.approx(weight * 80 + (1 - weight) * everybody)
    assert 79 < found[2] < 80


def test_without_a_mean_nothing_is_expected() -> None:
    found = gamma_gamma.expected(np.array([1.0, 0.9, 5.0]), np.zeros(1), np.zeros(1))
    assert np.isnan(found[0])


def test_intervals_of_parameters_cover_at_their_rate() -> None:
    """60 worlds of 600 customers with p = 4, q = 3, v = 20."""
    hits = dict.fromkeys(gamma_gamma.NAMES, 0)
    for seed in range(60):
        random = np.random.default_rng(seed)
        rate = random.gamma(3.0, 1 / 20.0, 600)
        count = 1.0 + random.poisson(1.5, 600).astype(np.float64)
        mean = np.asarray(random.gamma(4.0 * count, 1 / rate) / count, dtype=np.float64)
        model = gamma_gamma.fitted(count, mean)
        for name, truth in zip(gamma_gamma.NAMES, (4.0, 3.0, 20.0), strict=True):
            found = model.parameter(name, LEVEL)
            assert found.low is not None
            assert found.high is not None
            hits[name] += found.low <= truth <= found.high
    assert all(count >= binom.ppf(0.001, 60, LEVEL) for count in hits.values()), hits


def test_few_customers_are_not_fitted() -> None:
    with pytest.raises(NotFittedError, match="0 customers came again for something of worth"):
        gamma_gamma.fitted(np.ones(100), np.zeros(100))
