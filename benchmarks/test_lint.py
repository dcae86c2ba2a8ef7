"""The lint, from a new process: the guide's rules as they are, the shipped ones, many lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import made_rules
from benchmarks.timing import repeat

LCR = Path(sys.executable).with_name("lcr")
RULES = Path(__file__).parents[1] / "rules"


def linted(path: Path, *options: str) -> str:
    """What the lint says; findings are no failure here."""
    done = subprocess.run(  # noqa: S603 — our own program
        [LCR, "lint", path, *options], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stderr


@pytest.mark.benchmark(group="lcr lint, a new process")
@pytest.mark.parametrize("name", ["email_marketing_parity", "email_marketing", "ecommerce"])
def test_lint_of_shipped_rules_from_cold(benchmark: BenchmarkFixture, name: str) -> None:
    repeat(benchmark, lambda: linted(RULES / f"{name}.lcr"))


@pytest.mark.benchmark(group="lcr lint of 10,000 lines, a new process")
@pytest.mark.parametrize("options", [("--prove",), ("--no-prove",)], ids=["solver", "alone"])
def test_lint_of_many_lines_from_cold(
    benchmark: BenchmarkFixture, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "made.lcr"
    path.write_text(made_rules.of_lines(10_000), encoding="utf-8")
    repeat(benchmark, lambda: linted(path, *options))
