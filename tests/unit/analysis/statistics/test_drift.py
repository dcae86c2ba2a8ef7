"""The population stability index, by hand and over many worlds."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lifecycle_dsl.analysis.statistics.drift import stability


def test_two_bins_by_hand() -> None:
    """(0.6 - 0.5) log(0.6 / 0.5) + (0.4 - 0.5) log(0.4 / 0.5) = 0.0405, but for the half rows."""
    found = stability(np.array([5000.0, 5000]), np.array([6000.0, 4000]), 0.95)
    expected = 0.1 * log(1.2) - 0.1 * log(0.8)
    assert found.index.value == pytest.approx(expected, abs=1e-4)
    assert not found.is_noise


def test_without_change_it_stays_below_the_noise_at_the_level() -> None:
    """Yurdakul and Naranjo (2020): 400 worlds of the same ten bins; 95 % lie below the bound.

    With 400 runs a rate of 0.95 gives between 365 and 394 with a probability above 0.999.
    """
    made = np.random.default_rng(1)
    shares = np.full(10, 0.1)
    below = 0
    for _ in range(400):
        before = made.multinomial(2000, shares).astype(float)
        now = made.multinomial(1000, shares).astype(float)
        below += stability(before, now, 0.95).is_noise
    assert 365 <= below <= 394


def test_with_change_the_interval_covers_at_its_rate() -> None:
    made = np.random.default_rng(2)
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.4, 0.3, 0.3])
    truth = float(((q - p) * np.log(q / p)).sum())
    covered = 0
    for _ in range(400):
        before = made.multinomial(3000, p).astype(float)
        now = made.multinomial(1500, q).astype(float)
        found = stability(before, now, 0.95).index
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 365 <= covered <= 394


def test_rows_that_are_alike_make_more_noise() -> None:
    counts = np.array([500.0, 500])
    alone = stability(counts, counts, 0.95)
    assert stability(counts, counts, 0.95, effect=4).noise == pytest.approx(4 * alone.noise)


def test_nothing_now_says_nothing() -> None:
    assert stability(np.array([5.0, 5]), np.zeros(2), 0.95).index.value is None
