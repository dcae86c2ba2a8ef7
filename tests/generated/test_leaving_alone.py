"""Whoever is left alone by an edit, or carried over late, is decided about as if carried over."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Carrier
from lifecycle_dsl.stores import StoredEngine, open_store
from tests.generated.choices import integers, lists
from tests.generated.edits import edited, edits
from tests.generated.made import (
    Decisions,
    Made,
    decisions_of,
    each_alone,
    lines,
    states_of,
    tried,
    written,
)
from tests.generated.test_any_way_decides_the_same import pieces

DAY = 86_400_000_000


@tried(75)
def test_whoever_is_left_alone_is_decided_about_as_if_carried_over(one: Made) -> None:
    new = edited_rules(one)
    carrier = Carrier(one.ruleset, new)
    assume(carrier.leaves_alone)
    at = one.choose(integers(0, len(one.stream)))
    engine = one.engine()
    decisions_of(engine, one.stream[:at])
    carried, left = lcr.Engine(new), lcr.Engine(new)
    for name in engine.customers():
        data = msgspec.msgpack.encode(engine.state(name))
        over = carrier.carry(data)
        assert not over.decisions
        assert not over.lost
        carried.adopt(over.state)
        left.adopt(msgspec.msgpack.decode(data, type=left.state_class))
    later: list[dict[str, Any]] = [{"type": "tick", "at": one.end + days * DAY} for days in (1, 45)]
    rest = [*one.stream[at:], *later]
    assert each_alone(decisions_of(left, rest)) == each_alone(decisions_of(carried, rest))
    assert states_of(left, later[-1]["at"]) == states_of(carried, later[-1]["at"])


@tried(30)
def test_whoever_is_carried_over_late_is_decided_about_as_if_at_once(one: Made) -> None:
    new = edited_rules(one)
    carrier = Carrier(one.ruleset, new)
    assume(not carrier.leaves_alone and not carrier.may_strand)
    at = one.choose(integers(0, len(one.stream)))
    engine, store = one.engine(), open_store("memory:")
    decisions_of(engine, one.stream[:at])
    with StoredEngine(one.ruleset, store) as stored:
        stored.process_batch(lines(one.stream[:at]))
    carried, expected = lcr.Engine(new), []
    for name in engine.customers():
        over = carrier.carry(msgspec.msgpack.encode(engine.state(name)))
        expected += written(over.decisions)
        carried.adopt(over.state)
    rest = [*one.stream[at:], {"type": "tick", "at": one.end + 45 * DAY}]
    expected += decisions_of(carried, rest)
    decided: Decisions = []
    with StoredEngine(new, store, remember=1) as stored:
        for batch in pieces(rest, one.choose(lists(integers(0, 30), 0, 6))):
            decided += written(stored.process_batch(lines(batch)))
        states = list(stored.states(rest[-1]["at"]))
    assert each_alone(decided) == each_alone(expected)
    assert [json.loads(msgspec.json.encode(each)) for each in states] == states_of(
        carried, rest[-1]["at"]
    )


def edited_rules(one: Made) -> lcr.RuleSet:
    """The rules after a few edits, if they are valid still."""
    text = edited(one.text, one.choose(edits))
    assume(text != one.text)
    try:
        return lcr.compile(text)
    except lcr.CompileError:
        assume(False)
        raise
