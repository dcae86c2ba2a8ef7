from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.corrections import holm, joint_quantile
from lifecycle_dsl.analysis.statistics.differences import newcombe, p_value
from lifecycle_dsl.analysis.statistics.overlapping import Samples, lifts
from lifecycle_dsl.analysis.statistics.power import least_effect, sample_for


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ],
)
def test_newcombe_gives_the_published_limits(
    first: tuple[int, int], second: tuple[int, int], published: tuple[float, float]
) -> None:
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    found = newcombe(first, second, 0.95)
    assert (found.low, found.high) == pytest.approx(published, abs=5e-5)


def test_newcombe_is_that_of_statsmodels() -> None:
    """`statsmodels.stats.proportion.confint_proportions_2indep(method="newcomb")`."""
    rng = np.random.default_rng(1)
    for n, m in rng.integers(5, 400, (50, 2)):
        x, y = int(rng.integers(0, n + 1)), int(rng.integers(0, m + 1))
        found = newcombe((x, int(n)), (y, int(m)), 0.9)
        expected = confint_proportions_2indep(x, n, y, m, method="newcomb", alpha=0.1)
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


def test_p_is_the_level_at_which_the_interval_reaches_zero() -> None:
    p = p_value((56, 70), (48, 80))
    assert newcombe((56, 70), (48, 80), 1 - p).low == pytest.approx(0, abs=1e-7)
    assert p_value((48, 80), (56, 70)) == pytest.approx(p)
    assert p_value((10, 20), (5, 10)) == 1.0
    assert p_value((0, 0), (5, 10)) == 1.0


def test_the_same_customers_are_compared_in_pairs() -> None:
    """The error is that of McNemar's design: Agresti, Categorical Data Analysis (2002), table 10.1.

    944 of 1,600 approve first, 880 then; 150 change to no, 86 to yes; the published standard error
    of the difference of the two shares is 0.0095.
    """
    first = np.repeat([True, True, False, False], [794, 150, 86, 570])
    then = np.repeat([True, False, True, False], [794, 150, 86, 570])
    samples = Samples(np.ones((1600, 2), bool), np.column_stack([first, then]))
    assert samples.standard_error(0, 1) == pytest.approx(0.0095, abs=5e-5)
    found = samples.difference(0, 1, 0.95)
    assert found.value == pytest.approx(0.04)
    assert (found.low, found.high) == pytest.approx((0.021, 0.059), abs=1e-3)


def test_separate_customers_are_compared_as_such() -> None:
    members = np.repeat([[True, False], [False, True]], [70, 80], axis=0)
    hits = np.zeros((150, 2), bool)
    hits[:56, 0] = True
    hits[70 : 70 + 48, 1] = True
    found = Samples(members, hits).difference(0, 1, 0.95)
    plain = newcombe((56, 70), (48, 80), 0.95)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_samples_that_are_the_same_do_not_differ() -> None:
    """Wilson's limits lie unevenly, by the order of 1/n, and so much is left of the interval."""
    hits = np.repeat([[True, True], [False, False]], [1_000, 3_000], axis=0)
    samples = Samples(np.ones((4_000, 2), bool), hits)
    found = samples.difference(0, 1, 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 0), abs=1e-3)
    assert samples.p_value(0, 1) == 1.0


@pytest.mark.parametrize(
    ("n", "narrow_share", "rates"), [(400, 0.6, (0.3, 0.14)), (300, 0.5, (0.06, 0.06))]
)
def test_the_interval_of_overlapping_samples_covers_the_truth(
    n: int, narrow_share: float, rates: tuple[float, float]
) -> None:
    """1,500 simulated histories: at least 95 % of the intervals cover, within four errors.

    Where few succeed, the correlation as it is found alone gives 92 %.
    """
    rng = np.random.default_rng(2)
    runs, covered = 1_500, 0
    # Of those of the wide sample who are not in the narrow one, half as many as there are.
    part = narrow_share / (narrow_share + (1 - narrow_share) * 0.5)
    truth = rates[0] - (part * rates[0] + (1 - part) * rates[1])
    for _ in range(runs):
        narrow = rng.random(n) < narrow_share
        wide = narrow | (rng.random(n) < 0.5)
        hits = rng.random(n) < np.where(narrow, *rates)
        found = Samples(np.column_stack([narrow, wide]), np.column_stack([hits, hits])).difference(
            0, 1, 0.95
        )
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert covered / runs >= 0.95 - 4 * (0.05 * 0.95 / runs) ** 0.5
    assert covered / runs <= 0.985


