"""Experiments in worlds whose truth is known, and one that was published."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.experiments import Arm, Day, Experiment, experiments
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Estimate, Section
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.sections.experiments import section
from lifecycle_dsl.analysis.statistics.sample_ratio import ALARM, ratio
from lifecycle_dsl.analysis.verdicts import verdicts
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket, split_salt

DAY = 86_400_000_000
START = 1_767_571_200_000_000
RULES = """\
lifecycle shop
event visit
event purchase { amount: money }
channel email
holdout 20%
start { -> visitor }
stage visitor
trigger hello {
  on visit
  do { split subject { 50%: { send email "a" }  50%: { send email "b" } } }
}
"""
GOAL = "purchase worth amount within 7d"


def is_held(customer: str) -> bool:
    return bucket(HOLDOUT_SALT, customer) < 2_000


def arm_of(customer: str) -> int:
    return 1 if bucket(split_salt("subject"), customer) < 5_000 else 2


def by_arm(first: float, second: float, held: float) -> Callable[[str], float]:
    """The chance of a purchase, by what a customer gets."""
    return lambda name: held if is_held(name) else (first, second)[arm_of(name) - 1]


def written(
    folder: Path,
    customers: int,
    chance: Callable[[str], float],
    seed: int,
    keep: Callable[[str], bool] = lambda _: True,
) -> Path:
    """One or two visits each over 60 days, and perhaps a purchase of 10 within a week."""
    draw = random.Random(seed)
    made = []
    for number in range(customers):
        name, at = f"s{seed}c{number}", START + int(draw.random() * 60 * DAY)
        lots = draw.random(), draw.random(), draw.random()
        if not keep(name):
            continue
        made.append({"type": "visit", "customer": name, "at": at})
        if lots[0] < 0.3:
            made.append({"type": "visit", "customer": name, "at": at + 20 * DAY})
        if lots[1] < chance(name):
            bought = at + 1 + int(lots[2] * 7 * DAY) * 9 // 10
            made.append({"type": "purchase", "customer": name, "at": bought, "amount": 10})
    made.sort(key=lambda each: (each["at"], each["customer"]))
    path = folder / f"events{seed}.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in made))
    return path


def told(log: Path) -> tuple[list[Experiment], Section]:
    ruleset = lcr.compile(RULES)
    goal = goal_of(GOAL, ruleset)
    with History(ruleset) as history:
        history.run(Feed(str(log)), goal=goal)
        return list(experiments(history, goal)), section(history, Asked())


def test_it_counts_what_the_file_holds(tmp_path: Path) -> None:
    """By hand: from the events, the hash, and nothing else."""
    log = written(tmp_path, 1_500, by_arm(0.2, 0.3, 0.1), 1)
    records = [json.loads(line) for line in log.read_text().splitlines()]
    end = max(each["at"] for each in records)
    first: dict[str, int] = {}
    for each in records:
        if each["type"] == "visit":
            first.setdefault(each["customer"], each["at"])
    bought = {each["customer"]: each["at"] for each in records if each["type"] == "purchase"}
    expected = {"arm 1": [0, 0, 0], "arm 2": [0, 0, 0], "held out": [0, 0, 0]}
    for name, at in first.items():
        counts = expected["held out" if is_held(name) else f"arm {arm_of(name)}"]
        counts[0] += 1
        if at + 7 * DAY <= end:
            counts[1] += 1
            counts[2] += at < bought.get(name, 0) < at + 7 * DAY
    (split, holdout), _ = told(log)
    for arm in split.arms:
        assert [arm.assigned, arm.sample.n, arm.hits] == expected[arm.name]
        assert arm.worth is not None
        assert arm.worth.mean == pytest.approx(10 * arm.hits / arm.sample.n)
    held, messaged = holdout.arms
    assert [held.assigned, held.sample.n, held.hits] == expected["held out"]
    together = [sum(pair) for pair in zip(expected["arm 1"], expected["arm 2"], strict=True)]
    assert [messaged.assigned, messaged.sample.n, messaged.hits] == together


def test_lift_is_unbiased_and_its_interval_covers(tmp_path: Path) -> None:
    """30 histories with a lift of 8 points of arm 2, and of 14 over the holdout."""
    lifts: dict[str, list[float]] = {"`subject`": [], "the holdout": []}
    truth = {"`subject`": 0.08, "the holdout": 0.14}
    covered = alarms = 0
    for seed in range(30):
        found, _ = told(written(tmp_path, 800, by_arm(0.2, 0.28, 0.10), seed))
        for experiment in found:
            (verdict,) = verdicts(experiment, 0.95)
            low, high = verdict.lift.low, verdict.lift.high
            assert verdict.lift.value is not None
            assert low is not None
            assert high is not None
            lifts[experiment.title].append(verdict.lift.value)
            covered += low <= truth[experiment.title] <= high
            alarms += experiment.ratio_p < ALARM
    assert covered >= 57
    assert alarms == 0
    for title, each in lifts.items():
        error = float(np.std(each)) / len(each) ** 0.5
        assert float(np.mean(each)) == pytest.approx(truth[title], abs=4 * error)


def test_a_verdict_comes_when_there_is_one_and_not_before(tmp_path: Path) -> None:
    found, said = told(written(tmp_path, 4_000, by_arm(0.10, 0.30, 0.10), 2))
    (verdict,) = verdicts(found[0], 0.95)
    assert verdict.is_told
    assert verdict.p is not None
    assert verdict.p < 1e-6
    assert verdict.more == 0
    assert "arm 2 does better than arm 1" in said.headline
    found, said = told(written(tmp_path, 2_000, by_arm(0.20, 0.21, 0.20), 3))
    (verdict,) = verdicts(found[0], 0.95)
    assert not verdict.is_told
    assert verdict.more is not None
    assert verdict.more > 2_000
    assert "no verdict yet" in said.headline
    assert "more would show in about" in said.headline
    found, said = told(written(tmp_path, 30, by_arm(0.1, 0.1, 0.1), 4))
    assert "too early for arm 2" in said.headline


def test_what_a_customer_is_worth_has_its_interval(tmp_path: Path) -> None:
    """Against scipy's Student interval of the arm's customers, 0 for who did not convert."""
    found, said = told(written(tmp_path, 600, by_arm(0.2, 0.3, 0.1), 6))
    for arm, row in zip(found[0].arms, said.tables[1].rows, strict=True):
        worths = [worth for day in arm.days for worth in day.worths]
        each = np.array([*worths, *[0.0] * (arm.sample.n - len(worths))])
        error = each.std(ddof=1) / np.sqrt(len(each))
        cell = row[1]
        assert isinstance(cell, Estimate)
        assert cell.value == pytest.approx(each.mean())
        limits = t.interval(0.95, len(each) - 1, each.mean(), error)
        assert (cell.low, cell.high) == pytest.approx(limits)
    assert "holds for one look" in said.tables[1].note


def test_looks_at_what_customers_are_worth_keep_the_error() -> None:
    """100 worlds without any effect, in which one of twenty is held out and one of fifty buys.

    Looked at as they grow, at most 5 % of them ever show a difference. Where 20 purchases of both
    arms together were enough, 16 % did: who is held out has often bought nothing by then.
    """
    rng = np.random.default_rng(3)
    sizes, called = (475, 25), 0
    for _ in range(100):
        days: list[list[Day]] = [[], []]
        alarm = False
        for _ in range(14):
            for part, n in zip(days, sizes, strict=True):
                part.append(bought(n, rng.lognormal(3, 0.8, rng.binomial(n, 0.02))))
            worth = more_worth(days)
            alarm |= (worth.low or 0.0) > 0 or (worth.high or 0.0) < 0
        called += alarm
    assert called <= 5
    enough = more_worth([[bought(475, np.full(20, 9.0))], [bought(475, np.full(20, 8.0))]])
    assert enough.value == pytest.approx(20 / 475)


def bought(n: int, worths: np.ndarray) -> Day:
    return Day(n, n, len(worths), tuple(worths.tolist()))


def more_worth(days: list[list[Day]]) -> Estimate:
    """Of the first arm, the second being the control."""
    arms = tuple(Arm("", 0.5, tuple(each)) for each in days)
    dealt = ratio([arm.assigned for arm in arms], [arm.share for arm in arms])
    names = tuple(str(day) for day in range(len(days[0])))
    (found,) = verdicts(Experiment("", arms, 1, names, dealt, 1.0, False, 1.0), 0.95)
    return found.worth


def test_arms_that_lose_customers_are_not_used(tmp_path: Path) -> None:
    """A fifth of arm 2 never comes to the log, as when its mails crash a page."""
    draw = random.Random(9)

    def keep(name: str) -> bool:
        return arm_of(name) == 1 or draw.random() < 0.8

    _, said = told(written(tmp_path, 6_000, by_arm(0.2, 0.2, 0.2), 5, keep))
    assert "`subject`: do not use it, the arms are not dealt as declared." in said.headline
    assert any("Sample-ratio mismatch in `subject`" in note for note in said.notes)


def test_the_log_of_a_run_says_the_same(tmp_path: Path) -> None:
    text = RULES + (
        "attribution sales { touch sends  conversion purchase worth amount  within 7d  model last }"
    )
    rules, out = tmp_path / "shop.lcr", tmp_path / "decisions.jsonl"
    rules.write_text(text)
    log = written(tmp_path, 600, by_arm(0.2, 0.3, 0.1), 6)
    ruleset = lcr.load(rules)
    engine = lcr.Engine(ruleset)
    decisions = engine.process_batch(log.read_bytes()) + engine.advance(engine.clock or 0)
    head = json.dumps(
        {"kind": "rules", "lifecycle": "shop", "fingerprint": ruleset.fingerprint}
    ).encode()
    out.write_bytes(b"\n".join([head, *map(lcr.encode_decision, decisions)]) + b"\n")
    with History(ruleset) as history:
        history.run(Feed(str(log)))
        ran = section(history, Asked())
        until = history.end
    with History(ruleset) as history:
        history.read_log(out, until)
        read = section(history, Asked())
    assert read.tables == ran.tables
    assert [row[0] for row in read.tables[0].rows] == ["arm 1", "arm 2"]
    lift = read.tables[0].rows[1][5]
    assert isinstance(lift, Estimate)
    assert lift.value is not None


def test_without_a_goal_or_an_experiment_it_says_what_is_missing(tmp_path: Path) -> None:
    log = written(tmp_path, 20, by_arm(0.5, 0.5, 0.5), 7)
    with History(lcr.compile(RULES)) as history:
        history.run(Feed(str(log)))
        assert "There is nothing to compare" in section(history, Asked()).headline
