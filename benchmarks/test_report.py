"""`lcr report` over ten million decisions: seconds and memory of a process of its own."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from benchmarks.made_decisions import RULES
from benchmarks.processes import program
from lifecycle_dsl.analysis.columns import COLUMNS
from lifecycle_dsl.analysis.reporting import SECTIONS

LCR: Final = Path(sys.executable).with_name("lcr")
COUNT: Final = int(os.environ.get("DECISIONS", "10000000"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rules, and their decisions as Parquet."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "made.lcr").write_text(RULES, encoding="utf-8")
    # A process of its own, since the memory of this one would count in those that it starts.
    log = str(folder / "decisions.parquet")
    program(sys.executable, "-m", "benchmarks.made_decisions", log, str(COUNT))
    return folder


def report(
    folder: Path, log: str, *sections: str, options: tuple[str, ...] = ()
) -> Callable[[], str]:
    """A report as JSON, which draws nothing."""
    rules, decisions = str(folder / "made.lcr"), str(folder / log)
    words = ("report", *sections, rules, "--decisions", decisions, *options)
    return lambda: program(str(LCR), *words, "--format", "json", "--out", str(folder / "out.json"))


def measured(benchmark: Any, call: Callable[[], str]) -> None:  # noqa: ANN401
    """Three rounds; beside the seconds, processor time of all and the largest memory of any."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    benchmark.pedantic(call, rounds=3)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    benchmark.extra_info["processor_seconds"] = round(spent / 3, 1)
    benchmark.extra_info["largest_megabytes"] = after.ru_maxrss // 1024


@pytest.mark.benchmark(group="report over ten million decisions in Parquet")
@pytest.mark.parametrize("section", [*SECTIONS])
def test_section(benchmark: Any, made: Path, section: str) -> None:  # noqa: ANN401
    measured(benchmark, report(made, "decisions.parquet", section))


@pytest.mark.benchmark(group="report over ten million decisions in Parquet")
def test_whole_report(benchmark: Any, made: Path) -> None:  # noqa: ANN401
    measured(benchmark, report(made, "decisions.parquet"))


@pytest.mark.benchmark(group="report over ten million decisions in Parquet")
@pytest.mark.parametrize("sample", ["10%", "20%"])
def test_whole_report_of_a_sample(benchmark: Any, made: Path, sample: str) -> None:  # noqa: ANN401
    measured(benchmark, report(made, "decisions.parquet", options=("--sample", sample)))


@pytest.mark.benchmark(group="funnel over ten million decisions in JSON Lines")
def test_json_lines(benchmark: Any, made: Path) -> None:  # noqa: ANN401
    columns = ", ".join(f'"{each.key}"' for each in COLUMNS)
    head = (
        '{"kind": "rules", "lifecycle": "made", "fingerprint": "00000000000000000000000000000000"}'
    )
    lines = made / "decisions.jsonl"
    duckdb.execute(
        f"COPY (SELECT {columns} FROM '{made / 'decisions.parquet'}') "  # noqa: S608
        f"TO '{lines}' (FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ')"
    )
    whole = made / "whole.jsonl"
    with whole.open("wb") as file:
        file.write(head.encode() + b"\n")
        with lines.open("rb") as body:
            while piece := body.read(1 << 24):
                file.write(piece)
    measured(benchmark, report(made, "whole.jsonl", "funnel"))
