"""Intervals of sums and parts by drawing customers: values, and how often they cover the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from lifecycle_dsl.analysis.statistics.bootstrap import ratios, totals


def test_values_are_sums_and_parts() -> None:
    values = np.arange(40.0).reshape(20, 2)
    assert [each.value for each in totals(values, 0.95)] == [380.0, 400.0]
    of = values.sum(axis=1, keepdims=True)
    assert [each.value for each in ratios(values, of, 0.95)] == pytest.approx(
        [380 / 780, 400 / 780]
    )
    assert [each.n for each in totals(values, 0.95)] == [19, 20]


def test_the_same_every_time_and_wider_at_a_higher_level() -> None:
    values = np.random.default_rng(1).exponential(size=(50, 1))
    (one,), (again,), (wider,) = totals(values, 0.9), totals(values, 0.9), totals(values, 0.99)
    assert one == again
    assert one.low is not None
    assert wider.low is not None
    assert wider.low < one.low


def test_of_few_or_of_nobody_there_is_no_interval() -> None:
    few = np.zeros((100, 1))
    few[:9] = 1.0
    (found,) = totals(few, 0.95)
    assert (found.value, found.low, found.n) == (9.0, None, 9)
    assert totals(np.zeros((0, 2)), 0.95)[0].value is None
    assert ratios(few, np.zeros((100, 1)), 0.95)[0].value is None


def test_intervals_cover_at_their_rate() -> None:
    """400 worlds of 200 customers; a channel has 30 % of the credit, and 0.4 a customer.

    How many cover is compared with the binomial quantiles of rates of 92 to 97 %: the percentile
    bootstrap falls a little short.
    """
    random = np.random.default_rng(11)
    worlds, covered = 400, [0, 0]
    for _ in range(worlds):
        conversions = random.poisson(4 / 3, size=200)
        first = random.binomial(conversions, 0.3)
        values = np.column_stack([first, conversions - first]).astype(float)
        (total, _), (part, _) = (
            totals(values, 0.95),
            ratios(values, conversions[:, None].astype(np.float64), 0.95),
        )
        for place, (found, truth) in enumerate(((total, 200 * 0.4), (part, 0.3))):
            assert found.low is not None
            assert found.high is not None
            covered[place] += found.low <= truth <= found.high
    low, high = binom.ppf(0.0005, worlds, 0.92), binom.ppf(0.9995, worlds, 0.97)
    assert all(low <= each <= high for each in covered)
