"""`lcr new`: what it writes is fine and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run


def test_a_new_rule_set_checks_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "My Shop 2"
    assert run(["new", str(folder)]) == 0
    shown = capsys.readouterr().out
    rules, events = str(folder / "rules.lcr"), str(folder / "events.jsonl")
    assert f"lcr run {rules} {events}" in shown.replace("'", "")
    assert "lifecycle my_shop_2\n" in Path(rules).read_text()
    assert (folder / ".github/workflows/rules.yml").is_file()
    assert "@NAME@" not in (folder / "README.md").read_text()
    assert run(["check", rules, "--fail-level", "advice"]) == 0
    out = tmp_path / "decisions.jsonl"
    assert run(["run", rules, events, "--strict", "--out", str(out)]) == 0
    decisions = out.read_text()
    for template in ("welcome_", "thank_you", "we_miss_you"):
        assert f'"template":"{template}' in decisions


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert run(["new", str(tmp_path)]) == 2
    assert "exists already; nothing was written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
