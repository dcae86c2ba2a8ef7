"""Worlds whose truth is known: a planted bar is found, and where there is none nothing is said."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from lifecycle_dsl.analysis.tuning.choosing import Verdict, choose
from lifecycle_dsl.analysis.tuning.comparing import followed, trials
from lifecycle_dsl.analysis.tuning.replay import NEVER, Lives
from tests.unit.analysis.tuning.shop import DAY

BARS = 3 + 0.5 * np.arange(11)
PRESENT = 4  # a bar of 5
WITHIN = 14 * DAY


def world(
    rng: np.random.Generator, n: int, high: float, base: float = 0.1, at: float = 6.0
) -> Lives:
    """Customers reach a bar after a while; of those whose interest goes to `at` more succeed."""
    interest = rng.gamma(3, 2, n)
    start = np.sort(rng.integers(0, 180 * DAY, n))
    succeeds = rng.random(n) < np.where(interest >= at, high, base)
    reached: NDArray[np.int64] = np.full((n, len(BARS)), NEVER, dtype=np.int64)
    success = reached.copy()
    for column, bar in enumerate(BARS):
        rows = interest >= bar
        when = start + (bar / interest * 20 * DAY).astype(np.int64)
        reached[rows, column] = when[rows]
        both = rows & succeeds
        success[both, column] = when[both] + rng.integers(1, WITHIN)
    return Lives(
        [str(each) for each in range(n)],
        reached,
        success,
        np.zeros_like(reached),
        ("",),
        np.zeros(n, bool),
        0,
        int(200 * DAY),
        records=0,
        known=n,
    )


def test_a_value_is_falsely_recommended_in_less_than_alpha_of_null_worlds() -> None:
    """400 worlds in which the bar changes nothing, 10 values each: at most 2.5 %, up to chance."""
    rng = np.random.default_rng(11)
    runs = 400
    found = Counter(
        choose(followed(world(rng, 2_000, 0.1), WITHIN, PRESENT), PRESENT, 100, 0.95).verdict
        for _ in range(runs)
    )
    assert found[Verdict.BETTER] / runs <= 0.025 + 3 * (0.025 * 0.975 / runs) ** 0.5
    assert found[Verdict.BETTER] <= 20
    assert found[Verdict.UNCLEAR] + found[Verdict.KEEP] > 0.9 * runs


def test_a_planted_bar_is_found() -> None:
    """60 worlds in which those who come to 6 succeed twice as often: it is that, or next to it."""
    rng = np.random.default_rng(12)
    found: Counter[float] = Counter()
    better = 0
    for _ in range(60):
        lives = world(rng, 6_000, 0.2)
        choice = choose(followed(lives, WITHIN, PRESENT), PRESENT, 100, 0.95)
        better += choice.verdict is Verdict.BETTER
        assert choice.chosen is not None
        found[float(BARS[choice.chosen])] += 1
    assert better >= 57
    assert found[6.0] >= 50
    assert sum(count for bar, count in found.items() if abs(bar - 6) <= 0.5) >= 54


def test_the_improvement_is_told_without_bias_and_covers_the_truth() -> None:
    """80 worlds: the later period, which chose nothing, gives the true difference on average."""
    rng = np.random.default_rng(13)
    errors, covered, runs = [], 0, 80
    for _ in range(runs):
        lives = world(rng, 5_000, 0.2)
        who = followed(lives, WITHIN, PRESENT)
        choice = choose(who, PRESENT, 100, 0.95)
        assert choice.chosen is not None
        assert choice.later is not None
        truth = _truth(choice.chosen) - _truth(PRESENT)
        assert choice.later.value is not None
        assert choice.later.low is not None
        assert choice.later.high is not None
        errors.append(choice.later.value - truth)
        covered += choice.later.low <= truth <= choice.later.high
    assert abs(float(np.mean(errors))) < 4 * float(np.std(errors)) / runs**0.5
    assert covered / runs >= 0.95 - 3 * (0.05 * 0.95 / runs) ** 0.5


@cache
def _truth(place: int) -> float:
    """Of those whom a bar lets through, who succeeds: 0.1, and 0.2 from 6 on."""
    interest = np.random.default_rng(1).gamma(3, 2, 2_000_000)
    through = interest[interest >= BARS[place]]
    return float(np.where(through >= 6, 0.2, 0.1).mean())


def test_intervals_of_rates_cover_at_their_level() -> None:
    """400 worlds: the rate of the highest bar is in its interval in 95 % of them."""
    rng = np.random.default_rng(14)
    runs, covered = 400, 0
    for _ in range(runs):
        who = followed(world(rng, 800, 0.1), WITHIN, PRESENT)
        rate = who.samples().share(10, 0.95)
        assert rate.low is not None
        assert rate.high is not None
        covered += rate.low <= 0.1 <= rate.high
    assert covered / runs == pytest.approx(0.95, abs=4 * (0.05 * 0.95 / runs) ** 0.5)


def test_too_few_customers_are_said_to_be_too_few() -> None:
    lives = world(np.random.default_rng(15), 150, 0.1)
    who = followed(lives, WITHIN, PRESENT)
    choice = choose(who, PRESENT, 100, 0.95)
    assert choice.verdict is Verdict.TOO_FEW
    fewest = min(int(who.samples(later=later).n[PRESENT]) for later in (False, True))
    assert choice.more is not None
    assert choice.more >= 2 * (100 - fewest)


def test_as_many_more_as_are_asked_for_do_suffice() -> None:
    """Small worlds are unclear; of those as large as was asked for, about 80 % are not."""
    rng = np.random.default_rng(16)
    asked = []
    for _ in range(40):
        who = followed(world(rng, 1_500, 0.14), WITHIN, PRESENT)
        choice = choose(who, PRESENT, 100, 0.95)
        if choice.verdict is Verdict.UNCLEAR and choice.more is not None:
            asked.append(choice.more / int(who.samples().n[PRESENT]))
    assert len(asked) >= 20
    size = int(1_500 * (1 + float(np.median(asked))))
    found = [
        choose(followed(world(rng, size, 0.14), WITHIN, PRESENT), PRESENT, 100, 0.95).verdict
        for _ in range(40)
    ]
    assert found.count(Verdict.BETTER) >= 0.5 * len(found)


def test_whose_window_has_not_passed_is_counted_and_left_out() -> None:
    lives = Lives(
        ["a", "b", "c"],
        np.array([[0], [10 * DAY], [20 * DAY]]),
        np.array([[5 * DAY], [24 * DAY], [21 * DAY]]),
        np.zeros((3, 1), np.int64),
        ("",),
        np.zeros(3, bool),
        0,
        24 * DAY,
        records=3,
        known=3,
    )
    who = followed(lives, WITHIN, 0)
    assert who.members.tolist() == [[True], [True], [False]]
    assert who.hits.tolist() == [[True], [False], [False]]  # b just missed: a span ends before D
    (trial,) = trials(who, 0, 0.95)
    assert (trial.reached, trial.censored, trial.hits) == (3, 1, 1)
    assert who.later.tolist() == [False, True, True]
