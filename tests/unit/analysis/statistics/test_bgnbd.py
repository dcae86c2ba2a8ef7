from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, gamma

from lifecycle_dsl.analysis.statistics import bgnbd
from lifecycle_dsl.analysis.statistics.bgnbd import FEWEST, Purchases
from lifecycle_dsl.analysis.statistics.fitted import Fitted, NotFittedError, following
from tests.unit.analysis.cdnow import purchases

LEVEL = 0.95
PUBLISHED = (0.2426, 4.4136, 0.7930, 2.4259)
"""Fader, Hardie and Lee (2005), table 2: r, alpha, a, b; of 2,357 customers over 39 weeks."""


@pytest.fixture(scope="module")
def cdnow() -> Fitted:
    again, last, seen, _ = purchases()
    return bgnbd.fitted(Purchases(again, last, seen))


def test_the_fit_of_cdnow_is_the_published_one(cdnow: Fitted) -> None:
    """Fader, Hardie and Lee (2005), table 2: the parameters, and LL = -9,582.4."""
    assert cdnow.n == 2_357
    assert cdnow.values == pytest.approx(PUBLISHED, rel=2e-4)
    assert cdnow.log_likelihood == pytest.approx(-9_582.4292, abs=5e-4)


def test_errors_and_expectations_are_those_of_lifetimes(cdnow: Fitted) -> None:
    """Those of lifetimes 0.11.3 on the same customers; expected are 39 weeks more."""
    errors = {"r": 0.012557, "alpha": 0.378224, "a": 0.185734, "b": 0.705414}
    for place, (name, error) in enumerate(errors.items()):
        of_log = float(np.sqrt(cdnow.covariance[place, place]))
        assert of_log * cdnow.values[place] == pytest.approx(error, rel=2e-3), name
    again, last, seen, _ = purchases()
    parameters = np.array(cdnow.values)
    expected = bgnbd.expected(parameters, again, last, seen, 39.0)
    assert expected.sum() == pytest.approx(1_653.4087, abs=0.01)
    assert bgnbd.expected_of_newcomer(parameters, 39.0) == pytest.approx(1.1950100, abs=1e-5)
    alive = bgnbd.alive(parameters, again, last, seen)[:6]
    assert alive == pytest.approx([0.72662031, 0.21239104, 1, 1, 1, 0.64183471], abs=1e-6)


def test_the_likelihood_is_that_of_the_story() -> None:
    """Equation 3 of the paper, mixed over rates and chances to leave by Gauss and Legendre."""
    r, alpha, a, b = parameters = (0.7, 3.0, 1.2, 2.5)
    nodes, weights = np.polynomial.legendre.leggauss(300)
    places = (nodes + 1) / 2
    rate = gamma.ppf(places, r, scale=1 / alpha)[:, None]
    p = beta.ppf(places, a, b)[None, :]
    for x, last, seen in ((0, 0.0, 8.0), (1, 3.0, 8.0), (4, 6.5, 9.0)):
        stayed = (1 - p) ** x * rate**x * np.exp(-rate * seen)
        left = p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * last) if x else 0.0
        whole = weights @ (stayed + left) @ weights / 4
        found = bgnbd.log_likelihood(
            np.array(parameters), *(np.array([float(v)]) for v in (x, last, seen))
        )
        assert found[0] == pytest.approx(np.log(whole), abs=1e-3)


def test_what_a_newcomer_does_is_mixed_over_rates() -> None:
    """Equation 8 of the paper, (1 - exp(-rate p t)) / p, mixed by scipy.integrate."""
    r, alpha, a, b = parameters = (0.7, 3.0, 1.2, 2.5)

    def mixed(p: float) -> float:
        of_rates = 1 - (alpha / (alpha + p * 10.0)) ** r
        return float(of_rates / p * beta.pdf(p, a, b))

    whole, _ = quad(mixed, 0, 1)
    assert bgnbd.expected_of_newcomer(np.array(parameters), 10.0) == pytest.approx(whole, rel=1e-6)


def world(seed: int, n: int = 800) -> tuple[Purchases, np.ndarray]:
    """Customers who live as the model says, and what each does in the 20 weeks after."""
    random = np.random.default_rng(seed)
    rate = random.gamma(0.8, 1 / 5.0, n)
    leaves = random.beta(1.5, 3.0, n)
    seen = random.uniform(20, 40, n)
    rows, after = [], []
    for place in range(n):
        at, times, ahead = 0.0, [], 0
        while True:
            at += random.exponential(1 / rate[place])
            if at > seen[place] + 20:
                break
            if at <= seen[place]:
                times.append(at)
            else:
                ahead += 1
            if random.random() < leaves[place]:
                break
        rows.append((len(times), times[-1] if times else 0.0, seen[place]))
        after.append(ahead)
    x, last, watched = np.array(rows).T
    return Purchases(x, last, watched), np.array(after)


def test_intervals_of_parameters_cover_at_their_rate() -> None:
    """40 worlds with r = 0.8, alpha = 5, a = 1.5, b = 3."""
    truth = dict(zip(bgnbd.NAMES, (0.8, 5.0, 1.5, 3.0), strict=True))
    hits = dict.fromkeys(bgnbd.NAMES, 0)
    ahead = []
    for seed in range(40):
        past, after = world(seed)
        model = bgnbd.fitted(past)
        for name in bgnbd.NAMES:
            found = model.parameter(name, LEVEL)
            assert found.low is not None
            assert found.high is not None
            hits[name] += found.low <= truth[name] <= found.high
        expected = bgnbd.expected(np.array(model.values), past.again, past.last, past.seen, 20.0)
        ahead.append(expected.sum() / after.sum())
    assert all(count >= binom.ppf(0.001, 40, LEVEL) for count in hits.values()), hits
    assert np.mean(ahead) == pytest.approx(1.0, abs=0.03)


def test_what_follows_has_the_interval_of_the_delta_method(cdnow: Fitted) -> None:
    """Against 4,000 parameters drawn from their covariance."""
    again, last, seen, _ = (column[:200] for column in purchases())

    def ahead(parameters: np.ndarray) -> list[np.ndarray]:
        return [bgnbd.expected(parameters, again, last, seen, 52.0)]

    (found,) = following([cdnow], ahead, LEVEL, [200])
    random = np.random.default_rng(1)
    drawn = random.multivariate_normal(np.log(cdnow.values), cdnow.covariance, 4_000)
    values = [ahead(np.exp(each))[0].mean() for each in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    assert found.low == pytest.approx(low, rel=0.02)
    assert found.high == pytest.approx(high, rel=0.02)


def test_few_customers_are_not_fitted() -> None:
    few = Purchases(np.ones(FEWEST - 1), np.ones(FEWEST - 1), np.full(FEWEST - 1, 3.0))
    with pytest.raises(NotFittedError, match="49 customers came again"):
        bgnbd.fitted(few)


def test_customers_who_do_not_differ_are_not_fitted() -> None:
    same = Purchases(np.full(200, 10.0), np.full(200, 10.0), np.full(200, 10.5))
    with pytest.raises(NotFittedError):
        bgnbd.fitted(same)
