"""Worlds with a known truth: a planted change is found, exactly, and where there is none, nothing.

Who is affected by a moved bar is computed here from the events alone: without a half-life a score
is the sum of its points, and a customer is moved at the first record that brings it to the bar.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.diffing.deeds import Kind
from lifecycle_dsl.analysis.diffing.running import workers_for
from lifecycle_dsl.analysis.diffing.stories import Example, choose, stories
from lifecycle_dsl.analysis.feed import Feed
from tests.unit.analysis.diffing.worlds import DAY, RULES, Record, T, compared, world, written

POINTS = {"visit": 1, "purchase": 3}


def reached(stream: list[Record], bar: int) -> dict[str, int]:
    """When each customer's points came to the bar, of those whose did."""
    points: dict[str, int] = {}
    found: dict[str, int] = {}
    for record in stream:
        name = record["customer"]
        points[name] = points.get(name, 0) + POINTS[record["type"]]
        if points[name] >= bar:
            found.setdefault(name, record["at"])
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_moved_bar_touches_exactly_those_who_reach_it_at_another_time(
    seed: int, tmp_path: Path
) -> None:
    stream = world(seed)
    path = written(stream, tmp_path / "events.jsonl")
    new = RULES.replace("when interest >= 8", "when interest >= 10")
    out = io.BytesIO()
    found = compared(RULES, new, path, lives=out)
    before, after = reached(stream, 8), reached(stream, 10)
    touched = sorted(name for name in before if before[name] != after.get(name))
    assert touched
    assert [json.loads(line)["customer"] for line in out.getvalue().splitlines()] == touched
    assert found.differing == len(touched)
    never = [name for name in before if name not in after]
    moved = found.balances[Kind.MOVED, "lead", "customer"]
    assert (moved.gained, moved.lost, moved.otherwise) == (
        0,
        len(never),
        len(touched) - len(never),
    )
    lost = [
        deed
        for deed, b in found.balances.items()
        if deed[0] is Kind.SENT and "welcome" in deed and b.lost
    ]
    assert lost
    stages = found.ends.stages
    assert stages["customer", "lead"] + stages["asleep", "lead"] == len(never)


def test_the_same_rules_differ_in_nothing(tmp_path: Path) -> None:
    path = written(world(), tmp_path / "events.jsonl")
    otherwise = "# in other words\n" + RULES.replace("  on purchase: 3", "\n\n  on purchase: 3.0")
    found = compared(RULES, otherwise, path)
    assert (found.differing, found.customers) == (0, 60)
    assert not found.balances
    assert found.sides[0] == found.sides[1]
    assert choose(found, 3) == []


def test_other_names_are_no_difference(tmp_path: Path) -> None:
    new = RULES
    for name in ("customer", "asleep", "welcome", "email", "keen"):
        new = new.replace(name, f"{name}_2")
    new = new.replace('"welcome_2_', '"welcome_')  # what is sent is no name
    for kind, name in (
        ("stage", "customer"),
        ("stage", "asleep"),
        ("trigger", "welcome"),
        ("channel", "email"),
        ("segment", "keen"),
    ):
        new = new.replace(f"{kind} {name}_2", f"{kind} {name}_2 was {name}")
    path = written(world(), tmp_path / "events.jsonl")
    found = compared(RULES, new, path)
    assert found.differing == 0
    assert found.ends.stages["customer_2", "customer_2"] > 0
    assert {segment for segment, _, _ in found.ends.segments} == {"keen_2"}
    without = new.replace(" was customer", "")
    assert compared(RULES, without, path).differing == len(reached(world(), 8))


def test_a_split_that_is_called_otherwise_is_the_same(tmp_path: Path) -> None:
    step = 'split look { 50%: { send sms "a" } 50%: { send sms "b" } }'
    old = RULES.replace('send sms "miss_you"', step)
    new = old.replace("split look", "split subject was look")
    newer = new.replace("subject was look", "headline was look")
    path = written(world(), tmp_path / "events.jsonl")
    assert compared(old, new, path).differing == 0
    assert compared(new, newer, path).differing == 0
    assert compared(old, old.replace("look", "other"), path).differing > 0


