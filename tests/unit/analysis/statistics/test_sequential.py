from __future__ import annotations

from math import exp, lgamma, log, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, chisquare, norm

from lifecycle_dsl.analysis.statistics.posterior import credible, probabilities_best
from lifecycle_dsl.analysis.statistics.sample_ratio import ALARM, anytime_p, ratio
from lifecycle_dsl.analysis.statistics.sequential import (
    FIRST_LOOK,
    PLANNED,
    Moments,
    half_width,
    information_for,
    look,
    share,
)

LEVEL = 0.95


def test_the_interval_of_a_difference_is_the_mixture_inverted() -> None:
    """Johari et al. (2022), equation 5: the ratio of the mixture is 20 at both ends, 1 / p at zero.

    The mixture is integrated by `scipy.integrate.quad`.
    """
    one, other = Moments.of_share(330, 3_000), Moments.of_share(300, 3_100)
    found = look(one, other, LEVEL)
    assert found is not None
    variance = one.variance / one.n + other.variance / other.n
    information = one.n * other.n / (one.n + other.n)
    # the variance of the prior, from the published half width: the lengths must agree
    wide = half_width(variance, information, LEVEL)
    prior = _prior(variance, wide)

    def evidence(effect: float) -> float:
        def density(true: float) -> float:
            likelihood = norm.pdf(found.effect, true, sqrt(variance))
            return float(likelihood * norm.pdf(true, effect, sqrt(prior)))

        total, _ = quad(density, effect - 12 * sqrt(prior), effect + 12 * sqrt(prior), limit=400)
        return float(total / norm.pdf(found.effect, effect, sqrt(variance)))

    assert evidence(found.low) == pytest.approx(20, rel=1e-3)
    assert evidence(found.high) == pytest.approx(20, rel=1e-3)
    assert 1 / max(evidence(0.0), 1.0) == pytest.approx(found.p, rel=1e-3)


def _prior(variance: float, wide: float) -> float:
    """The prior's variance t with wide² = v (v + t) / t (log((v + t) / v) + 2 log 20)."""
    low, high = variance * 1e-4, variance * 20
    for _ in range(200):
        t = sqrt(low * high)
        length = variance * (variance + t) / t * (log((variance + t) / variance) + 2 * log(20))
        low, high = (low, t) if length < wide * wide else (t, high)
    return sqrt(low * high)


def test_the_interval_is_narrowest_for_its_information_at_the_planned_one() -> None:
    """Waudby-Smith et al. (2024), section 2.3: the mixture is tuned to one time."""
    here = half_width(1 / PLANNED, PLANNED, LEVEL)
    # 3.05 standard errors there, where 1.96 would do for one look
    assert here * sqrt(PLANNED) == pytest.approx(3.05, abs=0.02)
    for information in (PLANNED / 50, PLANNED * 50):
        assert half_width(1 / information, information, LEVEL) * sqrt(information) > 3.05


@pytest.mark.parametrize(
    ("rate", "a_day"),
    [
        (0.003, (500, 500)),
        (0.01, (50, 50)),
        (0.1, (50, 50)),
        (0.3, (20, 20)),
        (0.5, (3, 3)),
        (0.003, (33, 633)),
        (0.01, (20, 180)),
    ],
)
def test_daily_looks_keep_the_error(rate: float, a_day: tuple[int, int]) -> None:
    """400 experiments without any effect, looked at on 90 days: at most 5 % are ever called one.

    The fixed test, looked at as often, calls more than 15 %. Holdouts are small samples, too.
    """
    rng = np.random.default_rng(4)
    runs, days = 400, 90
    called = fixed = 0
    for _ in range(runs):
        hits = np.cumsum(rng.binomial(np.array(a_day)[:, None], rate, (2, days)), axis=1)
        n = np.outer(a_day, np.arange(1, days + 1))
        called += _ever(hits, n)
        pooled = hits.sum(axis=0) / n.sum(axis=0)
        error = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n).sum(axis=0), 1e-12))
        fixed += bool((np.abs(hits[0] / n[0] - hits[1] / n[1]) / error > 1.96).any())
    assert called / runs <= 0.05
    assert fixed / runs > 0.15


