"""Brier's score and calibration, checked by hand and against other estimators."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit

from lifecycle_dsl.analysis.statistics import calibration

LEVEL = 0.95
ALONE = np.arange(4)
HAPPENED = np.array([True, False, True, False])
PREDICTED = np.array([0.9, 0.2, 0.6, 0.4])


def made(seed: int, n: int = 2000, stretch: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes of true likelihoods, and what a model says whose log odds are stretched."""
    world = np.random.default_rng(seed)
    odds = world.normal(-1, 1, n)
    return world.random(n) < expit(odds), expit(stretch * odds)


def test_the_score_is_the_mean_squared_distance() -> None:
    """By hand: (0.1² + 0.2² + 0.4² + 0.4²) / 4 = 0.0925; of a coin 0.25, so a skill of 0.63."""
    found = calibration.brier(HAPPENED, PREDICTED, ALONE, LEVEL)
    assert found.value == pytest.approx(0.0925)
    skill = calibration.skill(HAPPENED, PREDICTED, 0.5, ALONE, LEVEL)
    assert skill.value == pytest.approx(1 - 0.0925 / 0.25)


def test_brier_has_the_interval_of_a_mean() -> None:
    happened, predicted = made(1)
    found = calibration.brier(happened, predicted, np.arange(2000), LEVEL)
    distances = (predicted - happened) ** 2
    error = distances.std(ddof=1) / np.sqrt(2000)
    assert found.high == pytest.approx(distances.mean() + 1.959964 * error, abs=1e-7)


def test_observed_over_expected_of_a_model_that_says_half() -> None:
    happened, predicted = made(2)
    found = calibration.observed_to_expected(happened, predicted / 2, np.arange(2000), LEVEL)
    assert found.value == pytest.approx(happened.sum() / (predicted.sum() / 2))
    assert found.low is not None
    assert found.low > 1.5


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_the_slope_is_that_of_a_glm(stretch: float) -> None:
    """The slope is the coefficient of a binomial GLM on the log odds (by statsmodels' IRLS)."""
    happened, predicted = made(3, stretch=stretch)
    found = calibration.slope(happened, predicted, np.arange(2000), LEVEL)
    design = sm.add_constant(logit(predicted))
    other = sm.GLM(happened.astype(float), design, family=sm.families.Binomial()).fit()
    assert found.value == pytest.approx(float(other.params[1]), rel=1e-6)


def test_the_interval_of_the_slope_covers_at_its_rate() -> None:
    """200 worlds whose log odds are stretched by 2: a rate of 0.95 gives 179 or more (0.999)."""
    covered = 0
    for seed in range(200):
        happened, predicted = made(seed, 600, stretch=2)
        found = calibration.slope(happened, predicted, np.arange(600), LEVEL)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.5 <= found.high
    assert 179 <= covered <= 199


def test_bins_hold_all_rows_and_cover_the_truth() -> None:
    happened, predicted = made(4, 4000)
    found = calibration.bins(happened, predicted, np.arange(4000), LEVEL)
    assert len(found) == 10
    assert sum(each.observed.n or 0 for each in found) == 4000
    hits = sum((each.observed.n or 0) * (each.observed.value or 0) for each in found)
    assert hits == pytest.approx(happened.sum())
    covered = sum(
        (each.observed.low or 0) <= each.predicted <= (each.observed.high or 1) for each in found
    )
    assert covered >= 8


def test_few_outcomes_have_few_bins() -> None:
    happened = np.zeros(100, dtype=bool)
    happened[:7] = True
    assert len(calibration.bins(happened, np.linspace(0, 1, 100), np.arange(100), LEVEL)) == 1


def test_likelihoods_that_are_all_the_same_are_one_bin() -> None:
    happened, _ = made(5)
    (only,) = calibration.bins(happened, np.full(2000, 0.3), np.arange(2000), LEVEL)
    assert only.observed.value == pytest.approx(happened.mean())
    assert calibration.slope(happened, np.full(2000, 0.3), np.arange(2000), LEVEL).value is None
