"""Batches, snapshots, ticks, other customers, workers and hash seeds change no decision."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run
from tests.generated.choices import integers, lists
from tests.generated.made import (
    Decisions,
    Made,
    decisions_of,
    each_alone,
    lines,
    same_bytes,
    samples,
    states_of,
    tried,
    written,
)
from tests.generated.streams import Record
from tests.reference.timers import left_over

ROOT = Path(__file__).parents[2]


@tried(40)
def test_any_batches_decide_the_same(one: Made) -> None:
    cuts = one.choose(lists(integers(0, 30), 0, 6))
    engine = one.engine()
    decided = []
    for batch in pieces(one.stream, cuts):
        decided += written(engine.process_batch(lines(batch)))
        assert engine.take_dead_letters() == []
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert states_of(engine, one.end) == states_of(alone, one.end)


@tried(40)
def test_snapshots_change_nothing(one: Made) -> None:
    cuts = one.choose(lists(integers(0, 30), 1, 6))
    engine = one.engine()
    decided = []
    for batch in pieces(one.stream, cuts):
        decided += decisions_of(engine, batch)
        engine = lcr.Engine.restore(one.ruleset, engine.snapshot())
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert states_of(engine, one.end) == states_of(alone, one.end)


@tried(40)
def test_customers_do_not_meet(one: Made) -> None:
    together = each_alone(decisions_of(one.engine(), one.stream))
    names = {record["customer"] for record in one.stream if record["type"] != "tick"}
    for name in sorted(names):
        own = [record for record in one.stream if record.get("customer", name) == name]
        assert same_bytes(decisions_of(one.engine(), own)) == together.get(name, [])


@tried(80)
def test_further_ticks_decide_nothing_sooner_or_later(one: Made) -> None:
    shares = one.choose(lists(integers(0, 100), 1, 6))
    stream = in_order(one)
    assert_same_unless_left_over(one, stream, with_ticks(stream, shares))


@tried(40)
def test_a_tick_for_somebody_else_decides_nothing_else(one: Made) -> None:
    stream = in_order(one)
    ticking = [item for record in stream for item in (tick(record["at"]), record)]
    assert_same_unless_left_over(one, stream, ticking)


def in_order(one: Made) -> list[Record]:
    """A stream by instant, with a tick at its end.

    Where doubles are dropped there are no ids: a tick may move a clock, and a double is what is not
    newer than the clock.
    """
    stream = [*sorted(one.stream, key=itemgetter("at")), tick(one.end)]
    if one.ruleset.program.dedupe is None:
        return stream
    return [{key: value for key, value in record.items() if key != "id"} for record in stream]


def assert_same_unless_left_over(one: Made, stream: list[Record], ticking: list[Record]) -> None:
    """Both interpreters decide the same with more ticks, and a new engine after each of them.

    Each tick is a further input, though. What is left over at an instant waits for the next input,
    so such streams are passed over.
    """
    reference, ticked = one.reference(), one.reference()
    decided = []
    for record in stream:
        decided += reference.process(record)
        people = reference.customers.values()
        assume(not any(c.waited or left_over(one.ruleset.program, c) for c in people))
    assert each_alone([d for record in ticking for d in ticked.process(record)]) == each_alone(
        decided
    )
    assert each_alone(decided_with_pauses(one, ticking)) == each_alone(decided)


def decided_with_pauses(one: Made, stream: list[Record]) -> Decisions:
    """What engines decide of which each goes on where the one before stopped, after a tick."""
    engine = one.engine()
    decided = []
    for record in stream:
        decided += decisions_of(engine, [record])
        if record["type"] == "tick":
            engine = lcr.Engine.restore(one.ruleset, engine.snapshot())
    return decided


def tick(at: int) -> Record:
    """A tick."""
    return {"type": "tick", "at": at}


def with_ticks(stream: list[Record], shares: list[int]) -> list[Record]:
    """A stream in order of time, with ticks in between at shares of its gaps."""
    ticking = []
    for place, (record, after) in enumerate(pairwise([*stream, stream[-1]])):
        gap = after["at"] - record["at"]
        share = shares[place % len(shares)]
        ticking += [record, tick(record["at"] + gap * share // 100)]
    return ticking


def test_any_number_of_workers_decides_the_same(tmp_path: Path) -> None:
    for one in samples(4):
        (tmp_path / "rules.lcr").write_text(one.text)
        (tmp_path / "events.jsonl").write_bytes(lines(one.stream))
        engine = one.engine()
        decided = each_alone(decisions_of(engine, [*one.stream, tick(one.end)]))
        assert decided_by_workers(tmp_path, "1") == (decided, states_of(engine, one.end))
        assert decided_by_workers(tmp_path, "3") == (decided, states_of(engine, one.end))


def decided_by_workers(folder: Path, count: str) -> tuple[dict[str, list[str]], list[Any]]:
    """Decisions and states that `lcr run` writes."""
    out, states = folder / f"out{count}", folder / f"states{count}"
    told = ["--out", str(out), "--state", str(states), "--workers", count]
    assert run(["run", str(folder / "rules.lcr"), str(folder / "events.jsonl"), *told]) == 0
    _, *decisions = read(out)
    return each_alone(decisions), read(states)


def read(file: Path) -> list[Any]:
    """JSON Lines."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_hash_seeds_change_nothing() -> None:
    cases = [{"text": one.text, "stream": one.stream} for one in samples(15)]
    outputs = {decided_with_seed(seed, json.dumps(cases)) for seed in ("0", "1", "4711")}
    assert len(outputs) == 1


def decided_with_seed(seed: str, cases: str) -> str:
    """What another process decides."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.generated.replay"],
        input=cases,
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout
    return done.stdout


def pieces(stream: list[Record], cuts: Iterable[int]) -> list[list[Record]]:
    """A stream in pieces, some of them empty."""
    edges = [0, *sorted(min(place, len(stream)) for place in cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]
