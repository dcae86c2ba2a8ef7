"""The engine as people use it: ways in, ways out, snapshots."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import encode_lines

RULES = """
lifecycle shop
dedupe 1h
event visit
event order { amount: money, day: date? }
trait tier: text = "new"
trait zone: text?
trait ends: date?
score heat { half-life 7d  on visit: 8 }
level warmth = heat { hot >= 8  cold }
segment club
segment big = sum(amount of order) > 100
start { -> lead }
stage lead { -> customer on order }
stage customer { -> lapsed after 30d }
stage lapsed
channel email
trigger hello { on enter customer  do { join club  send email "hello" } }
trigger late1 { after 1d without visit  do { send email "come_back" } }
trigger fell { on warmth falls  once  do { set tier = "cold" } }
"""
RULESET = lcr.compile(RULES)
AT = 1_767_614_400_000_000  # 2026-01-05T12:00:00Z
DAY = 86_400_000_000
VISIT: dict[str, Any] = {"type": "visit", "customer": "u", "at": AT}
ORDER: dict[str, Any] = {"type": "order", "customer": "u", "at": AT + 1, "amount": 120}


def kinds(decisions: list[lcr.Decision]) -> list[str]:
    return [json.loads(lcr.encode_decision(each))["kind"] for each in decisions]


def frame(*records: object) -> bytes:
    body = msgspec.msgpack.encode(list(records))
    return struct.pack("<I", len(body)) + body


def test_a_record_comes_in_as_mapping_struct_or_bytes() -> None:
    struct_ = RULESET.events.Order(customer="u", at=AT, amount=5.0)
    record = {"type": "order", "customer": "u", "at": AT, "amount": 5}
    forms = [
        record,
        struct_,
        json.dumps(record).encode(),
        bytearray(msgspec.msgpack.encode(record)),
        memoryview(msgspec.msgpack.encode(struct_)),
    ]
    found = [encode_lines(lcr.Engine(RULESET).process(form)) for form in forms]
    assert len(set(found)) == 1
    assert found[0].count(b"\n") == 5


def test_a_batch_is_a_frame_or_lines() -> None:
    lines = b"\n".join(json.dumps(each).encode() for each in (VISIT, ORDER))
    one, other = lcr.Engine(RULESET), lcr.Engine(RULESET)
    assert one.process_batch(lines) == other.process_batch(frame(VISIT, ORDER))
    assert one.process_batch(b"") == []
    assert list(one.states()) == list(other.states())


def test_counts_and_dead_letters() -> None:
    engine = lcr.Engine(RULESET)
    double = {**VISIT, "id": "e1"}
    for record in (double, double, ORDER, {**VISIT, "at": AT - 1}, {"type": "buy"}):
        engine.process(record)
    assert engine.process_batch(b'{\n{"type":"visit"}\n') == []
    assert engine.counts == {
        "records": 4,
        "late": 1,
        "duplicates": 1,
        "dead": 3,
        "unknown_zones": 0,
        "left_early": 0,
        "displaced": 0,
    }
    reasons = [letter.reason for letter in engine.take_dead_letters()]
    assert reasons[0] == "no event is called `buy`"
    assert len(reasons) == 3
    assert engine.take_dead_letters() == []


def test_values_that_give_way_to_others_are_counted() -> None:
    rules = """
        lifecycle shop
        event fail, paid { invoice: text? }
        start { -> lead }
        stage lead
        action note
        trigger absent { on fail without paid for 2h  for each invoice up to 2  do { call note } }
        trigger path { on fail then paid within 2h  for each invoice up to 3  do { call note } }
    """
    engine = lcr.Engine(lcr.compile(rules))
    for invoice in ("a", "b", "a", None, "c", "d"):
        engine.process({"type": "fail", "customer": "u", "at": AT, "invoice": invoice})
    assert engine.counts["displaced"] == 2 + 1


def test_unknown_zones_are_counted() -> None:
    engine = lcr.Engine(RULESET)
    engine.process({"type": "profile", "customer": "u", "at": AT, "zone": "Mars/Olympus"})
    assert engine.counts["unknown_zones"] >= 1


def test_the_clock_is_that_of_the_latest_input() -> None:
    engine = lcr.Engine(RULESET)
    assert engine.clock is None
    engine.process(VISIT)
    assert engine.clock == AT
    engine.advance(AT - 5)
    assert engine.clock == AT
    engine.advance(datetime(2026, 1, 5, 12, 0, 1, tzinfo=UTC))
    assert engine.clock == AT + 1_000_000
    assert engine.customer("u").entered == AT


def test_a_tick_among_the_records() -> None:
    engine = lcr.Engine(RULESET)
    engine.process(ORDER)
    assert kinds(engine.process({"type": "tick", "at": AT + 1 + DAY})) == ["fired", "sent"]
    assert kinds(engine.process_batch(frame({"type": "tick", "at": AT + 40 * DAY}))) == [
        "transition"
    ]


def test_a_customer_can_be_looked_at() -> None:
    engine = lcr.Engine(RULESET)
    engine.process(VISIT)
    engine.process(ORDER)
    engine.process({"type": "profile", "customer": "u", "at": AT + 2, "ends": "2026-02-01"})
    customer = engine.customer("u")
    assert repr(customer) == "<Customer u customer>"
    assert (customer.name, customer.stage, customer.previous) == ("u", "customer", "lead")
    assert customer.entered == AT + 1
    assert customer.scores == {"heat": 8.0}
    assert customer.levels == {"warmth": "hot"}
    assert customer.traits == {"tier": "new", "zone": None, "ends": "2026-02-01"}
    assert customer.segments == ["club", "big"]
    with pytest.raises(KeyError):
        engine.customer("nobody")
    assert list(engine.customers()) == ["u"]


def test_states_are_sorted_and_read_at_an_instant() -> None:
    engine = lcr.Engine(RULESET)
    for name in ("w", "u", "v"):
        engine.process({**VISIT, "customer": name})
    assert [state["customer"] for state in engine.states()] == ["u", "v", "w"]
    later = next(engine.states(AT + 7 * DAY))
    assert later["scores"] == {"heat": 4.0}
    assert later["levels"] == {"warmth": "cold"}
    assert later["entered"] == "2026-01-05T12:00:00Z"
    assert later["previous"] is None


def test_an_engine_without_rules_that_wait() -> None:
    engine = lcr.Engine(lcr.compile("lifecycle t\nevent visit\nstage a\nstart { -> a }"))
    engine.process(VISIT)
    assert engine.advance(AT + 100 * DAY) == []
    assert engine.customer("u").segments == []
    assert engine.customer("u").traits == {}
    engine.process({"type": "profile", "customer": "u", "at": AT})


def test_engines_of_one_rule_set_share_nothing() -> None:
    one, other = lcr.Engine(RULESET), lcr.Engine(RULESET)
    one.process(VISIT)
    assert list(other.customers()) == []
    assert other.clock is None


@pytest.mark.parametrize("ticks", [False, True])
def test_a_restored_engine_goes_on_as_before(*, ticks: bool) -> None:
    first = lcr.Engine(RULESET)
    first.process({**VISIT, "id": "e1"})
    first.process(ORDER)
    if ticks:
        first.advance(AT + 2 * DAY)
    data = first.snapshot()
    second = lcr.Engine.restore(RULESET, data)
    assert second.snapshot() == data
    assert second.counts == first.counts
    assert second.clock == first.clock
    rest = [{**VISIT, "id": "e1"}, {**VISIT, "at": AT + 3 * DAY}, {**ORDER, "at": AT + 9 * DAY}]
    found = [[each for record in rest for each in e.process(record)] for e in (first, second)]
    assert found[0] == found[1]
    assert first.advance(AT + 90 * DAY) == second.advance(AT + 90 * DAY)
    assert list(first.states()) == list(second.states())


def test_a_snapshot_of_nothing() -> None:
    engine = lcr.Engine.restore(RULESET, lcr.Engine(RULESET).snapshot())
    assert engine.clock is None
    assert list(engine.customers()) == []


def test_a_snapshot_of_other_rules_is_refused() -> None:
    other = lcr.compile(RULES.replace("30d", "31d"))
    with pytest.raises(ValueError, match="of other rules: shop"):
        lcr.Engine.restore(other, lcr.Engine(RULESET).snapshot())


def test_broken_snapshots_are_refused() -> None:
    engine = lcr.Engine(RULESET)
    engine.process(VISIT)
    data = engine.snapshot()
    for broken in (
        b"",
        b"{}",
        b"\xc1",
        data[:-1],
        data[: len(data) // 2],
        data + b"\x00",
        b"\x91" * 9_999,
    ):
        with pytest.raises(ValueError, match="snapshot"):
            lcr.Engine.restore(RULESET, broken)
    decoded = msgspec.msgpack.decode(data)
    with pytest.raises(ValueError, match="format 2, this engine reads 1"):
        lcr.Engine.restore(RULESET, msgspec.msgpack.encode({**decoded, "format": 2}))
    wrong: list[object] = [{}, [{"stage": 5}], [5]]
    for customers in wrong:
        changed = msgspec.msgpack.encode({**decoded, "customers": customers})
        with pytest.raises(ValueError, match="states cannot be read"):
            lcr.Engine.restore(RULESET, changed)


def test_many_ticks_and_records_keep_the_alarms_few() -> None:
    engine = lcr.Engine(lcr.compile(RULES.replace("1d without", "1h without")))
    engine.process(VISIT)
    engine.advance(AT)
    for number in range(1_100):
        engine.process({**VISIT, "at": AT + number})
        engine.process({**VISIT, "customer": f"v{number}", "at": AT + number})
    assert engine._alarms is None or len(engine._alarms) <= 4 * len(engine._states) + 1_000
    decided = [json.loads(lcr.encode_decision(each)) for each in engine.advance(AT + DAY)]
    fired = [each for each in decided if each["rule"] == "late1"]
    assert len(fired) == 2 * 1_101
