"""Attribution beyond what cases reach: full lists, snapshots, what is written where nobody asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.changing.touches import touch_keys
from lifecycle_dsl.engine.decisions import Credit
from lifecycle_dsl.program.attributions import MOST_TOUCHES

START = 1_767_600_000_000_000
RULES = """
lifecycle shop
event visit
event click { campaign: text? }
event order { total: money }
channel email
attribution sales {
  touch click as email by campaign
  conversion order worth total
  within 30d
  model MODEL
}
stage lead
start { -> lead }
"""


def rules(model: str) -> lcr.RuleSet:
    return lcr.compile(RULES.replace("MODEL", model))


def click(at: int, campaign: str | None = None) -> dict[str, Any]:
    return {"type": "click", "customer": "ann", "at": START + at, "campaign": campaign}


def order(at: int, total: float = 1.0) -> dict[str, Any]:
    return {"type": "order", "customer": "ann", "at": START + at, "total": total}


def credited(decisions: list[lcr.Decision]) -> Iterator[Credit]:
    return (each for each in decisions if isinstance(each, Credit))


def test_the_newest_thousand_touches_count_and_what_leaves_early_is_counted() -> None:
    engine = lcr.Engine(rules("linear"))
    for number in range(MOST_TOUCHES + 5):
        engine.process(click(number, f"c{number}"))
    assert engine.counts["left_early"] == 5
    found = list(credited(engine.process(order(MOST_TOUCHES + 5, 10.0))))
    assert [each.campaign for each in found] == [f"c{n}" for n in range(5, MOST_TOUCHES + 5)]
    assert sum(round(each.share * 1e9) for each in found) == 1_000_000_000
    assert {each.share for each in found} == {0.001}
    assert {each.worth for each in found} == {0.01}


def test_touches_that_are_too_old_leave_no_early_and_take_no_room() -> None:
    engine = lcr.Engine(rules("linear"))
    day = 86_400_000_000
    for number in range(3 * MOST_TOUCHES):
        engine.process(click(number * day // 30))
    assert engine.counts["left_early"] == 0
    (slot,) = engine.ruleset.compiled.layout.touches.values()
    assert len(getattr(engine.state("ann"), slot)) == 30 * 30


@pytest.mark.parametrize("model", ["first", "linear", "custom 1 / position over position"])
def test_a_snapshot_goes_on_as_if_nothing_had_been(model: str) -> None:
    ruleset = rules(model)
    engine = lcr.Engine(ruleset)
    for at, campaign in enumerate(("spring", None, "sale")):
        engine.process(click(at, campaign))
    other = lcr.Engine.restore(ruleset, engine.snapshot())
    assert other.snapshot() == engine.snapshot()
    assert other.process(order(9)) == engine.process(order(9))


def test_a_touch_of_before_there_were_templates_is_credited_without_one() -> None:
    sends = "touch sends", 'trigger hi { on visit  do { send email "hi_{stage}" } }\nstage lead'
    text = RULES.replace("touch click as email by campaign", sends[0])
    ruleset = lcr.compile(text.replace("stage lead", sends[1]).replace("MODEL", "linear"))
    engine = lcr.Engine(ruleset)
    engine.process({"type": "visit", "customer": "ann", "at": START})
    saved = engine.snapshot()
    assert [each.template for each in credited(engine.process(order(9)))] == ["hi_lead"]

    envelope = msgspec.msgpack.decode(saved)
    (state,) = envelope["customers"]
    (key,) = touch_keys(ruleset.program)
    (touch,) = state[key]
    assert touch.pop("template") == "hi_lead"
    engine = lcr.Engine.restore(ruleset, msgspec.msgpack.encode(envelope))
    (line,) = credited(engine.process(order(9)))
    assert (line.channel, line.campaign, line.template) == ("email", "hi", None)


def test_where_no_attribution_listens_nothing_is_written() -> None:
    python = rules("linear").compiled.python
    assert "touch_" not in python("lead", "visit") + python("lead", "order")
    assert "credit_" not in python("lead", "visit") + python("lead", "click")
    assert "touch_sales" in python("lead", "click")
    assert "credit_sales" in python("lead", "order")


def test_the_largest_worths_stop_like_sums_and_are_shared() -> None:
    large = "worth total * 1_000_000_000_000_000 * 1_000_000_000_000_000"
    text = RULES.replace("worth total", large).replace("MODEL", "linear")
    engine = lcr.Engine(lcr.compile(text))
    for number in range(3):
        engine.process(click(number))
    found = list(credited(engine.process(order(9, 1e15))))
    assert [each.worth for each in found] == pytest.approx([each.share * 1e30 for each in found])
