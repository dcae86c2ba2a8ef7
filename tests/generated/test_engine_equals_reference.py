"""The compiled engine and the reference interpreter decide the same, on made rules and streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import lifecycle_dsl as lcr
from tests.generated.effort import effort
from tests.generated.made import (
    Made,
    decisions_of,
    each_alone,
    lines,
    made,
    process,
    same_bytes,
    samples,
    written,
)

ROOT = Path(__file__).parents[2]


@effort(150)
@given(made())
def test_record_by_record(one: Made) -> None:
    engine, reference = one.engine(), one.reference()
    for place, record in enumerate(one.stream):
        expected = each_alone(reference.process(record))
        assert each_alone(written(process(engine, record))) == expected, (place, record)
    states = {name: reference.state(name, one.end) for name in sorted(reference.customers)}
    assert states_of(engine, one.end) == list(states.values())


@effort(60)
@given(made(), st.lists(st.integers(0, 30), max_size=6))
def test_any_batches_decide_the_same(one: Made, cuts: list[int]) -> None:
    engine = one.engine()
    decided = []
    for batch in cut(one.stream, cuts):
        decided += written(engine.process_batch(lines(batch)))
        assert engine.take_dead_letters() == []
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert states_of(engine, one.end) == states_of(alone, one.end)


@effort(60)
@given(made(), st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_snapshots_change_nothing(one: Made, cuts: list[int]) -> None:
    engine = one.engine()
    decided = []
    for batch in cut(one.stream, cuts):
        decided += decisions_of(engine, batch)
        engine = lcr.Engine.restore(one.ruleset, engine.snapshot())
    alone = one.engine()
    assert each_alone(decided) == each_alone(decisions_of(alone, one.stream))
    assert states_of(engine, one.end) == states_of(alone, one.end)


@effort(60)
@given(made())
def test_customers_do_not_meet(one: Made) -> None:
    together = each_alone(decisions_of(one.engine(), one.stream))
    names = {record["customer"] for record in one.stream if record["type"] != "tick"}
    for name in sorted(names):
        own = [record for record in one.stream if record.get("customer", name) == name]
        assert same_bytes(decisions_of(one.engine(), own)) == together.get(name, [])


@effort(60)
@given(made(), st.lists(st.integers(0, 10**12), max_size=3))
def test_a_tick_split_in_two_decides_the_same(one: Made, earlier: list[int]) -> None:
    # What is left over at an instant waits for the next input, of which a further tick is one.
    reference = one.reference()
    for record in one.stream:
        reference.process(record)
        if any(customer.ran for customer in reference.customers.values()):
            return
    ticking = [
        tick
        for record in one.stream
        for tick in (*({"type": "tick", "at": record["at"] - each} for each in earlier), record)
        if record["type"] == "tick"
    ]
    whole = [record for record in one.stream if record["type"] == "tick"]
    first = [record for record in one.stream if record["type"] != "tick"]
    assert same_by_customer(one, first + ticking, first + whole)


def same_by_customer(one: Made, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> bool:
    """Whether each customer's decisions are the same."""
    first, second = (each_alone(decisions_of(one.engine(), stream)) for stream in (left, right))
    return first == second


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


def cut(stream: list[dict[str, Any]], cuts: Iterable[int]) -> list[list[dict[str, Any]]]:
    """A stream in pieces, some of them empty."""
    edges = [0, *sorted(min(place, len(stream)) for place in cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


def states_of(engine: lcr.Engine, at: int) -> list[dict[str, Any]]:
    """All states, by customer."""
    return list(engine.states(at))
