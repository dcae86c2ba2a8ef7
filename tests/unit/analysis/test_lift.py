"""The lift over the holdout: who counts, from when to when, and what it is worth."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from scipy.stats import binom

from lifecycle_dsl.analysis import holdout
from lifecycle_dsl.analysis.comparisons import (
    cautions,
    lift_chart,
    lift_headline,
    lift_of,
    lifts_of,
)
from lifecycle_dsl.analysis.conversions import goals
from lifecycle_dsl.analysis.lift import Followed, followed
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket
from tests.unit.analysis.written import SHOP, credit, fired, history, rules, sent

FIRINGS: Final = """
    SELECT rule AS name, customer, instant, rowid AS place FROM decisions WHERE kind = 'fired'
"""
HELD: Final = [n for n in map(str, range(2000)) if bucket(HOLDOUT_SALT, n) < 2000]
MAY: Final = [n for n in map(str, range(2000)) if bucket(HOLDOUT_SALT, n) >= 2000]


def found(folder: Path, decisions: list[dict[str, Any]], until: float) -> Followed:
    with history(folder, decisions, until=until) as told:
        (goal,) = goals(told)
        return followed(told, FIRINGS, goal).get("nudge", Followed())


def test_the_arms_are_those_of_the_hash_whatever_was_held(tmp_path: Path) -> None:
    people = [*HELD[:7], *MAY[:20]]
    known = found(tmp_path, [fired(name, 1) for name in people], until=60)
    assert (known.messaged.n, known.held_out.n) == (20, 7)


@pytest.mark.parametrize(
    ("day", "counts"), [(0.9, False), (1, True), (14.999999, True), (15, False), (20, False)]
)
def test_a_conversion_counts_behind_the_firing_and_within_the_window(
    tmp_path: Path, day: float, *, counts: bool
) -> None:
    bought = credit(MAY[0], day, 12.5)
    firing = fired(MAY[0], 1)
    order = [bought, firing] if day < 1 else [firing, bought]
    known = found(tmp_path, order, until=60)
    assert known.messaged.converted == counts
    assert known.messaged.worth is not None
    assert known.messaged.worth.mean == (12.5 if counts else 0)


def test_a_conversion_of_the_same_instant_counts_only_behind_the_firing(tmp_path: Path) -> None:
    before = found(tmp_path, [credit(MAY[0], 1, 5), fired(MAY[0], 1)], until=60)
    behind = found(tmp_path, [fired(MAY[0], 1), credit(MAY[0], 1, 5)], until=60)
    assert (before.messaged.converted, behind.messaged.converted) == (0, 1)


def test_only_the_first_firing_counts(tmp_path: Path) -> None:
    decisions = [fired(MAY[0], 1), fired(MAY[0], 20), credit(MAY[0], 21, 5)]
    known = found(tmp_path, decisions, until=60)
    assert (known.messaged.n, known.messaged.converted) == (1, 0)


def test_whose_window_has_not_passed_is_left_out_of_both_arms(tmp_path: Path) -> None:
    early, late = [MAY[0], HELD[0]], [MAY[1], MAY[2], HELD[1]]
    decisions = [fired(name, 1) for name in early] + [fired(name, 46.5) for name in late]
    decisions += [credit(name, 47, 5) for name in late]
    known = found(tmp_path, decisions, until=60)
    assert (known.messaged.n, known.held_out.n) == (1, 1)
    assert (known.messaged.too_late, known.held_out.too_late) == (2, 1)
    assert (known.messaged.converted, known.held_out.converted) == (0, 0)


def test_a_window_that_ends_with_the_observation_has_passed(tmp_path: Path) -> None:
    assert found(tmp_path, [fired(MAY[0], 46)], until=60).messaged.n == 1


def test_the_parts_of_a_conversion_add_up_and_two_conversions_are_one_customer(
    tmp_path: Path,
) -> None:
    decisions = [
        fired(MAY[0], 1),
        credit(MAY[0], 2, 3.1, "email", share=0.5),
        credit(MAY[0], 2, 3.2, share=0.5),
        credit(MAY[0], 3, 0.1),
    ]
    known = found(tmp_path, decisions, until=60)
    assert known.messaged.converted == 1
    assert known.messaged.worth is not None
    assert known.messaged.worth.mean == pytest.approx(6.4, abs=1e-12)


def test_a_masked_worth_is_not_taken_for_nothing(tmp_path: Path) -> None:
    known = found(tmp_path, [fired(MAY[0], 1), credit(MAY[0], 2, None)], until=60)
    assert known.messaged.converted == 1
    assert known.messaged.mean_worth(0.95).value is None


def test_credits_of_another_attribution_do_not_count(tmp_path: Path) -> None:
    other = credit(MAY[0], 2, 5) | {"attribution": "other", "rule": "other"}
    assert found(tmp_path, [fired(MAY[0], 1), other], until=60).messaged.converted == 0


def test_in_simulated_worlds_the_lift_is_unbiased_and_its_intervals_cover(tmp_path: Path) -> None:
    """300 worlds of 400 customers: 12 % of those held out convert and 20 % of the others.

    Each conversion is worth 10 to 30. Coverage is checked against the binomial quantile of 1 in
    100,000, and biases against 4.5 standard errors.
    """
    chance = random.Random(7)
    decisions = []
    for world in range(300):
        for place in range(400):
            name = f"{world}-{place}"
            decisions.append(fired(name, 1, f"w{world}"))
            held_out = bucket(HOLDOUT_SALT, name) < 2000
            if chance.random() < (0.12 if held_out else 0.2):
                decisions.append(credit(name, chance.uniform(1.1, 14), chance.uniform(10, 30)))
    with history(tmp_path, decisions, until=60) as told:
        (goal,) = goals(told)
        by_world = followed(told, FIRINGS, goal)
    lifts = [lift_of(name, each, 0.2, 0.95) for name, each in by_world.items()]
    assert len(lifts) == 300
    enough = binom.ppf(1e-5, 300, 0.95)
    for estimates, truth, spread in (
        ([each.difference for each in lifts], 0.08, 0.042),
        ([each.more_worth for each in lifts], 1.6, 0.9),
        ([each.relative for each in lifts], 2 / 3, None),
    ):
        covered = sum((e.low or 0) <= truth <= (e.high or 0) for e in estimates)
        assert covered >= enough, (truth, covered)
        if spread is not None:
            mean = sum(e.value or 0 for e in estimates) / 300
            assert abs(mean - truth) < 4.5 * spread / 300**0.5
    assert sum(each.mismatched for each in lifts) <= binom.ppf(1 - 1e-5, 300, 0.01)


def test_where_nothing_differs_an_interval_that_leaves_out_zero_is_rare(tmp_path: Path) -> None:
    """300 worlds without any lift: the false alarms are no more than the level allows."""
    chance = random.Random(8)
    decisions = []
    for world in range(300):
        for place in range(300):
            name = f"{world}-{place}"
            decisions.append(fired(name, 1, f"w{world}"))
            if chance.random() < 0.15:
                decisions.append(credit(name, 3, 10))
    with history(tmp_path, decisions, until=60) as told:
        (goal,) = goals(told)
        lifts = lifts_of(followed(told, FIRINGS, goal), 0.2, 0.95)
    assert sum(each.is_told for each in lifts) <= binom.ppf(1 - 1e-5, 300, 0.05)
    assert any(each.is_told for each in lifts)


def test_a_holdout_of_another_size_than_declared_is_said(tmp_path: Path) -> None:
    """As where messages make people come back to the trigger who would not without them."""
    people = [*HELD[:40], *MAY[:600]]
    with history(tmp_path, [fired(name, 1) for name in people], until=60) as told:
        (goal,) = goals(told)
        lifts = lifts_of(followed(told, FIRINGS, goal), 0.2, 0.95)
    (lift,) = lifts
    assert lift.mismatched
    assert any("40 customers of 640 are held out" in each for each in cautions(lifts, 0.2, 0.95))


def test_where_earlier_messages_picked_who_came_no_lift_is_claimed(tmp_path: Path) -> None:
    """A made-up world with known truth: `first` adds 20 points, and `later` nothing.

    Half of all are eager. `later` fires on day 20 for who has not converted by then, so that of
    those messaged, whose eager ones converted early, fewer eager ones are left. Of `later` the
    naive difference leaves out 0, though the sizes of its arms are hardly off.
    """
    chance = random.Random(11)
    decisions = []
    for place in range(6000):
        name = f"p{place}"
        held_out = bucket(HOLDOUT_SALT, name) < 2000
        eager = chance.random() < 0.5
        decisions.append(fired(name, 1, "first"))
        if not held_out:
            decisions.append(sent(name, 1, trigger="first"))
        if eager and chance.random() < (0.2 if held_out else 0.6):
            decisions.append(credit(name, 3, 10))
            continue
        decisions.append(fired(name, 20, "later"))
        if chance.random() < (0.5 if eager else 0.1):
            decisions.append(credit(name, 21, 10))
    with history(tmp_path, decisions, until=60) as told:
        (goal,) = goals(told)
        first, later = lifts_of(followed(told, FIRINGS, goal), 0.2, 0.95)
    assert (first.name, later.name) == ("first", "later")
    assert first.followed.messaged.written_before == 0
    assert first.is_sound
    assert (first.difference.low or 0) <= 0.2 <= (first.difference.high or 0)
    assert later.is_told
    assert later.followed.messaged.written_before == later.followed.messaged.n
    assert not later.is_sound
    assert lift_chart((first, later), "trigger", goal).series[0].x == ("first", "later (no lift)")
    assert lift_headline((later,), goal) == (
        "No lift over the holdout is known of `revenue`: no comparison is sound."
    )
    assert lift_headline((first, later), goal).startswith(
        "Of those of `first`, messages changed the share that converts (`revenue`) by +"
    )
    said = cautions((first, later), 0.2, 0.95)
    assert any(each.startswith("Had got marketing messages before: `later` (") for each in said)


def test_messages_that_the_holdout_lets_through_pick_nobody(tmp_path: Path) -> None:
    """Transactional messages and drafts go to both arms alike, or to none."""
    receipt = sent(MAY[0], 0.5, trigger="bill") | {"transactional": True}
    draft = sent(MAY[1], 0.5, trigger="tried") | {"draft": True}
    firings = [fired(name, 1) for name in (*MAY[:3], HELD[0])]
    known = found(tmp_path, [receipt, draft, sent(MAY[2], 0.5), *firings], until=60)
    assert known.messaged.written_before == 1


def test_a_trigger_that_is_transactional_a_draft_or_silent_is_no_marketing() -> None:
    program = rules().program
    marketing = [each.name for each in program.triggers if holdout.is_marketing(each, program)]
    assert sorted(marketing) == ["never", "nudge", "wake_up", "welcome"]


def test_without_a_holdout_nobody_is_held_out(tmp_path: Path) -> None:
    ruleset = rules(SHOP.replace("holdout 20%", ""))
    decisions = [fired(name, 1) for name in (*HELD[:5], *MAY[:5])]
    with history(tmp_path, [*decisions, sent(MAY[0], 2)], ruleset, until=60) as told:
        (goal,) = goals(told)
        assert holdout.share(told) == 0
        assert followed(told, FIRINGS, goal)["nudge"].held_out.n == 0


def test_the_lift_is_the_same_in_any_order_of_customers(tmp_path: Path) -> None:
    """Sums are exact, so that the last digit does not depend on who comes first."""
    chance = random.Random(3)
    people = [*HELD[:60], *MAY[:200]]
    worths = {name: chance.uniform(0, 1e4) for name in people}
    seen = []
    for _ in range(4):
        chance.shuffle(people)
        decisions = [fired(name, 1) for name in people]
        decisions += [credit(name, 2, round(worths[name], 6)) for name in people]
        seen.append(found(tmp_path, decisions, until=60))
    assert all(one == other for one, other in pairwise(seen))
