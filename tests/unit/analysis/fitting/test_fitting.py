"""Models of made worlds: truth is found, noise is not, and what is written is what was fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.fitting.card import Card, written
from lifecycle_dsl.analysis.fitting.fitting import Fitted, Wish, fit
from lifecycle_dsl.analysis.fitting.sample import Population, at_risk
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.loading import compile
from tests.unit.analysis.fitting.worlds import DAY, RULES, START, WITHIN, feed, world

GOAL = f"purchase worth 1 within {WITHIN}d"


def fitted(
    records: list[dict[str, Any]],
    *,
    features: str | None = None,
    rules: str = RULES,
    goal: str = GOAL,
    each: int = 3,
    size: int = 1000,
    **population: Any,
) -> Fitted:
    ruleset = compile(rules)
    found = goal_of(goal, ruleset)
    stages = at_risk(ruleset, found, population.pop("stages", None))
    people = Population(stages=stages, within=found.within, each=each, **population)
    return fit(ruleset, Wish("buys", found, people, features=features), feed(records, size=size))


def weights(card: Card) -> dict[str, tuple[float, float, float]]:
    return {each.text: (each.weight, each.low, each.high) for each in card.features}


def test_known_weights_are_within_their_intervals_at_their_rate() -> None:
    """30 worlds of 150 customers; intercept -1.2, size 0.8, vip 1.

    Of 60 intervals at 95 % at least 51 cover the truth with a probability above 0.999.
    """
    covered = []
    for seed in range(30):
        records = world(seed, 150, intercept=-1.2, size=0.8, vip=1.0)
        found = weights(fitted(records, features="size, vip").card)
        for text, truth in (("size", 0.8), ("if vip then 1 else 0", 1.0)):
            _, low, high = found[text]
            covered.append(low <= truth <= high)
    assert len(covered) == 60
    assert sum(covered) >= 51


def test_in_a_world_without_signal_it_says_so() -> None:
    """12 worlds in which nothing tells who buys: a signal is found in 2.5 %, so in 2 at most."""
    found = [fitted(world(100 + seed, 120)).card for seed in range(12)]
    assert sum(card.signal for card in found) <= 2
    silent = [card for card in found if not card.signal]
    assert all(card.text == "" for card in silent)
    assert all(card.on_test.area.low is None or card.on_test.area.low <= 0.5 for card in silent)


@pytest.fixture(scope="module")
def strong() -> Fitted:
    return fitted(world(7, 500, intercept=-1.5, size=1.0, vip=1.2))


def test_what_matters_is_chosen_and_little_else(strong: Fitted) -> None:
    found = weights(strong.card)
    assert "size" in found
    assert "if vip then 1 else 0" in found
    assert len(found) <= 5


def test_its_likelihoods_are_calibrated_on_later_rows(strong: Fitted) -> None:
    scores = strong.card.on_test
    assert scores.observed_to_expected.low is not None
    assert scores.observed_to_expected.high is not None
    assert scores.observed_to_expected.low <= 1 <= scores.observed_to_expected.high
    assert scores.slope.low is not None
    assert scores.slope.high is not None
    assert scores.slope.low <= 1 <= scores.slope.high
    assert scores.area.value is not None
    assert scores.area.value > 0.7


def test_what_was_fitted_to_was_known_before_the_test_begins(strong: Fitted) -> None:
    card = strong.card
    assert card.train.end < card.test.begin
    assert card.train.rows + card.test.rows + card.between == card.instants - card.elsewhere
    assert card.instants == 3 * (card.customers - card.too_short)


def test_the_model_stands_in_the_rules_and_says_what_was_fitted(strong: Fitted) -> None:
    """The compiled model, by hand: 1 / (1 + e^-z) of the card's weights."""
    assert strong.placed is not None
    rules = strong.placed.ruleset
    engine = Engine(rules)
    for number, record in enumerate(world(8, 20, size=1)):
        engine.process({**record, "id": str(number)})
    texts = [feature.text for feature in strong.card.features]
    asked = compile(
        strong.placed.text + "".join(f"\nlet f{n} = {text}" for n, text in enumerate(texts))
    )
    twin = Engine(asked)
    for number, record in enumerate(world(8, 20, size=1)):
        twin.process({**record, "id": str(number)})
    lets = [
        asked.program.lets[name].value for name in ("buys", *(f"f{n}" for n in range(len(texts))))
    ]
    for name in engine.customers():
        said, *values = twin.customer(name, START + 200 * DAY)._values("f", lets)
        odds = strong.card.intercept + float(
            np.dot(values, [feature.weight for feature in strong.card.features])
        )
        assert said == pytest.approx(float(expit(odds)), abs=1e-12)


def test_a_second_fit_takes_the_place_of_the_first(strong: Fitted) -> None:
    assert strong.placed is not None
    assert not strong.placed.replaced
    again = fitted(
        world(9, 500, intercept=-1.5, size=1.0, vip=1.2),
        rules=strong.placed.text + "\nstage last_one\n",
        features="size",
    )
    assert again.placed is not None
    assert again.placed.replaced
    assert again.placed.text.count("model buys") == 1
    assert again.placed.text.count("# Fitted: ") == 2
    assert again.placed.text.rstrip().endswith("stage last_one")


