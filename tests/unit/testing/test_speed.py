"""What is measured of a rule set's speed, as far as it does not depend on the machine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.testing.speed.baseline import (
    Baseline,
    BaselineError,
    read_baseline,
    write_baseline,
)
from lifecycle_dsl.testing.speed.clock import Clock
from lifecycle_dsl.testing.speed.figures import latency, resident_bytes, throughput
from lifecycle_dsl.testing.speed.hottest import Cost, hottest
from lifecycle_dsl.testing.speed.streams import Stream, made

RULES = """\
lifecycle shop
event visit, order { amount: money = 0 }
event help
trait seen_help: bool = false { on help: true }
score warmth { half-life 7d  at least 0  on visit: 1 }
level heat = warmth { hot >= 3  cold }
let spent = sum(amount of order within 30d)
start { -> a }
stage a { -> b on order where amount > 0 }
stage b { -> a after 10d }
channel email
table tone (heat) -> word: text { row hot => "dear"  otherwise => "hello" }
trigger hello { on enter b do { send email "hello" { word: tone.word, spent: spent } } }
trigger rise { on heat rises do { send email "rise" } }
trigger weekly { every monday do { send email "weekly" } }
trigger gone { on visit without order for 2h do { send email "gone" } }
attribution sales { touch help as email  conversion order worth amount  conversion enter b worth 1
  within 30d  model custom position over position }
