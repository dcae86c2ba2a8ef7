"""What grows with the rules and with the customers: triggers, loading, checking, memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import lifecycle_dsl as lcr
from benchmarks import made_rules
from benchmarks.processes import program
from benchmarks.timing import repeat, run_through

LCR = Path(sys.executable).with_name("lcr")


def written(folder: Path, text: str) -> Path:
    path = folder / "made.lcr"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.benchmark(group="triggers on other event types")
@pytest.mark.parametrize("count", [0, 10, 1_000])
def test_triggers_on_other_event_types(
    benchmark: BenchmarkFixture, tmp_path: Path, frames: list[bytes], count: int
) -> None:
    ruleset = lcr.load(written(tmp_path, made_rules.with_triggers(count)))
    run_through(benchmark, lambda: lcr.Engine(ruleset), frames)


@pytest.mark.benchmark(group="loading")
@pytest.mark.parametrize(("stages", "events"), [(10, 40), (200, 500)])
def test_load(benchmark: BenchmarkFixture, tmp_path: Path, stages: int, events: int) -> None:
    path = written(tmp_path, made_rules.with_stages(stages, events))
    repeat(benchmark, lambda: lcr.Engine(lcr.load(path)))


@pytest.mark.benchmark(group="lcr check, a new process")
@pytest.mark.parametrize("lines", [0, 10_000], ids=["email_marketing", "10,000 lines"])
def test_check_from_cold(benchmark: BenchmarkFixture, tmp_path: Path, lines: int) -> None:
    text = made_rules.of_lines(lines) if lines else made_rules.with_triggers(0)
    path = written(tmp_path, text)
    repeat(benchmark, lambda: program(str(LCR), "check", str(path)))


@pytest.mark.benchmark(group="memory")
def test_memory_of_a_million_customers(benchmark: Any) -> None:  # noqa: ANN401
    script = Path(__file__).with_name("memory.py")
    printed = benchmark.pedantic(lambda: program(sys.executable, str(script), "1000000"), rounds=1)
    benchmark.extra_info["bytes_per_customer"] = int(printed)
