"""The hooks for pre-commit run commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

from lifecycle_dsl.cli.main import COMMANDS

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


def test_each_hook_runs_a_command_over_rule_files() -> None:
    text = HOOKS.read_text(encoding="utf-8")
    entries = re.findall(r"^  entry: lcr (\S+)$", text, re.MULTILINE)
    assert set(entries) == {"fmt", "lint", "test"}
    assert set(entries) <= set(COMMANDS)
    assert re.findall(r"^  files: (.+)$", text, re.MULTILINE) == [r"\.lcr$"] * len(entries)