def test_where_customers_end_is_counted_though_nothing_is_decided(tmp_path: Path) -> None:
    new = RULES.replace("keen = interest >= 5", "keen = interest >= 7").replace(
        "warm >= 3", "warm >= 4"
    )
    stream = [record for record in world() if record["type"] == "visit"]
    totals = dict.fromkeys({record["customer"] for record in stream}, 0)
    for record in stream:
        totals[record["customer"]] += 1
    found = compared(
        RULES.replace("_{warmth}", ""),
        new.replace("_{warmth}", ""),
        written(stream, tmp_path / "e.jsonl"),
    )
    assert found.differing == 0
    assert found.ends.segments["keen", True, False] == sum(5 <= n < 7 for n in totals.values()) > 0
    assert found.ends.levels == {("warmth", "warm", "cold"): sum(n == 3 for n in totals.values())}


def test_caps_cost_and_reach_follow_the_messages(tmp_path: Path) -> None:
    new = RULES.replace("cap 2 per 7d", "cap 1 per 7d").replace("cost 0.5", "cost 0.25")
    path = written(world(), tmp_path / "events.jsonl")
    found = compared(RULES, new, path)
    old_side, new_side = found.sides
    held = {deed: n for deed, n in new_side.deeds.items() if deed[0] is Kind.HELD and "cap" in deed}
    dropped = old_side.messages.total() - new_side.messages.total()
    more = sum(held.values()) - sum(
        n for deed, n in old_side.deeds.items() if deed[0] is Kind.HELD and "cap" in deed
    )
    assert dropped == more > 0
    assert set(found.kinds) == {Kind.SENT, Kind.HELD}
    for side in found.sides:
        assert sum(side.messages.values()) >= sum(side.reached.values()) >= side.reached_ever > 0


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    stream = world(customers=200)
    stream.insert(700, {"type": "tick", "at": stream[700]["at"]})
    stream.insert(5, {"type": "visit", "customer": "", "at": T})
    path = written(stream, tmp_path / "events.msgpack")
    new = RULES.replace("interest >= 8", "interest >= 10").replace("30d", "20d")
    outs = io.BytesIO(), io.BytesIO()
    alone = compared(RULES, new, path, lives=outs[0])
    shared = compared(RULES, new, path, lives=outs[1], workers=3)
    assert alone == shared
    assert alone.differing > 20
    assert outs[0].getvalue() == outs[1].getvalue()
    assert workers_for(Feed(str(path))) == 1


@pytest.mark.parametrize(
    "name", ["e.jsonl", "e.jsonl.gz", "e.jsonl.zst", "e.msgpack", "e.msgpack.zst"]
)
def test_every_file_that_a_run_takes_is_read(name: str, tmp_path: Path) -> None:
    new = RULES.replace("interest >= 8", "interest >= 10")
    plain = compared(RULES, new, written(world(), tmp_path / "plain.jsonl"))
    assert compared(RULES, new, written(world(), tmp_path / name)) == plain


def test_until_and_key_are_those_of_a_run(tmp_path: Path) -> None:
    new = RULES.replace("interest >= 8", "interest >= 10")
    until = T + 50 * DAY
    early = [record for record in world() if record["at"] <= until]
    whole = compared(RULES, new, written(world(), tmp_path / "all.jsonl"), until=until)
    part = compared(RULES, new, written(early, tmp_path / "early.jsonl"), until=until)
    assert whole.later == len(world()) - len(early) > 0
    assert (whole.sides, whole.ends, whole.end) == (part.sides, part.ends, until)
    keyed = [{**record, "shopper": record["customer"], "customer": "x"} for record in world()]
    other = compared(RULES, new, written(keyed, tmp_path / "keyed.jsonl"), key="shopper")
    assert other == compared(RULES, new, written(world(), tmp_path / "all.jsonl"))


