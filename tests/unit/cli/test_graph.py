"""`lcr graph`: formats, files, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import written


@pytest.mark.parametrize(
    ("name", "begin"), [("x.svg", "<svg"), ("x.mmd", "---\n"), ("x.dot", "digraph"), ("x", "<svg")]
)
def test_the_name_of_the_file_says_the_format(tmp_path: Path, name: str, begin: str) -> None:
    rules, _ = written(tmp_path)
    out = tmp_path / name
    assert run(["graph", str(rules), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith(begin)


@pytest.mark.parametrize("name", ["decisions.jsonl", "decisions.jsonl.zst", "decisions.parquet"])
def test_a_run_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    rules, events = written(tmp_path)
    log = tmp_path / name
    assert run(["run", str(rules), str(events), "--out", str(log), "--quiet"]) == 0
    capsys.readouterr()
    command = ["graph", str(rules), "--decisions", str(log), "--format", "mermaid"]
    assert run(command) == 0
    shown = capsys.readouterr().out
    assert "[*] --> stage_visitor: 40\n" in shown
    standing = [line.split("(")[1].split(")")[0] for line in shown.splitlines() if "state " in line]
    assert sum(map(int, standing)) == 40


def test_wrong_rules_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "x.lcr"
    rules.write_text("lifecycle x stage y { -> z on e }")
    assert run(["graph", str(rules)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "unknown-" in shown.err


def test_a_log_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, events = written(tmp_path)
    assert run(["graph", str(rules), "--decisions", str(events)]) == 2
    assert "line 1 is no decision" in capsys.readouterr().err
    assert run(["graph", str(rules), "--decisions", str(tmp_path / "none")]) == 2
    assert run(["graph", "-", "--decisions", "-"]) == 2
    assert run(["graph", str(rules), "--out", str(tmp_path / "no" / "x.svg")]) == 2
