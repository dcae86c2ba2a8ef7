"""Malformed rule files through the linter: findings and exit code 1, never a traceback."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.lint import Choice, lint
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from tests.unit.hostile.mutation import mutated, tokens
from tests.unit.hostile.test_fuzz import FEW, MUTATED, RULES
from tests.unit.hostile.test_rule_files import FILES, SECONDS


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_findings_in_seconds(
    tmp_path: Path, content: bytes | str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.lcr"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.perf_counter()
    assert run(["lint", str(path), "--format", "concise"]) == 1
    assert time.perf_counter() - began < SECONDS
    shown = capsys.readouterr().err
    assert "error[" in shown
    assert "bug of ours" not in shown


@pytest.mark.parametrize("path", RULES, ids=[path.stem for path in RULES])
@FEW
@given(seed=st.integers(0, 2**32), times=st.integers(1, 4))
def test_mutated_rules_are_linted(path: Path, seed: int, times: int) -> None:
    text = mutated(tokens(path.read_text(encoding="utf-8")), Random(seed), times)
    choice = Choice(templates=frozenset({"welcome"}))
    found = lint(Source(str(MUTATED), text), read_beside(MUTATED), choice).diagnostics
    for renderer in FORMATS.values():
        renderer(found, PLAIN)