"""
SHIPPED = Path(__file__).parents[3] / "rules"


def decisions(ruleset: lcr.RuleSet, stream: Stream) -> Counter[tuple[str, str]]:
    engine = Engine(ruleset)
    found = [each for batch in stream.batches for each in engine.process_batch(batch)]
    assert engine.clock is not None
    found += engine.advance(engine.clock)
    return Counter(
        (each.rule, type(each).__name__.lower()) for each in found if each.rule != "start"
    )


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.lcr")), ids=lambda path: path.stem)
def test_made_records_are_accepted_by_the_rules_they_are_made_from(path: Path) -> None:
    program = lcr.load(path).program
    stream = made(program, 500, 3)
    records = Records(program)
    decoded = [records.decode(batch) for batch in stream.batches]
    assert sum(len(each.records) for each in decoded) == 500
    assert not any(each.dead_letters for each in decoded)


def test_made_records_come_in_order_of_time_and_the_same_for_a_seed() -> None:
    program = lcr.compile(RULES).program
    stream = made(program, 1_500, 1)
    instants = [msgspec.json.decode(record)["at"] for record in stream.records()]
    assert len(instants) == 1_500
    assert instants == sorted(instants)
    assert made(program, 1_500, 1) == stream
    assert made(program, 1_500, 2).digest != stream.digest


def test_records_of_frames_are_taken_one_by_one() -> None:
    encode = msgspec.msgpack.encode
    frame = encode([{"type": "visit"}, {"type": "order"}])
    stream = Stream((len(frame).to_bytes(4, "little") + frame,), framed=True, name="")
    assert list(stream.records()) == [encode({"type": "visit"}), encode({"type": "order"})]


def test_the_clock_tells_what_belongs_to_a_part_and_leaves_itself_out() -> None:
    clock = Clock()
    busy, idle = clock.part(), clock.part()
    work = clock.timed(busy, lambda: sum(range(20_000)))
    rest = clock.timed(idle, lambda: None)
    shares = []
    for _ in range(10):  # whoever else is at work on the machine is not at it ten times
        clock.lap()
        for _ in range(20):
            work()
            rest()
        clock.enter(0)
        taken = clock.lap()
        shares.append(taken[idle] / taken[busy])
    assert min(shares) < 0.05
    assert clock.visits[busy] == clock.visits[idle] == 200
    assert clock.lap()[busy] == 0


@pytest.fixture(scope="module")
def costs() -> dict[str, Cost]:
    ruleset = lcr.compile(RULES, "shop.lcr")
    return {str(cost.part): cost for cost in hottest(ruleset, made(ruleset.program, 2_000, 5))}


def test_every_rule_is_among_the_hottest_with_what_came_of_it(costs: dict[str, Cost]) -> None:
    ruleset = lcr.compile(RULES)
    found = decisions(ruleset, made(ruleset.program, 2_000, 5))
    told = {
        (cost.part.name, kind): count
        for cost in costs.values()
        for kind, count in cost.came.items()
    }
    assert told == found, "with a clock in it, the rules decide the same"
    assert abs(sum(cost.share for cost in costs.values()) - 1) < 1e-9
    assert set(costs) >= {
        "score warmth",
        "trait seen_help",
        "memory sum(amount of order within 30d)",
        "transition a->b#1",
        "transition b->a#1",
        "trigger hello",
        "trigger rise",
        "trigger weekly",
        "trigger gone",
        "attribution sales",
        "table tone",
        "watched levels and segments",
        "the engine itself",
        "reading the records",
    }
    assert costs["reading the records"].visits == 2


def test_a_rule_is_looked_at_where_its_events_come(costs: dict[str, Cost]) -> None:
    program = lcr.compile(RULES).program
    types = Counter(
        msgspec.json.decode(record)["type"] for record in made(program, 2_000, 5).records()
    )
    assert costs["score warmth"].visits == types["visit"]
    assert costs["trait seen_help"].visits == types["help"]
    assert costs["memory sum(amount of order within 30d)"].visits == types["order"]


def test_what_costs_more_is_hotter() -> None:
    slow = " + ".join(f"count(visit where value > {n} within 3d)" for n in range(30))
    ruleset = lcr.compile(
        "lifecycle x event visit start { -> a } stage a stage b channel email\n"
        'trigger cheap { on visit when in_stage > 900d do { send email "a" } }\n'
        f'trigger dear {{ on visit when {slow} > 1_000_000 do {{ send email "b" }} }}\n'
    )
    found = hottest(ruleset, made(ruleset.program, 1_000, 1))
    spent = {cost.part.name: cost.nanoseconds for cost in found if cost.part.kind == "trigger"}
    assert spent["dear"] > 3 * spent.get("cheap", 0.0)


def test_figures_of_a_run() -> None:
    ruleset = lcr.compile(RULES)
    stream = made(ruleset.program, 1_000, 1)
    found = throughput(ruleset, stream, 1)
    assert (found.records, found.rejected, found.customers) == (1_000, 0, 40)
    started = 40  # each customer's first transition
    assert found.decisions == decisions(ruleset, stream).total() + started
    assert found.seconds > found.decoding > 0
    assert found.stored_bytes > 40 * 20
    spans = latency(ruleset, stream)
    assert [share for share, _ in spans.percentiles] == [50.0, 90.0, 99.0, 99.9]
    assert 0 < spans.percentiles[0][1] <= spans.percentiles[-1][1] <= spans.longest
    assert resident_bytes(ruleset, stream) > 200


def test_a_slower_machine_is_not_taken_for_slower_rules(tmp_path: Path) -> None:
    then = Baseline("shop", "f", "s", 1_000, 100_000.0, 0.02)
    assert then.change(Baseline("shop", "f", "s", 1_000, 50_000.0, 0.04)) == pytest.approx(0)
    assert then.change(Baseline("shop", "f", "s", 1_000, 50_000.0, 0.02)) == pytest.approx(-0.5)
    assert then.machine_change(Baseline("shop", "f", "s", 1, 1.0, 0.04)) == pytest.approx(-0.5)
    path = tmp_path / "bench.json"
    write_baseline(path, then)
    assert read_baseline(path) == then


@pytest.mark.parametrize("text", ["", "[]", '{"lifecycle": "x"}', "\udcff"])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bench.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BaselineError, match="no baseline"):
        read_baseline(path)
