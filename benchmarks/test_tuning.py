"""`lcr tune`: eleven values of a param over a million events, from a new process.

The rules are those that everything is compared with, the bar of the leads a param; the events are
the stream, five times as long. Processor time of all processes stands beside the seconds, since two
cores are shared with whatever else runs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import made_rules, stream

LCR = Path(sys.executable).with_name("lcr")
EVENTS, CUSTOMERS = 1_000_000, 25_000
BAR, PARAM = "-> lead at 5 points", "-> lead at lead_bar points"
TUNE = "param lead_bar = 5 tune 3 to 8 step 0.5\n"


@pytest.mark.benchmark(group="lcr tune, 11 values of 1,000,000 events")
def test_tuning_a_bar(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    rules, events = tmp_path / "guide.lcr", tmp_path / "events.msgpack"
    text = made_rules.compared()
    assert BAR in text
    rules.write_text(text.replace(BAR, PARAM) + TUNE, encoding="utf-8")
    events.write_bytes(b"".join(stream.frames(stream.records(EVENTS, CUSTOMERS))))
    command: list[str | Path] = [
        LCR,
        "tune",
        rules,
        events,
        "--goal",
        "purchase within 14d",
        "--of",
        "enter lead",
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done: subprocess.CompletedProcess[str] = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: subprocess.run(command, capture_output=True, text=True, check=True),  # noqa: S603
        rounds=2,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    benchmark.extra_info["processor_seconds"] = round(spent / 2, 1)
    assert "1,000,000 records" in done.stdout