def test_a_rule_may_stand_on_the_model_that_is_fitted_anew() -> None:
    rules = (
        f"{RULES}\nmodel buys = logistic {{ intercept -1  love: 0.1 }}\nlet risky = buys > 0.3\n"
    )
    found = fitted(world(10, 400, size=1.2), rules=rules, features="size")
    assert found.placed is not None
    assert found.placed.replaced
    assert "risky" in found.placed.ruleset.program.lets


def test_the_same_input_gives_the_same_card_in_any_batches() -> None:
    records = world(11, 300, size=1.0)
    assert written(fitted(records).card) == written(fitted(records, size=13).card)


def test_another_seed_looks_at_other_instants() -> None:
    records = world(11, 300, size=1.0)
    assert fitted(records).card.bands != fitted(records, seed=2).card.bands


def test_too_few_are_refused_with_the_numbers() -> None:
    with pytest.raises(AnalysisError) as error:
        fitted(world(12, 15))
    assert "the data do not suffice: the rows to fit to are " in str(error.value)
    assert "Of 15 customers 0 were not observed for long enough, 45 instants" in str(error.value)


def test_too_many_features_are_refused_with_the_numbers() -> None:
    listed = ", ".join(f"count(visit within {days}d)" for days in range(1, 60, 3))
    with pytest.raises(AnalysisError, match=r"features need \d+ rows of the rarer outcome, and"):
        fitted(world(13, 80, intercept=-1), features=listed)


def test_nobody_at_risk_is_refused() -> None:
    with pytest.raises(AnalysisError, match="nobody was at risk"):
        fitted(world(12, 15, days=40), stages="gone")


def test_a_history_shorter_than_the_goal_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"no customer was observed for as long as the goal"):
        fitted(world(12, 15, days=40), goal="purchase worth 1 within 60d")


def test_constant_and_doubled_features_are_left_out_with_a_word() -> None:
    found = fitted(world(14, 400, size=1.0), features="size, size * 2, plan == pro").card
    assert list(weights(found)) == ["size"]
    said = dict(found.left_out)
    assert said["(size * 2)"] == "known from `size`"
    assert said["if (plan == pro) then 1 else 0"] == "always 0"


def test_where_it_never_happens_the_weight_is_held_back_with_a_word() -> None:
    """A quarter is on the plan `pro` and never buys: no weight is enough for that."""
    records = world(15, 300, size=1.0)
    never = {f"c{number:04}" for number in range(0, 300, 4)}
    records = [
        {**each, "plan": "pro"} if each["type"] == "profile" and each["customer"] in never else each
        for each in records
        if each["type"] != "purchase" or each["customer"] not in never
    ]
    found = fitted(records, features="size, plan").card
    weight, low, high = weights(found)["if plan == pro then 1 else 0"]
    assert -8 < weight < -3
    assert low < weight < high < 0
    assert any("it never happened (0 of " in limit for limit in found.limits)
    assert found.signal


def test_what_gives_the_outcome_away_is_left_out_with_a_word() -> None:
    """`buyer` is set beforehand for those who will buy, and for no others."""
    records = world(15, 300, intercept=-1)
    buys: dict[str, int] = {}
    for each in records:
        if each["type"] == "purchase":
            buys[each["customer"]] = 1
    certain = [
        {**each, "vip": each["customer"] in buys} if each["type"] == "profile" else each
        for each in records
        if each["type"] != "purchase"
    ]
    start = {each["customer"]: each["at"] for each in records if each["type"] == "profile"}
    steady = [
        {"type": "purchase", "customer": name, "at": start[name] + day * DAY}
        for name in buys
        for day in range(1, 120, 10)
        if start[name] + day * DAY < START + 120 * DAY
    ]
    records = sorted([*certain, *steady], key=lambda each: each["at"])
    card = fitted(records, features="size, vip").card
    assert "if vip then 1 else 0" not in weights(card)
    said = dict(card.left_out)["if vip then 1 else 0"]
    assert said == "it tells the outcome without exception; does it look at the goal itself?"


def test_churning_is_only_of_those_who_have_not() -> None:
    """`enter gone` by a timer: who is in `gone` is not at risk, and the timer tells the outcome."""
    ruleset = compile(RULES)
    goal = goal_of("enter gone worth 1 within 30d", ruleset)
    assert at_risk(ruleset, goal, None) == ("fresh", "regular")
    records = world(16, 300, days=300, intercept=-2, size=1.0)
    found = fitted(records, goal="enter gone worth 1 within 30d", features="since(purchase)").card
    assert found.stages == ["fresh", "regular"]
    assert found.elsewhere > 0
    assert found.signal


def test_once_leaves_out_who_has_reached_it() -> None:
    records = world(17, 300, size=1.0)
    every, once = fitted(records).card, fitted(records, once=True).card
    assert every.fulfilled == 0
    assert once.fulfilled > 0
    assert once.train.rows + once.test.rows + once.between + once.fulfilled == once.instants


def test_a_name_that_is_taken_is_refused() -> None:
    ruleset = compile(RULES)
    goal = goal_of(GOAL, ruleset)
    wish = Wish("love", goal, Population(("fresh", "regular", "gone"), goal.within))
    with pytest.raises(AnalysisError, match="the model `love`: "):
        fit(ruleset, wish, feed(world(18, 400, size=1.2)))
