"""`lcr serve` over loopback: single events a second, and how long each waits at half that load.

The server and the load are processes of their own; the processor time that the server took per
request is measured, too, which a busy machine changes less.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.processes import program
from tests.unit.service.running import ROOT, Server, serving

LOAD = Path(__file__).with_name("service_load.py")
SECONDS = "10"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    store = f"sqlite:///{tmp_path / 'served.db'}"
    with serving(ROOT / "rules" / "retail.lcr", store=store) as running:
        yield running


def processor_time(process: int) -> float:
    """Seconds that a process has worked."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(
    benchmark: Any,  # noqa: ANN401
    server: Server,
    *options: str,
) -> dict[str, Any]:
    """One load, and what it was like for the server."""
    before = processor_time(server.process.pid)
    command = (sys.executable, str(LOAD), server.url, "--seconds", SECONDS, *options)
    printed = benchmark.pedantic(lambda: program(*command), rounds=1)
    found: dict[str, Any] = json.loads(printed)
    worked = processor_time(server.process.pid) - before
    found["us_of_processor"] = round(worked / found["requests"] * 1e6)
    benchmark.extra_info.update(found)
    return found


@pytest.mark.benchmark(group="single events over HTTP, durable on SQLite")
@pytest.mark.parametrize("connections", [64, 256])
def test_as_fast_as_it_goes(benchmark: BenchmarkFixture, server: Server, connections: int) -> None:
    found = measured(benchmark, server, "--connections", str(connections))
    assert set(found["statuses"]) == {"200"}


@pytest.mark.benchmark(group="single events over HTTP, durable on SQLite")
def test_at_half_the_load(benchmark: BenchmarkFixture, server: Server) -> None:
    found = measured(benchmark, server, "--rate", "1500")
    assert set(found["statuses"]) == {"200"}
