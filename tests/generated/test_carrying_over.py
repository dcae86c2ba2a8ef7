"""Customers carried over to other rules, and customers in a store, are decided about the same."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Carrier
from lifecycle_dsl.stores import StoredEngine, open_store
from tests.generated.choices import integers, lists
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

RENAMED = re.compile(
    r"\b(fresh|warm|hot|cold|gone|[tsga]\d+|crowd|email|sms|push|tips|news|bills|credit|muted)\b"
)
DECLARED = re.compile(
    r"(^(?:stage|trigger|score|segment|channel|topic|trait|attribution)"
    r"|\b(?:split|as(?! email| sms| push))) (\w+)(?=[ :{\n])",
    re.MULTILINE,
)


@tried(40)
def test_a_store_decides_the_same(one: Made) -> None:
    cuts = one.choose(lists(integers(0, 30), 0, 6))
    decided = []
    with StoredEngine(one.ruleset, open_store("memory:"), remember=1) as stored:
        for batch in pieces(one.stream, cuts):
            decided += written(stored.process_batch(lines(batch)))
            assert stored.take_dead_letters() == []
        stored_states = list(stored.states(one.end))
        assert stored.store.population() == population(stored_states)
        assert stored.counts.get("records", 0) == len(one.stream)
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert [json.loads(msgspec.json.encode(each)) for each in stored_states] == states_of(
        alone, one.end
    )


@tried(40)
def test_nobody_notices_the_same_rules(one: Made) -> None:
    engine = one.engine()
    decided = []
    for batch in pieces(one.stream, one.choose(lists(integers(0, 30), 1, 6))):
        decided += decisions_of(engine, batch)
        engine = carried_over(engine, one.ruleset, one.ruleset)
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert states_of(engine, one.end) == states_of(alone, one.end)


@tried(40)
def test_nobody_notices_other_names(one: Made) -> None:
    other = Made(renamed(one.text), json.loads(RENAMED.sub(r"\1x", json.dumps(one.stream))))
    at = one.choose(integers(0, len(one.stream)))
    engine = one.engine()
    decided = decisions_of(engine, one.stream[:at])
    engine = carried_over(engine, one.ruleset, other.ruleset)
    later = decisions_of(engine, other.stream[at:])
    alone = one.engine()
    expected = decisions_of(alone, one.stream)
    assert each_alone(without_keys(decided + former(later))) == each_alone(without_keys(expected))
    assert former(states_of(engine, one.end)) == states_of(alone, one.end)


def carried_over(engine: lcr.Engine, old: lcr.RuleSet, new: lcr.RuleSet) -> lcr.Engine:
    """An engine of other rules with all customers of one."""
    carrier = Carrier(old, new)
    other = lcr.Engine(new)
    for name in engine.customers():
        carried = carrier.carry(msgspec.msgpack.encode(engine.state(name)))
        assert not carried.decisions
        assert not carried.lost
        other.adopt(carried.state)
    return other


def renamed(text: str) -> str:
    """The rules with other names, which say what they were."""
    text = DECLARED.sub(lambda found: f"{found[0]} was @{found[2]}", text)
    text = text.replace("topic tips, news", "topic tips was @tips, news was @news")
    text = RENAMED.sub(lambda found: found[1] if before(found, "@") else f"{found[1]}x", text)
    return re.sub(r" was @(\w+)", lambda found: was(found[1]), text)


def before(found: re.Match[str], sign: str) -> bool:
    """Whether a sign stands before what was found."""
    return found.string[: found.start()].endswith(sign)


def was(name: str) -> str:
    """The former name, where it is another one."""
    return f" was {name}" if RENAMED.fullmatch(name) else ""


def former(data: Any) -> Any:
    """Decisions or states with the former names."""
    names = rf"(?<![a-z])({RENAMED.pattern[3:-3]})x(?![a-z])"
    return json.loads(re.sub(names, r"\1", json.dumps(data, ensure_ascii=False)))


def without_keys(decisions: Decisions) -> Decisions:
    """Decisions but for the keys, which are made of names."""
    return [{k: v for k, v in each.items() if k != "key"} for each in decisions]


def population(states: list[dict[str, Any]]) -> dict[str, int]:
    """How many customers are in each stage."""
    counts: dict[str, int] = {}
    for state in states:
        counts[state["stage"]] = counts.get(state["stage"], 0) + 1
    return counts
