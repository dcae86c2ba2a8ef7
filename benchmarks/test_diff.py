"""`lcr diff` over a million events: the compared rules and the whole e-mail marketing, each edited.

Each round is a new process that loads both rule sets, runs them over the file in two processes,
compares, reads the file once more for three stories, and prints. Noted beside the wall clock: the
processor time of both processes together.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import made_rules, stream
from benchmarks.processes import program

LCR = Path(sys.executable).with_name("lcr")
RECORDS, CUSTOMERS = 1_000_000, 25_000
ROUNDS = 3


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million records of 25,000 customers as MessagePack."""
    path = tmp_path_factory.mktemp("diff") / "million.msgpack"
    with path.open("wb") as file:
        file.writelines(stream.frames(stream.records(RECORDS, CUSTOMERS)))
    stream.records.cache_clear()
    return path


@pytest.mark.benchmark(group="lcr diff, a million events")
@pytest.mark.parametrize("rules", ["compared", "email_marketing"])
def test_diff(benchmark: Any, million: Path, tmp_path: Path, rules: str) -> None:  # noqa: ANN401
    old, new = edited(rules, tmp_path)
    used = processor_time()
    printed = benchmark.pedantic(
        lambda: program(str(LCR), "diff", str(old), str(new), str(million), "--workers", "2"),
        rounds=ROUNDS,
    )
    benchmark.extra_info["processor_seconds"] = round((processor_time() - used) / ROUNDS, 2)
    assert f"of {CUSTOMERS:,} customers differ" in printed


def edited(rules: str, folder: Path) -> tuple[Path, Path]:
    """The rules, and the same with another bar between lead and customer."""
    if rules == "compared":
        text = made_rules.compared()
        old, new = folder / "old.lcr", folder / "new.lcr"
        old.write_text(text, encoding="utf-8")
        new.write_text(with_other_bar(text), encoding="utf-8")
        return old, new
    scores = (made_rules.RULES / "email_marketing_scores.lcr").read_text(encoding="utf-8")
    (folder / "other").mkdir()
    for path in made_rules.RULES.glob("email_marketing*"):
        (folder / "other" / path.name).write_bytes(path.read_bytes())
    (folder / "other" / "email_marketing_scores.lcr").write_text(
        with_other_bar(scores), encoding="utf-8"
    )
    return made_rules.RULES / f"{rules}.lcr", folder / "other" / f"{rules}.lcr"


def with_other_bar(text: str) -> str:
    """`lead -> customer` at 10 points in place of 8."""
    assert text.count("-> customer at 8 points") == 1
    return text.replace("-> customer at 8 points", "-> customer at 10 points")


def processor_time() -> float:
    """Seconds that all processes that have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