def _ever(hits: np.ndarray, n: np.ndarray) -> bool:
    for day in range(hits.shape[1]):
        if hits[:, day].sum() < FIRST_LOOK:
            continue
        one, other = (
            Moments.of_share(int(each[day]), int(of[day])) for each, of in zip(hits, n, strict=True)
        )
        found = look(one, other, LEVEL)
        if found is not None and found.p <= 1 - LEVEL:
            return True
    return False


def test_the_interval_covers_a_true_lift_at_every_look_and_is_unbiased() -> None:
    """400 experiments with a lift of 2 points: 95 % of the intervals cover it on all of 60 days."""
    rng = np.random.default_rng(5)
    runs, days, a_day = 400, 60, 100
    covered, effect = 0, 0.0
    last: list[float] = []
    for _ in range(runs):
        hits = np.cumsum(rng.binomial(a_day, [[0.12], [0.10]], (2, days)), axis=1)
        always = True
        for day in range(days):
            if hits[:, day].sum() < FIRST_LOOK:
                continue
            n = a_day * (day + 1)
            found = look(
                Moments.of_share(int(hits[0, day]), n),
                Moments.of_share(int(hits[1, day]), n),
                LEVEL,
            )
            assert found is not None
            always &= found.low <= 0.02 <= found.high
            effect = found.effect
        last.append(effect)
        covered += always
    assert covered / runs >= 0.95
    error = float(np.std(last)) / sqrt(runs)
    assert np.mean(last) == pytest.approx(0.02, abs=4 * error)


def test_amounts_of_customers_are_compared_too() -> None:
    rng = np.random.default_rng(6)
    runs, false = 300, 0
    for _ in range(runs):
        spent = np.where(rng.random((2, 4_000)) < 0.1, rng.lognormal(3, 1, (2, 4_000)), 0.0)
        for n in range(500, 4_001, 250):
            one, other = (
                Moments.of_sums(n, float(each[:n].sum()), float((each[:n] ** 2).sum()))
                for each in spent
            )
            found = look(one, other, LEVEL)
            assert found is not None
            if found.p <= 0.05:
                false += 1
                break
    assert false / runs <= 0.05
    moments = Moments.of_sums(4, 10.0, 30.0)
    assert (moments.mean, moments.variance) == pytest.approx((2.5, np.var([1, 2, 3, 4], ddof=1)))


def test_too_small_a_sample_says_nothing() -> None:
    one = Moments.of_share(1, 1)
    assert look(one, Moments.of_share(5, 10), LEVEL) is None
    flat = Moments.of_sums(10, 10.0, 10.0)
    assert look(flat, flat, LEVEL) is None


def test_the_information_for_an_effect_makes_the_interval_reach_zero() -> None:
    needed = information_for(0.02, 0.09, LEVEL)
    assert half_width(0.09 / needed, needed, LEVEL) == pytest.approx(0.02, rel=1e-6)
    assert information_for(0.0, 0.09, LEVEL) == float("inf")


def test_the_interval_of_a_share_is_the_beta_mixture_inverted() -> None:
    """The mixture by `scipy.integrate.quad` in place of its closed form (Howard et al. 2021)."""
    hits, n = 12, 90
    found = share(hits, n, LEVEL)
    assert found.low is not None
    assert found.high is not None
    mixed, _ = quad(lambda q: beta.pdf(q, 0.5, 0.5) * q**hits * (1 - q) ** (n - hits), 0, 1)
    for end in (found.low, found.high):
        assert mixed / (end**hits * (1 - end) ** (n - hits)) == pytest.approx(20, rel=1e-3)


