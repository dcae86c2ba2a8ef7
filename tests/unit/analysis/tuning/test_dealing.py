"""A split dealt anew: from counts, reproducibly, with a floor, and with who moves."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.statistics.posterior import probabilities_best
from lifecycle_dsl.analysis.tuning.dealing import Asked, Dealt, deal, moved, percents_of
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket, split_salt
from lifecycle_dsl.rewriting import with_arms
from tests.unit.analysis.tuning.shop import DAY, START

RULES = """\
lifecycle shop
event visit, click
channel email
holdout 10%
start { -> visitor }
stage visitor
trigger hello {
  on visit
  once
  do { split subject { 50%: { send email "a" }  30%: { send email "b" }  20%: { send email "c" } } }
}
"""
RATES = (0.10, 0.16, 0.06)


def arm_of(customer: str) -> int:
    place = bucket(split_salt("subject"), customer)
    return 0 if place < 5_000 else 1 if place < 8_000 else 2


def shop(folder: Path, customers: int, rates: tuple[float, ...] = RATES, seed: int = 1) -> Path:
    """Who is in an arm clicks at its rate within three days; the held out hardly ever."""
    draw = random.Random(seed)
    made = []
    for number in range(customers):
        customer, at = f"c{number:06d}", START + int(draw.random() * 60 * DAY)
        made.append({"type": "visit", "customer": customer, "at": at})
        held = bucket(HOLDOUT_SALT, customer) < 1_000
        if draw.random() < (0.02 if held else rates[arm_of(customer)]):
            clicked = at + int(draw.random() * 3 * DAY) + 1
            made.append({"type": "click", "customer": customer, "at": clicked})
    made.sort(key=lambda each: (each["at"], each["customer"]))
    (folder / "shop.lcr").write_text(RULES)
    path = folder / "events.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in made))
    return path


def dealt(folder: Path, log: Path, **asked: object) -> Dealt:
    ruleset = lcr.load(folder / "shop.lcr")
    goal = goal_of("click within 3d", ruleset)
    return deal(ruleset, Feed(str(log)), "subject", Asked(goal, **asked))  # type: ignore[arg-type]


def test_the_best_arm_gets_what_the_others_do_not_keep(tmp_path: Path) -> None:
    found = dealt(tmp_path, shop(tmp_path, 5_000))
    assert found.percents == ("5", "90", "5")
    assert "arm 2 is the best with a probability of more than 99.9 %" in found.section.headline
    assert "moves 60 % of all customers" in found.section.notes[0]
    counts = [(row[2], row[3]) for row in found.section.tables[0].rows]
    assert probabilities_best([(int(str(h)), int(str(n))) for n, h in counts])[1] > 0.99


def test_counts_are_those_of_the_file(tmp_path: Path) -> None:
    """Counted by hand from the events, the hash and nothing else."""
    log = shop(tmp_path, 2_000)
    records = [json.loads(line) for line in log.read_text().splitlines()]
    end = max(each["at"] for each in records)
    visits = {each["customer"]: each["at"] for each in records if each["type"] == "visit"}
    clicks = {each["customer"]: each["at"] for each in records if each["type"] == "click"}
    expected = [[0, 0, 0] for _ in range(3)]
    for customer, at in visits.items():
        if bucket(HOLDOUT_SALT, customer) < 1_000:
            continue
        counts = expected[arm_of(customer)]
        counts[0] += 1
        if at + 3 * DAY <= end:
            counts[1] += 1
            counts[2] += clicks.get(customer, end + 9 * DAY) - at < 3 * DAY
    rows = dealt(tmp_path, log).section.tables[0].rows
    assert [list(row[1:4]) for row in rows] == expected


def test_the_same_history_gives_the_same_percentages_in_any_order_of_customers(
    tmp_path: Path,
) -> None:
    log = shop(tmp_path, 1_500, rates=(0.10, 0.11, 0.10))
    found = dealt(tmp_path, log)
    assert found.percents is not None
    lines = log.read_text().splitlines()
    lines.sort(key=lambda line: json.loads(line)["customer"])  # each customer's own order stays
    log.write_text("\n".join(lines) + "\n")
    assert dealt(tmp_path, log).percents == found.percents
    assert sum(map(int, found.percents)) == 100


def test_without_enough_customers_the_percentages_stay(tmp_path: Path) -> None:
    found = dealt(tmp_path, shop(tmp_path, 200))
    assert found.percents is None
    assert "The percentages stay." in found.section.headline


def test_only_who_came_since_counts(tmp_path: Path) -> None:
    log = shop(tmp_path, 3_000)
    rows = dealt(tmp_path, log, since=START + 30 * DAY).section.tables[0].rows
    whole = dealt(tmp_path, log).section.tables[0].rows
    assert all(0 < int(str(a[1])) < int(str(b[1])) for a, b in zip(rows, whole, strict=True))


def test_a_floor_keeps_every_arm_and_percents_are_whole() -> None:
    assert percents_of([0.999, 0.001, 0.0], 0.05) == [90, 5, 5]
    assert percents_of([1 / 3] * 3, 0.0) == [34, 33, 33]
    assert percents_of([0.5, 0.5], 0.5) == [50, 50]
    assert percents_of([1.0, 0.0], 0.0) == [100, 0]
    assert percents_of([1.0, 0.0, 0.0], 0.033) == [92, 4, 4]
    assert percents_of([1.0, 0.0, 0.0], 0.333) == [34, 33, 33]
    draw = random.Random(4)
    for _ in range(500):
        marks = [draw.random() for _ in range(draw.randint(2, 9))]
        found = percents_of([each / sum(marks) for each in marks], 0.05)
        assert sum(found) == 100
        assert min(found) >= 5


def test_who_moves_is_who_the_engine_moves(tmp_path: Path) -> None:
    shop(tmp_path, 10)
    rules = lcr.load(tmp_path / "shop.lcr")
    names = [f"x{number}" for number in range(3_000)]
    records = [{"type": "visit", "customer": name, "at": START} for name in names]

    def arms(ruleset: lcr.RuleSet) -> dict[str, int]:
        engine = lcr.Engine(ruleset)
        found = [decision for record in records for decision in engine.process(record)]
        return {each.customer: each.arm for each in found if hasattr(each, "arm")}

    new = lcr.loading.compile_sources(with_arms(rules.sources, "subject", ["5", "90", "5"]))
    old_arms, new_arms = arms(rules), arms(new)
    places = [bucket(split_salt("subject"), name) for name in names]
    expected = sum(old_arms[name] != new_arms[name] for name in names)
    assert moved([5_000, 3_000, 2_000], [500, 9_000, 500], places) == expected


def test_what_cannot_be_dealt_is_said(tmp_path: Path) -> None:
    log = shop(tmp_path, 10)
    ruleset = lcr.load(tmp_path / "shop.lcr")
    goal = goal_of("click within 3d", ruleset)
    with pytest.raises(AnalysisError, match="did you mean `subject`"):
        deal(ruleset, Feed(str(log)), "subjct", Asked(goal))
    with pytest.raises(AnalysisError, match="is too much"):
        deal(ruleset, Feed(str(log)), "subject", Asked(goal, floor=0.4))
