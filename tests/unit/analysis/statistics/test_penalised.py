"""Penalised weights, checked by the conditions that only the least of the loss fulfils."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from lifecycle_dsl.analysis.statistics.penalised import path, penalties, strongest, validated


def world(seed: int, n: int = 400, columns: int = 6) -> tuple[np.ndarray, np.ndarray]:
    made = np.random.default_rng(seed)
    found = made.normal(size=(n, columns))
    found[:, 1] = 0.8 * found[:, 0] + 0.6 * found[:, 1]
    happened = made.random(n) < expit(found[:, 0] - 0.7 * found[:, 2] - 1)
    return (found - found.mean(axis=0)) / found.std(axis=0), happened


@pytest.mark.parametrize("seed", range(3))
def test_every_weight_of_the_path_is_the_least(seed: int) -> None:
    """Karush, Kuhn and Tucker: |slope| <= penalty; equal, with the sign, where there is weight."""
    columns, happened = world(seed)
    steps = penalties(columns, happened)
    found = path(columns, happened, steps)
    for place, penalty in enumerate(steps):
        odds = found.intercepts[place] + columns @ found.weights[place]
        rest = happened - expit(odds)
        slopes = columns.T @ rest / len(happened)
        assert abs(rest.mean()) < 1e-5
        assert np.all(np.abs(slopes) <= penalty + 1e-5)
        inside = found.weights[place] != 0
        expected = penalty * np.sign(found.weights[place][inside])
        assert slopes[inside] == pytest.approx(expected, abs=1e-5)


def test_it_agrees_with_a_minimiser_that_knows_nothing_of_it() -> None:
    """The same loss by L-BFGS-B, weights split into their positive and negative parts."""
    columns, happened = world(5)
    penalty = strongest(columns, happened) / 5

    def loss(split: np.ndarray) -> float:
        weights = split[1:7] - split[7:]
        odds = split[0] + columns @ weights
        likely = np.logaddexp(0, odds) - odds * happened
        return float(likely.mean() + penalty * split[1:].sum())

    bounds = [(None, None)] + [(0, None)] * 12
    other = minimize(loss, np.zeros(13), bounds=bounds, tol=1e-12).x
    found = path(columns, happened, np.array([penalty]))
    assert found.weights[0] == pytest.approx(other[1:7] - other[7:], abs=2e-4)


def test_the_strongest_penalty_leaves_none_and_the_next_one_some() -> None:
    columns, happened = world(1)
    found = path(columns, happened, np.array([1.0, 0.97]) * strongest(columns, happened))
    assert found.chosen(0) == ()
    assert len(found.chosen(1)) == 1


def test_cross_validation_keeps_what_says_something() -> None:
    columns, happened = world(2, n=1500)
    steps = penalties(columns, happened)
    checked = validated(columns, happened, np.arange(1500) % 5, steps)
    found = path(columns, happened, steps)
    assert checked.simplest <= checked.best
    assert set(found.chosen(checked.simplest)) >= {0, 2}
    assert len(found.chosen(checked.simplest)) <= 4


def test_of_noise_nothing_is_kept() -> None:
    made = np.random.default_rng(3)
    columns, happened = made.normal(size=(600, 8)), made.random(600) < 0.3
    steps = penalties(columns, happened)
    checked = validated(columns, happened, np.arange(600) % 5, steps)
    assert path(columns, happened, steps).chosen(checked.simplest) == ()