def test_the_interval_of_a_share_covers_at_every_look() -> None:
    rng = np.random.default_rng(7)
    runs, missed = 500, 0
    for _ in range(runs):
        hits = np.cumsum(rng.random(1_000) < 0.04)
        for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000):
            found = share(int(hits[n - 1]), n, LEVEL)
            assert found.low is not None
            assert found.high is not None
            if not found.low <= 0.04 <= found.high:
                missed += 1
                break
    assert missed / runs <= 0.05
    assert share(0, 10, LEVEL).low == 0.0
    assert share(10, 10, LEVEL).high == 1.0
    assert share(0, 0, LEVEL).value is None


def test_the_sample_ratio_is_checked_by_chi_square() -> None:
    """`scipy.stats.chisquare`, and a published example with p 1.8e-6.

    821,588 to 815,482: Kohavi et al., Trustworthy Online Controlled Experiments (2020), chapter 3.
    """
    found = ratio((821_588, 815_482), (0.5, 0.5))
    assert found.p == pytest.approx(1.8e-6, rel=0.02)
    assert found.p == pytest.approx(chisquare((821_588, 815_482)).pvalue)
    assert found.mismatched
    assert not ratio((5_050, 4_950), (0.5, 0.5)).mismatched
    small = ratio((3, 1), (0.5, 0.5))
    assert small.p == pytest.approx(0.625)  # 2 (1 + 4) / 16, by hand
    assert ratio((1, 1, 1), (0.5, 0.25, 0.25)).p is None
    assert ratio((5, 0, 5), (0.5, 0.0, 0.5)).anytime_p == 1.0
    assert ratio((5, 1, 5), (0.5, 0.0, 0.5)).anytime_p == 0.0


def test_the_anytime_sample_ratio_is_the_dirichlet_mixture() -> None:
    """Lindon and Malek (2022), equation 4, by `math.lgamma` for two arms of a half."""
    x, y = 5_400, 5_000

    def log_beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    factor = exp(log_beta(500 + x, 500 + y) - log_beta(500, 500) + (x + y) * log(2))
    assert anytime_p((x, y), (0.5, 0.5)) == pytest.approx(1 / factor, rel=1e-6)


def test_daily_checks_of_the_ratio_rarely_cry_wolf_and_find_a_mismatch() -> None:
    """500 sound experiments of 100 days: at most 1 % ever alarm.

    Of 50 in which the first arm loses six of a hundred customers nine of ten do.
    """
    rng = np.random.default_rng(8)
    shares = (0.5, 0.3, 0.2)

    def alarms(dealt: tuple[float, ...]) -> bool:
        counts = np.cumsum(rng.multinomial(100, dealt, 100), axis=0)
        return any(anytime_p([int(c) for c in each], shares) < ALARM for each in counts)

    assert sum(alarms(shares) for _ in range(500)) <= 5
    assert sum(alarms((0.47, 0.32, 0.21)) for _ in range(50)) >= 45


def test_the_probability_of_being_best_is_the_integral() -> None:
    """`scipy.integrate.quad` over the two Beta densities."""
    for one, other in (((20, 200), (30, 210)), ((3, 10), (300, 1_000)), ((0, 5), (1, 5))):
        found = probabilities_best([one, other])
        assert sum(found) == pytest.approx(1)
        assert found[0] == pytest.approx(_first_better(one, other), abs=2e-4)


def _first_better(one: tuple[int, int], other: tuple[int, int]) -> float:
    a = beta(1 + one[0], 1 + one[1] - one[0])
    b = beta(1 + other[0], 1 + other[1] - other[0])
    low, high = a.ppf([1e-12, 1 - 1e-12])
    total, _ = quad(lambda x: a.pdf(x) * b.cdf(x), low, high, limit=500)
    return float(total)


def test_three_arms_of_the_same_counts_are_equally_probable() -> None:
    assert probabilities_best([(5, 50)] * 3) == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert probabilities_best([(5, 50)]) == [1.0]
    found = credible(5, 50, 0.95)
    assert found.value == pytest.approx(6 / 52)
    assert (found.low, found.high) == pytest.approx(beta(6, 46).interval(0.95))
