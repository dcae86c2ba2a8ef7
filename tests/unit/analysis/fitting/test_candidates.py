"""What a model may read, as texts of the language."""

from __future__ import annotations

import pytest

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.fitting.asked import asking
from lifecycle_dsl.analysis.fitting.candidates import chosen, offered
from lifecycle_dsl.loading import compile
from tests.unit.analysis.fitting.worlds import RULES

MORE = """
trait since_when: date?
trait note: text?
let last_amount = last(amount of purchase)
let pay = if salary > 1000 then 1 else 0
let wait = since(visit)
segment rich = sum(amount of purchase within 30d) > 100
model old = logistic { intercept -1  love: 0.5 }
let risky = old > 0.5
"""
RULESET = compile(RULES + MORE)


def texts(listed: str | None = None, model: str = "new") -> list[str]:
    stages = ["fresh", "regular", "gone"]
    found = (
        offered(RULESET, model, stages)
        if listed is None
        else chosen(RULESET, listed, model, stages)
    )
    return [each.text for each in found.features]


def test_everything_that_the_rules_say_is_offered_as_a_number() -> None:
    assert texts() == [
        "love",
        "visits",
        "(number(last_amount) else 0)",
        "if last_amount is present then 1 else 0",
        "(wait / 1d else 0)",
        "if wait is present then 1 else 0",
        "if warmth >= warm then 1 else 0",
        "if warmth >= hot then 1 else 0",
        "if rich then 1 else 0",
        "number(sum(amount of purchase within 30d))",
        "size",
        "if vip then 1 else 0",
        "if plan == basic then 1 else 0",
        "if plan == pro then 1 else 0",
        "if stage == regular then 1 else 0",
        "if stage == gone then 1 else 0",
        "idle / 1d",
        "in_stage / 1d",
        "age / 1d",
    ]


def test_all_that_is_offered_is_a_number_of_the_language() -> None:
    asked = asking(RULESET, texts())
    assert {str(each.type) for each in asked.reads} == {"number"}
    assert not any(each.may_miss for each in asked.reads)


def test_what_is_private_or_reads_a_model_is_passed_over_with_the_reason() -> None:
    passed = dict(offered(RULESET, "new", ["fresh"]).passed_over)
    assert passed["salary"] == "private; name it if it may be read"
    assert passed["pay"] == "private; name it if it may be read"
    assert passed["old"] == "what reads a model"
    assert passed["risky"] == "what reads a model"
    assert passed["note"] == "text, and no number can be made of it alone"
    assert passed["since_when"] == "date, and no number can be made of it alone"


def test_only_what_is_never_below_zero_may_be_seen_on_a_scale_of_logarithms() -> None:
    found = {each.text: each for each in offered(RULESET, "new", ["fresh"]).features}
    assert found["love"].may_take_log
    assert found["visits"].logarithm.text == "log(1 + visits)"
    assert not found["size"].may_take_log
    assert not found["if vip then 1 else 0"].may_take_log
    logs = [each.logarithm.text for each in found.values() if each.may_take_log]
    assert {str(each.type) for each in asking(RULESET, logs).reads} == {"number"}


def test_features_can_be_listed() -> None:
    assert texts("love, count(visit within 7d) + 1, vip, stage") == [
        "love",
        "(count(visit within 7d) + 1)",
        "if vip then 1 else 0",
        "if stage == regular then 1 else 0",
        "if stage == gone then 1 else 0",
    ]
    assert texts("salary") == ["number(salary)"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("", "--features lists expressions"),
        ("love,,", "--features lists expressions"),
        ("lve", "the feature `lve`: nothing with a value is called `lve`; .* `love`"),
        ("love, vsits", "the feature `vsits`"),
        ("note", "the feature `note` is text"),
        ("risky", "the feature `risky` is what reads the model itself"),
    ],
)
def test_a_list_that_means_nothing_is_refused(listed: str, message: str) -> None:
    with pytest.raises(AnalysisError, match=message.replace("(", r"\(")):
        texts(listed, model="old")
