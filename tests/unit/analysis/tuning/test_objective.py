"""Worth and profit as objectives: worlds whose truth is known, and one plain run a value."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.statistics.overlapping import lifts, means
from lifecycle_dsl.analysis.tuning.choosing import Choice, Verdict, choose
from lifecycle_dsl.analysis.tuning.comparing import followed
from lifecycle_dsl.analysis.tuning.objective import Objective, prices
from lifecycle_dsl.analysis.tuning.replay import NEVER, Lives, replay
from lifecycle_dsl.engine.decisions import Sent
from tests.unit.analysis.tuning.shop import DAY, RULES, START, events, planted, written
from tests.unit.analysis.tuning.test_replay import question

BARS = np.arange(3.0, 9.0)
PRESENT = 0
WITHIN = 14 * DAY
BEST = 3
"""A bar of 6, from which on messages bring something."""
MEAN = 20.0
COST = 1.0


def world(rng: np.random.Generator, n: int, lift: float, cost: float = COST) -> Lives:
    """Whoever comes to a bar is written to, unless held out; one in ten buys anyway.

    Of those whose interest goes to 6 and who are written to more buy by `lift`. What is bought for
    is exponential. The history is that of the lowest bar, so that everybody was written to.
    """
    interest = rng.gamma(3, 2, n)
    start = np.sort(rng.integers(0, 180 * DAY, n))
    held = rng.random(n) < 0.3
    chance = 0.1 + lift * ((interest >= 6) & ~held)
    worth = np.where(rng.random(n) < chance, rng.exponential(MEAN, n), 0.0)
    reached = np.where(interest[:, None] >= BARS, start[:, None], NEVER)
    there = reached != NEVER
    return Lives(
        [str(each) for each in range(n)],
        reached,
        np.where(there & (worth > 0)[:, None], start[:, None] + 1, NEVER),
        np.zeros_like(reached),
        ("",),
        held,
        0,
        int(200 * DAY),
        records=0,
        known=n,
        worth=np.where(there, worth[:, None], 0.0),
        cost=np.where(there & ~held[:, None], cost, 0.0),
    )


def chosen(lives: Lives, objective: Objective) -> Choice:
    return choose(followed(lives, WITHIN, PRESENT, objective), PRESENT, 100, 0.95)


def truth(bar: int, lift: float) -> float:
    """The profit of a customer whom any bar reaches: the gamma distribution, drawn often."""
    interest = np.random.default_rng(1).gamma(3, 2, 2_000_000)
    interest = interest[interest >= BARS[0]]
    brings = lift * MEAN * (interest >= 6) - COST
    return float(np.where(interest >= BARS[bar], brings, 0.0).mean())


def test_the_profit_finds_the_bar_from_which_messages_bring_more_than_they_cost() -> None:
    """30 worlds: below 6 a message brings nothing and costs 1, from there on it brings 6."""
    rng = np.random.default_rng(21)
    found = [chosen(world(rng, 30_000, 0.3), Objective.PROFIT) for _ in range(30)]
    assert sum(each.verdict is Verdict.BETTER for each in found) >= 24
    places = Counter(each.chosen for each in found)
    assert places[BEST] >= 18  # of bars that cannot be told from it the lowest is taken
    assert places[BEST] + places[BEST - 1] >= 27
    assert max(place for place in places if place is not None) == BEST
    gain = truth(BEST, 0.3) - truth(PRESENT, 0.3)
    later = [each.later for each in found if each.chosen == BEST and each.later is not None]
    covered = [each.low <= gain <= each.high for each in later if each.low and each.high]
    assert sum(covered) >= len(later) - 4


def test_the_rate_and_the_worth_would_take_the_keenest_whatever_messages_cost() -> None:
    """Rates rise with the bar, and a dear message for those in between is worth it all the same."""
    rng = np.random.default_rng(22)
    lives = world(rng, 30_000, 0.3, cost=0.0)
    assert chosen(lives, Objective.RATE).chosen == BEST
    assert chosen(lives, Objective.WORTH).chosen == BEST
    cheap = world(rng, 30_000, 0.3, cost=5.0)
    dear = followed(cheap, WITHIN, PRESENT, Objective.PROFIT).samples()
    assert dear.share(BEST, 0.95).value == pytest.approx(
        truth(BEST, 0.3) - 4 * reached_by(BEST), abs=0.5
    )


def reached_by(bar: int) -> float:
    interest = np.random.default_rng(1).gamma(3, 2, 2_000_000)
    return float((interest >= BARS[bar]).sum() / (interest >= BARS[0]).sum())


@pytest.mark.parametrize("objective", [Objective.WORTH, Objective.PROFIT])
def test_where_messages_bring_and_cost_nothing_no_bar_is_recommended(objective: Objective) -> None:
    """80 worlds without any effect: at most 2.5 %, up to chance."""
    rng = np.random.default_rng(23)
    runs = 80
    found = Counter(chosen(world(rng, 2_000, 0.0, 0.0), objective).verdict for _ in range(runs))
    assert found[Verdict.TOO_FEW] == 0
    assert found[Verdict.BETTER] / runs <= 0.025 + 3 * (0.025 * 0.975 / runs) ** 0.5


def test_too_few_held_out_are_said_to_be_too_few() -> None:
    found = chosen(world(np.random.default_rng(24), 400, 0.3), Objective.PROFIT)
    assert found.verdict is Verdict.TOO_FEW
    assert found.more is not None
    assert found.more > 300  # customers, of whom three in ten are held out


# ---- the statistics, against the textbook


def test_means_of_the_same_customers_are_compared_in_pairs_and_of_others_apart() -> None:
    """The errors of a paired and of an unpaired difference, as in any textbook."""
    rng = np.random.default_rng(25)
    amounts = rng.exponential(10, (500, 3))
    every = np.ones((500, 3), dtype=bool)
    paired = means(every, amounts)
    apart = amounts[:, 0] - amounts[:, 1]
    assert paired.standard_error(0, 1) == pytest.approx(apart.std() / 500**0.5)
    assert paired.values == pytest.approx(amounts.mean(axis=0))
    halves = every.copy()
    halves[:200, 0] = False
    halves[200:, 1] = False
    unpaired = means(halves, amounts)
    one, other = amounts[200:, 0], amounts[:200, 1]
    error = (one.var() / 300 + other.var() / 200) ** 0.5
    assert unpaired.standard_error(0, 1) == pytest.approx(error)
    difference = unpaired.difference(0, 1, 0.95)
    assert difference.value == pytest.approx(one.mean() - other.mean())
    assert difference.low == pytest.approx(one.mean() - other.mean() - 1.959964 * error)


def test_a_lift_is_the_difference_of_two_groups_less_the_cost() -> None:
    """The error is that of two separate groups; whoever is in no sample counts as 0."""
    rng = np.random.default_rng(26)
    worth = rng.exponential(10, (600, 2))
    cost = np.full((600, 2), 2.0)
    held = rng.random(600) < 0.3
    members = rng.random((600, 2)) < 0.8
    found = lifts(members, worth, cost, held)
    net = np.where(members, worth - cost, 0.0)[~held]
    without = np.where(members, worth, 0.0)[held]
    assert found.values == pytest.approx(net.mean(axis=0) - without.mean(axis=0))
    two = net[:, 0] - net[:, 1], without[:, 0] - without[:, 1]
    error = sum(each.var() / len(each) for each in two) ** 0.5
    assert found.standard_error(0, 1) == pytest.approx(error)
    assert found.n.tolist() == (members & held[:, None]).sum(axis=0).tolist()


# ---- the replay, against plain runs


def test_what_time_alone_brings_counts_although_nobody_comes_again(tmp_path: Path) -> None:
    """Two customers: who became a lead buys three days later, by no record of theirs."""
    rules = RULES.replace("stage lead", "stage lead { -> buyer after 3d }\nstage buyer", 1)
    visits = [{"type": "visit", "customer": "ann", "at": START + n} for n in range(9)]
    last = {"type": "visit", "customer": "ben", "at": START + 60 * DAY}
    paths = written(tmp_path, [*visits, last], rules)
    lives = replay(question(*paths, goal="enter buyer within 14d"), workers=1)
    assert lives.customers == ["ann"]
    assert lives.success[0].tolist() == [START + bar - 1 + 3 * DAY for bar in range(3, 9)]


def money(lives: Lives) -> dict[str, tuple[list[float], list[float]]]:
    assert lives.worth is not None
    assert lives.cost is not None
    worth: NDArray[np.float64] = lives.worth
    return {
        name: (worth[row].tolist(), lives.cost[row].tolist())
        for row, name in enumerate(lives.customers)
    }


def test_worth_and_cost_are_those_of_a_run_of_each_value(tmp_path: Path) -> None:
    """By hand: the purchases and the messages of one plain run a value, from the move on."""
    made = events(150, 5, planted)
    for name in ("c000003", "c000007"):
        late = max(each["at"] for each in made if each["customer"] == name)
        made += [
            {"type": "purchase", "customer": name, "at": late + hours * DAY // 24, "amount": hours}
            for hours in (1, 2, 13 * 24, 40 * 24)
        ]
    made.sort(key=lambda each: (each["at"], each["customer"]))
    rules = RULES.replace(
        'do { send email "hello" }', 'do { send email "hello"  wait 2d  send email "again" }'
    )
    asked = question(*written(tmp_path, made, rules), goal="purchase worth amount within 14d")
    asked = evolve(asked, prices=prices(lcr.compile(rules).program))
    lives = replay(asked, workers=1)
    records = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    expected = {name: ([0.0] * 6, [0.0] * 6) for name in lives.customers}
    for column, value in enumerate(range(3, 9)):
        engine = lcr.Engine(lcr.compile(rules.replace("lead_bar = 4", f"lead_bar = {value}")))
        entered: dict[str, int] = {}
        decisions = [(each, record) for record in records for each in engine.process(record)]
        decisions += [(each, None) for each in engine.advance(records[-1]["at"])]
        for decision, record in decisions:
            if record and isinstance(decision, lcr.Transition) and decision.to == "lead":
                entered[decision.customer] = record["at"]
            if isinstance(decision, Sent):
                expected[decision.customer][1][column] += 0.01
        for record in records:
            since = record["at"] - entered.get(record["customer"], record["at"])
            if record["type"] == "purchase" and 0 < since < WITHIN:
                expected[record["customer"]][0][column] += record["amount"]
    found = money(lives)
    assert any(len(set(worth)) > 1 for worth, _ in found.values())
    assert any(max(cost) > 0.015 for _, cost in found.values())
    for name, (worth, cost) in expected.items():
        assert found[name][0] == pytest.approx(worth)
        assert found[name][1] == pytest.approx(cost)
    assert money(replay(asked, workers=3)) == found
