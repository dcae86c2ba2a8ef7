"""`lcr docs`: a file or standard output, and what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import written


def test_a_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, _ = written(tmp_path)
    out = tmp_path / "rules.html"
    assert run(["docs", str(rules), "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "When a customer enters" in text
    assert run(["docs", str(rules)]) == 0
    assert capsys.readouterr().out == text


def test_wrong_rules_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "x.lcr"
    rules.write_text("lifecycle x stage y { -> z on e }")
    assert run(["docs", str(rules)]) == 1
    assert "unknown-" in capsys.readouterr().err


def test_what_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, _ = written(tmp_path)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "lifecycle_dsl.telling.page", raising=False)
    assert run(["docs", str(rules)]) == 2
    assert "pip install 'lifecycle-dsl[docs]'" in capsys.readouterr().err
