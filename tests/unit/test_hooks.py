"""The hooks for pre-commit run commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import COMMANDS, run

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


def test_each_hook_runs_a_command_over_rule_files() -> None:
    text = HOOKS.read_text(encoding="utf-8")
    entries = re.findall(r"^  entry: lcr (\S+)$", text, re.MULTILINE)
    assert set(entries) == {"fmt", "lint", "test"}
    assert set(entries) <= set(COMMANDS)
    assert re.findall(r"^  files: (.+)$", text, re.MULTILINE) == [r"\.lcr$"] * len(entries)


def entries() -> dict[str, list[str]]:
    """The words of each hook's command, by its id."""
    text = HOOKS.read_text(encoding="utf-8")
    found = re.findall(r"^- id: (\S+)$.*?^  entry: lcr (.+?)$", text, re.MULTILINE | re.DOTALL)
    return {name: entry.split() for name, entry in found}


@pytest.mark.parametrize("hook", ["lcr-fmt", "lcr-lint", "lcr-test"])
def test_a_hook_takes_the_files_of_a_commit(hook: str, tmp_path: Path) -> None:
    # As pre-commit does: the names of the files behind the entry; another exit code than 0, or a
    # file that has changed, stops the commit.
    assert run(["new", str(tmp_path / "one")]) == 0
    assert run(["new", str(tmp_path / "two")]) == 0
    files = [str(tmp_path / name / "rules.lcr") for name in ("one", "two")]
    before = [Path(file).read_bytes() for file in files]
    assert run([*entries()[hook], *files]) == 0
    assert [Path(file).read_bytes() for file in files] == before


@pytest.mark.parametrize(
    ("hook", "old", "new"),
    [
        ("lcr-fmt", "stage regular\n", "stage   regular\n"),
        ("lcr-lint", "  once\n", "  once\n  at most 1 per 7d\n"),
        ("lcr-test", "wait 59d", "wait 60d"),
    ],
)
def test_a_hook_stops_a_commit(hook: str, old: str, new: str, tmp_path: Path) -> None:
    assert run(["new", str(tmp_path)]) == 0
    rules = tmp_path / "rules.lcr"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = rules.read_bytes()
    code = run([*entries()[hook], str(rules)])
    assert code == 1 or rules.read_bytes() != before