def test_intervals_of_many_values_cover_together() -> None:
    """600 simulated histories of nested samples: all intervals cover at once in 95 % of them."""
    rng = np.random.default_rng(3)
    n, runs, together = 1_500, 600, 0
    bars = np.linspace(0.0, 0.7, 8)
    for _ in range(runs):
        score = rng.random(n)
        hits = rng.random(n) < 0.2
        samples = Samples(score[:, None] >= bars, np.repeat(hits[:, None], len(bars), axis=1))
        others = list(range(1, len(bars)))
        quantile = samples.joint_quantile(others, 0, 0.95)
        reach = [abs(_value(samples.difference(v, 0, 0.95))) for v in others]
        errors = [samples.standard_error(v, 0) for v in others]
        together += all(r <= quantile * e for r, e in zip(reach, errors, strict=True))
    assert together / runs == pytest.approx(0.95, abs=4 * (0.05 * 0.95 / runs) ** 0.5)


def _value(estimate: Estimate) -> float:
    assert estimate.value is not None
    return estimate.value


def test_the_joint_quantile_is_that_of_dunnett() -> None:
    """Two-sided 95 % points for infinitely many degrees of freedom.

    Dunnett (1964), Biometrics 20, table II (correlation 1/2): 2.21, 2.44, 2.57 for 2, 4, 6 (Hsu,
    Multiple Comparisons (1996), table E.4); independent ones by Šidák.
    """
    for count, point in ((2, 2.21), (4, 2.44), (6, 2.57)):
        half = np.full((count, count), 0.5) + 0.5 * np.eye(count)
        assert joint_quantile(half, 0.95) == pytest.approx(point, abs=0.015)
    assert joint_quantile(np.eye(4), 0.95) == pytest.approx(2.491, abs=0.01)
    assert joint_quantile(np.ones((5, 5)), 0.95) == pytest.approx(1.96, abs=0.01)
    assert joint_quantile(np.eye(1), 0.95) == pytest.approx(1.96, abs=0.001)


def test_holm_is_that_of_its_paper() -> None:
    """Against `statsmodels`, and by hand: 0.01, 0.04, 0.03 become 0.03, 0.06, 0.06."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    found = [0.2, 0.001, 0.04, 0.04, 0.9]
    assert holm(found) == pytest.approx(list(multipletests(found, method="holm")[1]))
    assert holm([]) == []


def test_the_sample_for_an_effect_is_that_of_a_power_analysis() -> None:
    """`statsmodels.stats.power.NormalIndPower`, a two-sided test of a difference of means."""
    n, effect = 1_000, 0.05
    error = (2 / n) ** 0.5
    found = sample_for(n, error, effect, 1.959964)
    expected = NormalIndPower().solve_power(effect_size=effect, alpha=0.05, power=0.8)
    assert found == pytest.approx(expected, rel=0.002)
    assert least_effect(error, 1.959964) == pytest.approx(effect * (expected / n) ** 0.5, rel=0.002)
    assert sample_for(n, error, 0.0, 1.96) is None


def test_lifts_over_a_small_holdout_that_bought_little_cover_the_truth() -> None:
    """1,000 histories without any lift: one of ten of 8,000 is held out, one of 18 buys.

    Where fewer than 20 of those held out bought, no interval is told.
    """
    rng = np.random.default_rng(5)
    n, runs, told, covered = 8_000, 1_000, 0, 0
    for _ in range(runs):
        members = rng.random(n)[:, None] >= (0.0, 0.5)
        worth = rng.lognormal(3, 0.8, n) * (rng.random(n) < 1 / 18)
        each = np.where(members, worth[:, None], 0.0)
        held_out = rng.random(n) < 0.1
        found = lifts(members, each, np.zeros((n, 2)), held_out)
        difference = found.difference(0, 1, 0.95)
        enough = bool(((each > 0) & held_out[:, None]).sum(axis=0).min() >= 20)
        assert (difference.low is not None) == enough == (found.p_value(0, 1) < 1)
        told += enough
        covered += enough and (difference.low or 0.0) <= 0 <= (difference.high or 0.0)
    assert runs / 2 < told < runs
    assert covered >= binom.ppf(0.001, told, 0.95)
