from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics import survival
from lifecycle_dsl.analysis.statistics.survival import CENSORED, Leaving

LEVEL = 0.95
WORLDS = 300

FREIREICH = (
    *((6, 1),) * 3,
    *((7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1)),
    *((6, 0), (9, 0), (10, 0), (11, 0), (17, 0), (19, 0), (20, 0), (25, 0)),
    *((32, 0), (32, 0), (34, 0), (35, 0)),
)
"""Weeks of remission under 6-MP, and whether they ended."""


def leaving(pairs: tuple[tuple[int, int], ...]) -> Leaving:
    durations = np.array([time for time, _ in pairs], dtype=np.float64)
    return Leaving(durations, np.array([ended - 1 for _, ended in pairs]), 1)


def made(seed: int, n: int = 150, causes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Times with ties, for causes at random, some censored."""
    random = np.random.default_rng(seed)
    times, ends = np.ceil(random.exponential(10, n)), np.floor(random.uniform(0, 25, n))
    cause = np.where(times <= ends, random.integers(0, causes, n), CENSORED)
    return np.minimum(times, ends), cause


def test_kaplan_and_meier_is_as_published() -> None:
    """Freireich et al. (1963), as in Kalbfleisch and Prentice (2002), table 1.2 and its errors."""
    found = leaving(FREIREICH)
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found.staying.tolist() == pytest.approx(published, abs=6e-4)
    assert found.quantile(0.5, LEVEL).value == 23
    greenwood = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    low, high = found.band(None, LEVEL)
    for place, error in enumerate(greenwood):
        kept = found.staying[place]
        reach = exp(1.959964 * error / (kept * -log(kept)))
        assert 1 - high[place] == pytest.approx(kept**reach, abs=1e-3)
        assert 1 - low[place] == pytest.approx(kept ** (1 / reach), abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_leaving_at_all_is_as_in_statsmodels(seed: int) -> None:
    """Against `SurvfuncRight`: the estimate, Greenwood's errors, quantiles with their intervals."""
    durations, causes = made(seed)
    found = Leaving(durations, causes, 2)
    peer = SurvfuncRight(durations, (causes >= 0).astype(int))
    told = np.isin(peer.surv_times, found.times)
    assert np.allclose(found.staying, peer.surv_prob[told], atol=1e-12)
    kept, error = peer.surv_prob[told], peer.surv_prob_se[told]
    low, _ = found.band(None, LEVEL)
    inner = (kept > 0) & (kept < 1)
    expected = 1 - kept[inner] ** np.exp(-1.959964 * error[inner] / (kept * -np.log(kept))[inner])
    assert np.allclose(low[inner], expected, atol=1e-6)
    for share in (0.25, 0.5, 0.75):
        estimate = found.quantile(share, LEVEL)
        assert estimate.value == peer.quantile(share)
        below, above = peer.quantile_ci(share, alpha=0.05, method="cloglog")
        assert estimate.low == pytest.approx(below)
        assert estimate.high == (None if np.isinf(above) else pytest.approx(above))


@pytest.mark.parametrize("seed", range(4))
def test_a_cumulative_incidence_is_as_in_statsmodels(seed: int) -> None:
    """Against `CumIncidenceRight`: Aalen and Johansen's estimate and its errors, of each cause."""
    durations, causes = made(seed)
    found = Leaving(durations, causes, 2)
    peer = CumIncidenceRight(durations, causes + 1)
    told = np.isin(peer.times, found.times)
    for cause in (0, 1):
        assert np.allclose(found.gone(cause), peer.cinc[cause][told], atol=1e-12)
        errors = np.sqrt(found._variance(cause, 0.0, len(found.times) - 1))
        assert np.allclose(errors, peer.cinc_se[cause][told], atol=1e-9)


lives = st.lists(st.tuples(st.integers(0, 30), st.integers(CENSORED, 2)), min_size=1, max_size=60)


@given(lives)
def test_all_causes_together_are_who_left(pairs: list[tuple[int, int]]) -> None:
    found = Leaving(
        np.array([float(time) for time, _ in pairs]), np.array([cause for _, cause in pairs]), 3
    )
    together = sum(found.gone(cause) for cause in range(3))
    assert np.allclose(together, found.gone(None), atol=1e-12)
    for cause in (*range(3), None):
        gone = found.gone(cause)
        low, high = found.band(cause, LEVEL)
        assert np.all(np.diff(gone) >= -1e-15)
        assert np.all(low <= gone + 1e-12)
        assert np.all(gone <= high + 1e-12)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1)), min_size=1, max_size=60))
def test_without_censoring_shares_are_the_observed_ones(pairs: list[tuple[int, int]]) -> None:
    durations = np.array([float(time) for time, _ in pairs])
    causes = np.array([cause for _, cause in pairs])
    found = Leaving(durations, causes, 2)
    for time in range(31):
        for cause in (0, 1):
            observed = float(((durations <= time) & (causes == cause)).mean())
            assert found.at(time, cause, LEVEL).value == pytest.approx(observed, abs=1e-12)
        assert found.at(time, None, LEVEL).value == pytest.approx((durations <= time).mean())


