"""Where an edit leaves stored customers alone, they are decided about as if carried over."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Carrier
from tests.generated.choices import integers
from tests.generated.edits import edited, edits
from tests.generated.made import Made, decisions_of, each_alone, states_of, tried

DAY = 86_400_000_000


@tried(150)
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


def edited_rules(one: Made) -> lcr.RuleSet:
    """The rules after a few edits, if they are valid still."""
    text = edited(one.text, one.choose(edits))
    assume(text != one.text)
    try:
        return lcr.compile(text)
    except lcr.CompileError:
        assume(False)
        raise
