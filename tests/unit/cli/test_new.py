"""`lcr new`: what it writes is fine and runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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
    assert (folder / ".pre-commit-config.yaml").is_file()
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


def test_its_workflow_runs_and_passes(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path)]) == 0
    workflow = (tmp_path / ".github/workflows/rules.yml").read_text(encoding="utf-8")
    commands = re.findall(r"^ +(?:- )?run: (lcr .+)$", workflow, re.MULTILINE)
    said = [command.split()[1] for command in commands]
    assert said == ["check", "fmt", "lint", "lint", "test", "run"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        done = subprocess.run(
            ["bash", "-e", "-c", command],  # noqa: S607 — as the workflow's runner does
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    log = json.loads((tmp_path / "lint.sarif").read_text(encoding="utf-8"))
    assert log["runs"][0]["results"] == []


def test_its_workflow_fails_where_the_rules_do(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path)]) == 0
    rules = tmp_path / "rules.lcr"
    rules.write_text(rules.read_text().replace("  once\n", "  once\n  at most 1 per 7d\n", 1))
    assert run(["lint", str(rules), "--format", "github"]) == 1
    assert run(["lint", str(rules), "--format", "sarif"]) == 1


def test_its_hooks_are_those_that_other_repositories_take(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path)]) == 0
    hook = re.compile(
        r"^ *- id: (\S+)\n +name: (.+)\n(?: +description: .+\n)? +entry: (.+)$", re.MULTILINE
    )
    own = hook.findall((tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    offered = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
    assert own == hook.findall(offered.read_text(encoding="utf-8"))
    for _, _, entry in own:
        assert run([*entry.split()[1:], str(tmp_path / "rules.lcr")]) == 0