def test_one_in_a_thousand_is_not_all_of_them() -> None:
    """1 of 1,000 leads converts and 999 are still there: 0.1 %, not 100 %."""
    durations = np.array([5.0, *[30.0] * 999])
    causes = np.array([0, *[CENSORED] * 999])
    found = Leaving(durations, causes, 1).at(30, 0, LEVEL)
    assert found.value == pytest.approx(0.001)
    assert found.high is not None
    assert found.high < 0.01


def test_of_many_times_are_told_to_a_round_step() -> None:
    """The same shares at whole steps as without, but for who left in the step others ended in."""
    random = np.random.default_rng(3)
    n = survival._MANY + 40_000
    durations = random.exponential(20 * 86_400, n)
    ends = random.uniform(0, 90 * 86_400, n)
    causes = np.where(durations <= ends, random.integers(0, 2, n), CENSORED)
    observed = np.minimum(durations, ends)
    coarse = Leaving(observed, causes, 2)
    assert len(coarse.times) <= survival._MANY
    exact = SurvfuncRight(observed, (causes >= 0).astype(int))
    for day in (1, 10, 30, 60):
        place = np.searchsorted(exact.surv_times, day * 86_400, side="right") - 1
        share = coarse.at(day * 86_400, None, LEVEL).value
        assert share == pytest.approx(1 - exact.surv_prob[place], abs=2e-5)


def test_intervals_cover_at_their_rate() -> None:
    """Two causes in a world whose incidences are known: (1 - exp(-t / 10)) / 2 each."""
    random = np.random.default_rng(5)
    n = 150
    hits = {"share": 0, "median": 0, "median of those who go": 0}
    truth = (1 - exp(-1)) / 2
    half_way = -10 * log(1 - (1 - exp(-2)) / 2)
    for _ in range(WORLDS):
        times, ends = random.exponential(10, n), random.uniform(0, 35, n)
        causes = np.where(times <= ends, random.integers(0, 2, n), CENSORED)
        found = Leaving(np.minimum(times, ends), causes, 2)
        hits["share"] += covers(found.at(10, 0, LEVEL), truth)
        hits["median"] += covers(found.quantile(0.5, LEVEL), 10 * log(2))
        hits["median of those who go"] += covers(found.quantile_of(0, 0.5, 20, LEVEL), half_way)
    least = binom.ppf(0.0005, WORLDS, LEVEL)
    assert all(count >= least for count in hits.values()), hits
    most = binom.ppf(0.9995, WORLDS, 0.985)
    assert all(count <= most for count in hits.values()), hits


def covers(estimate: Estimate, truth: float) -> bool:
    low = -np.inf if estimate.low is None else estimate.low
    high = np.inf if estimate.high is None else estimate.high
    return bool(low <= truth <= high)


def test_of_nobody_nothing_is_said() -> None:
    found = Leaving(np.zeros(0), np.zeros(0, dtype=int), 2)
    assert found.at(10, 0, LEVEL).value is None
    assert found.quantile(0.5, LEVEL).value is None
    assert found.quantile_of(1, 0.5, 10, LEVEL).value is None
    assert found.band(0, LEVEL)[0].tolist() == []


def test_nobody_left_is_bounded_by_who_was_followed() -> None:
    """Wilson's upper limit of 0 of the 40 who were seen longer: z² / (40 + z²)."""
    durations = np.array([5.0] * 60 + [50.0] * 40)
    found = Leaving(durations, np.full(100, CENSORED), 1).at(20, 0, LEVEL)
    assert found.value == 0
    assert found.high == pytest.approx(1.959964**2 / (40 + 1.959964**2), abs=1e-6)
    assert sqrt(found.n or 0) == 10


@pytest.mark.parametrize(("followed", "truth"), [(10, 0.9), (40, 0.97)])
def test_that_all_left_says_no_more_than_those_who_were_followed(
    followed: int, truth: float
) -> None:
    """Three of four are censored before anybody leaves: Wilson's interval of the fourth alone.

    Over 1,000 worlds it covers the truth, which that of everybody does in two of three.
    """
    random = np.random.default_rng(9)
    covered = 0
    for _ in range(1_000):
        leave = random.random(followed) < truth
        times = np.where(leave, random.uniform(2, 5, followed), 10.0)
        durations = np.concatenate([np.ones(3 * followed), times])
        causes = np.where(durations < 2, CENSORED, np.where(durations < 10, 0, CENSORED))
        found = Leaving(durations, causes, 1).at(7, 0, LEVEL)
        covered += covers(found, truth)
        if leave.all():
            assert found.low == pytest.approx(followed / (followed + 1.959964**2), abs=1e-6)
    assert covered >= binom.ppf(0.001, 1_000, 0.93)
