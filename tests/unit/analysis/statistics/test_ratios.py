"""How many times one share is another: against published figures and other computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from lifecycle_dsl.analysis.statistics.differences import newcombe
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.analysis.statistics.ratios import relative


def test_the_interval_of_the_epinephrine_trial_is_the_published_one() -> None:
    """Fagerland, Lydersen and Laake (2015), the trial of Perondi et al.: 7 of 34 against 1 of 34.

    Their MOVER-R interval from Wilson's limits is 1.15 to 42.0 times.
    """
    found = relative((7, 34), (1, 34), 0.95)
    assert found.value == pytest.approx(6.0)
    assert found.low == pytest.approx(0.15, abs=0.005)
    assert found.high == pytest.approx(41.0, abs=0.05)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((56, 70), (48, 80)),
        ((500, 10_000), (20, 500)),
        ((90, 100), (20, 100)),
        ((12, 90), (25, 95)),
    ],
)
def test_it_is_near_the_score_interval_of_statsmodels(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    """Koopman's, which is found in another way; they agree in samples that are not tiny."""
    found = relative(first, second, 0.95)
    low, high = confint_proportions_2indep(*first, *second, compare="ratio", method="score")
    assert found.low is not None
    assert found.high is not None
    assert 1 + found.low == pytest.approx(low, rel=0.02)
    assert 1 + found.high == pytest.approx(high, rel=0.02)


COUNTS = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_its_limits_are_where_the_interval_of_p_less_rq_reaches_nothing(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    """The definition of MOVER-R, with the root found by search instead of the closed form."""
    found = relative(first, second, 0.95)
    one, other = wilson(*first, 0.95), wilson(*second, 0.95)
    p, q = first[0] / first[1], second[0] / second[1]
    assert one.low is not None
    assert one.high is not None
    assert other.low is not None
    assert other.high is not None
    assert found.low is not None
    assert found.high is not None
    p_low, p_high, q_low, q_high = one.low, one.high, other.low, other.high

    def lower(r: float) -> float:
        return p - r * q - float(np.hypot(p - p_low, r * (q_high - q)))

    def upper(r: float) -> float:
        return p - r * q + float(np.hypot(p_high - p, r * (q - q_low)))

    assert 1 + found.low == pytest.approx(brentq(lower, 0, p / q), rel=1e-6, abs=1e-9)
    assert 1 + found.high == pytest.approx(brentq(upper, p / q, 1e9), rel=1e-6)


@given(COUNTS, COUNTS)
def test_it_leaves_out_one_where_the_difference_leaves_out_zero(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    times, less = relative(first, second, 0.95), newcombe(first, second, 0.95)
    assert times.low is not None
    assert times.high is not None
    assert less.low is not None
    assert less.high is not None
    if min(abs(less.low), abs(less.high)) > 1e-9:
        assert (times.low > 0, times.high < 0) == (less.low > 0, less.high < 0)


def test_nothing_is_said_where_the_second_share_is_zero() -> None:
    assert relative((3, 10), (0, 10), 0.95).value is None
    assert relative((0, 0), (3, 10), 0.95).value is None


def test_it_covers_the_truth_at_its_rate() -> None:
    """2,000 pairs of samples with 30 % and 20 %: twice the binomial bound of one in 10,000."""
    chance = np.random.default_rng(4)
    covered = 0
    for hits, others in zip(
        chance.binomial(120, 0.3, 2_000), chance.binomial(80, 0.2, 2_000), strict=True
    ):
        found = relative((int(hits), 120), (int(others), 80), 0.95)
        covered += found.low is not None and found.low <= 0.5 <= (found.high or 0)
    assert binom.ppf(1e-4, 2_000, 0.95) <= covered <= binom.ppf(1 - 1e-4, 2_000, 0.97)
