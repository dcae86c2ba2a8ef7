"""Logistic regression: by hand, over clusters, and where there is no answer."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy.special import expit

from lifecycle_dsl.analysis.statistics.logistic import NotFoundError, held_back, logistic


def test_two_by_two_is_the_log_odds_ratio_of_woolf() -> None:
    """Woolf (1955): of a table a, b / c, d the weight is log(ad / bc), its variance 1/a + ... .

    The sandwich of a saturated model is the same but for the factor n / (n - 1) of n clusters.
    """
    a, b, c, d = 30, 70, 15, 85
    column = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])[:, None]
    happened = np.repeat([True, False, True, False], [a, b, c, d])
    found = logistic(column, happened, np.arange(200))
    assert found.weights[1] == pytest.approx(log(a * d / (b * c)), abs=1e-8)
    error = sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert sqrt(found.covariance[1, 1]) == pytest.approx(error, rel=0.01)
    assert found.weights[0] == pytest.approx(log(c / d), abs=1e-8)


def test_scale_and_place_of_a_column_change_nothing() -> None:
    world = np.random.default_rng(1)
    column = world.normal(size=(500, 2))
    happened = world.random(500) < expit(column @ [0.7, -0.4] - 1)
    plain = logistic(column, happened, np.arange(500))
    moved = logistic(column * [1000, 0.001] + [5e6, 3], happened, np.arange(500))
    assert moved.weights[1] * 1000 == pytest.approx(plain.weights[1])
    assert moved.weights[2] * 0.001 == pytest.approx(plain.weights[2])
    there = (column * [1000, 0.001] + [5e6, 3]) @ moved.weights[1:] + moved.weights[0]
    assert there == pytest.approx(column @ plain.weights[1:] + plain.weights[0], abs=1e-6)


def test_intervals_of_clustered_rows_cover_at_their_rate() -> None:
    """200 worlds of 150 customers with 8 rows and a mood of their own: 95 % cover the truth.

    The mood (a normal of deviation 1 on the log odds) shrinks the marginal weight by the factor
    1 / sqrt(1 + 0.346) (Zeger, Liang and Albert 1988). With 200 runs a rate of 0.95 gives at
    least 179 with a probability above 0.999; errors that take rows for customers give fewer.
    """
    truth = 0.8 / sqrt(1 + (16 * sqrt(3) / (15 * np.pi)) ** 2)
    covered = naive = 0
    for seed in range(200):
        world = np.random.default_rng(seed)
        clusters = np.repeat(np.arange(150), 8)
        column = np.repeat(world.normal(size=150), 8)
        mood = np.repeat(world.normal(0, 1, 150), 8)
        happened = world.random(1200) < expit(-0.5 + 0.8 * column + mood)
        low, high = logistic(column[:, None], happened, clusters).interval(1, 0.95)
        covered += low <= truth <= high
        low, high = logistic(column[:, None], happened, np.arange(1200)).interval(1, 0.95)
        naive += low <= truth <= high
    assert 179 <= covered <= 199
    assert naive < 170


def test_columns_that_tell_all_have_no_weights() -> None:
    column = np.linspace(-1, 1, 40)[:, None]
    with pytest.raises(NotFoundError):
        logistic(column, column[:, 0] > 0, np.arange(40))


def test_one_outcome_has_no_weights() -> None:
    with pytest.raises(NotFoundError):
        logistic(np.linspace(-1, 1, 40)[:, None], np.zeros(40, dtype=bool), np.arange(40))


def test_columns_that_are_the_same_have_no_weights() -> None:
    world = np.random.default_rng(1)
    column = world.normal(size=100)
    with pytest.raises(NotFoundError):
        logistic(np.column_stack([column, column]), world.random(100) < 0.5, np.arange(100))


def test_a_weight_that_is_held_back_is_that_of_half_a_row_of_each_outcome_more() -> None:
    """Greenland and Mansournia (2015): the log-F(1, 1) prior as rows of its own.

    Where it is 0 half of 2,000 rows happened, so that the intercept stays near 0; where it is 1
    none of 20 did: with half a row of each outcome p is 0.5 / 21, and the weight log(0.5 / 20.5).
    """
    column = np.repeat([0.0, 0.0, 1.0], [1000, 1000, 20])[:, None]
    happened = np.repeat([True, False, False], [1000, 1000, 20])
    found = held_back(column, happened, np.arange(2020), [0])
    assert found.weights[0] == pytest.approx(0, abs=2e-3)
    assert found.weights[1] == pytest.approx(log(0.5 / 20.5), abs=2e-3)
    low, high = found.interval(1, 0.95)
    assert low < found.weights[1] < high < 0


def test_beside_it_other_weights_stay_what_they_are() -> None:
    world = np.random.default_rng(4)
    column = world.normal(size=1000)
    never = world.random(1000) < 0.2
    happened = (world.random(1000) < expit(column - 0.5)) & ~never
    alone = logistic(column[~never][:, None], happened[~never], np.arange(int((~never).sum())))
    both = held_back(np.column_stack([column, never]), happened, np.arange(1000), [1])
    assert both.weights[1] == pytest.approx(alone.weights[1], abs=0.02)
    assert both.weights[2] < -4
    plain = logistic(column[:, None], happened, np.arange(1000))
    assert both.likelihood > plain.likelihood
