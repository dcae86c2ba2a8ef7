"""What waiting costs: the state of a customer whose runs wait, and timers by the million."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from benchmarks.pending import RULES, life
from benchmarks.processes import program


@pytest.mark.benchmark(group="state")
def test_three_waiting_runs(benchmark: Any) -> None:  # noqa: ANN401
    engine = lcr.Engine(lcr.compile(RULES))
    for record in life(0, 3):
        engine.process(record)
    assert len(engine.customer("u0000000").journeys) == 3
    snapshot = benchmark.pedantic(engine.snapshot, rounds=5)
    benchmark.extra_info["bytes_per_customer"] = len(snapshot)


@pytest.mark.benchmark(group="pending timers")
@pytest.mark.parametrize(("customers", "runs"), [(1_000_000, 10), (1_000_000, 3), (1_000_000, 1)])
def test_pending_timers(benchmark: Any, customers: int, runs: int) -> None:  # noqa: ANN401
    script = Path(__file__).with_name("pending.py")
    command = (sys.executable, str(script), str(customers), str(runs))
    told = msgspec.json.decode(benchmark.pedantic(lambda: program(*command), rounds=1))
    benchmark.extra_info["bytes_per_timer"] = told["bytes"]
    benchmark.extra_info["timers_per_second"] = told["per_second"]