def test_what_only_one_rejects_is_told(tmp_path: Path) -> None:
    new = RULES.replace("amount: money = 0", "amount: money").replace(
        "event visit", "event visit, call"
    )
    stream: list[Record] = [
        {"type": "visit", "customer": "ann", "at": T},
        {"type": "call", "customer": "ann", "at": T + 1},
        {"type": "purchase", "customer": "bob", "at": T + 2},
        {"type": "purchase", "customer": "bob", "at": T + 3, "amount": 4},
        {"type": "nothing", "customer": "bob", "at": T + 4},
    ]
    found = compared(RULES, new, written(stream, tmp_path / "events.jsonl"))
    assert found.rejected.only == [1, 1]
    (old_letter,), (new_letter,) = found.rejected.first
    assert (old_letter.line, new_letter.line) == (2, 3)
    assert "`call`" in old_letter.reason
    assert "`amount`" in new_letter.reason
    assert [reasons.total() for reasons in found.rejected.reasons] == [2, 2]
    assert found.end == T + 3


def test_one_customer_alone(tmp_path: Path) -> None:
    path = written(world(), tmp_path / "events.jsonl")
    new = RULES.replace("interest >= 8", "interest >= 10")
    found = compared(RULES, new, path, only="c003")
    assert found.customers == 1
    assert "c004" in found.others
    assert compared(RULES, new, path, only="nobody").customers == 0


def test_the_examples_are_short_and_tell_different_things(tmp_path: Path) -> None:
    path = written(world(), tmp_path / "events.jsonl")
    new = RULES.replace("interest >= 8", "interest >= 10").replace("30d", "20d")
    out = io.BytesIO()
    found = compared(RULES, new, path, lives=out)
    lives = {each["customer"]: each for each in map(json.loads, out.getvalue().splitlines())}
    examples = choose(found, 4)
    assert len({each.customer for each in examples}) == len(examples) == 4
    assert lives[examples[-1].customer]["decisions"] == max(x["decisions"] for x in lives.values())
    first = min(found.ways, key=lambda way: (-found.ways[way], way.deed[0] != Kind.MOVED))
    with_it = [
        each["decisions"]
        for each in lives.values()
        if any((d["kind"], *d["what"]) == tuple(map(str, first.deed)) for d in each["differs"])
    ]
    assert found.shortest[first][0] == min(with_it)


def test_an_empty_input_has_no_customers(tmp_path: Path) -> None:
    found = compared(RULES, RULES, written([], tmp_path / "events.jsonl"))
    assert (found.customers, found.end) == (0, None)


def test_a_story_is_the_same_however_its_customer_is_written(tmp_path: Path) -> None:
    new = RULES.replace("interest >= 8", "interest >= 10").replace("30d", "20d")
    rulesets = lcr.compile(RULES), lcr.compile(new)
    stream = world()
    stream.insert(300, {"type": "tick", "at": stream[300]["at"] + 5 * DAY})
    until = T + 200 * DAY
    plain = written(stream, tmp_path / "plain.jsonl")
    text = plain.read_text()
    escaped = tmp_path / "escaped.jsonl"
    escaped.write_text(text.replace('"c007"', r'"\u0063007"').replace('"tick"', r'"\u0074ick"'))
    # A piece without anything of theirs is not looked at: here nearly all of them.
    small = tmp_path / "small.msgpack"
    small.write_bytes(
        b"".join(written([record], tmp_path / "one.msgpack").read_bytes() for record in stream)
    )
    told = [
        stories([Example("c007", "")], rulesets, Feed(str(path)), until)
        for path in (plain, escaped, small)
    ]
    assert told[0] == told[1] == told[2]
    (story,) = told[0]
    own = [record for record in stream if record.get("customer") == "c007"]
    assert story.records == {record["at"] for record in own}
    assert any(not row.same for row in story.rows)
    assert any(row.at > max(story.records) for row in story.rows)
