"""Settings of all commands: lcr.toml and pyproject.toml under the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import RULES, written

TEST = 'test "a purchase makes a customer" { on purchase  expect stage customer }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    below = tmp_path / "rules"
    below.mkdir()
    monkeypatch.chdir(below)
    rules, _ = written(below)
    rules.write_text(RULES + TEST)
    return tmp_path


def test_what_is_set_is_as_if_it_were_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "lcr.toml").write_text('[test]\nmin = 99\nformat = "tap"\n')
    assert run(["test", "shop.lcr"]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("TAP version 14")
    assert "less than 99 %" in shown.err


def test_the_command_line_wins(folder: Path) -> None:
    (folder / "lcr.toml").write_text("[test]\nmin = 99\n[fmt]\ncheck = true\n")
    assert run(["test", "shop.lcr", "--min", "1"]) == 0
    assert run(["check", "shop.lcr"]) == 0


def test_a_flag_that_is_set_is_taken_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lcr.toml").write_text("[test]\nmutate = true\nfail-fast = true\n")
    assert run(["test", "shop.lcr"]) == 0
    assert "mutants: " in capsys.readouterr().err
    assert run(["test", "shop.lcr", "--no-mutate", "--no-fail-fast"]) == 0
    assert "mutants: " not in capsys.readouterr().err
    assert run(["test", "shop.lcr", "--no-coverage"]) == 2, "it is not set"
    assert run(["test", "shop.lcr", "--no-min"]) == 2, "it is no flag"


def test_a_project_file_holds_settings_too(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.lcr.test]\nmin = 99\n")
    assert run(["test", "shop.lcr"]) == 1
    (folder / "rules" / "lcr.toml").write_text("[test]\nmin = 1\n")
    assert run(["test", "shop.lcr"]) == 0, "the nearest file counts, and lcr.toml is the nearer"


def test_paths_start_where_the_file_lies(folder: Path) -> None:
    (folder / "lcr.toml").write_text('[run]\nout = "decisions.jsonl"\nquiet = true\n')
    assert run(["run", "shop.lcr", "events.jsonl"]) == 0
    assert '"kind":"sent"' in (folder / "decisions.jsonl").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[test]\n\nmn = 3\n", "lcr.toml:3: `test` has no setting `mn`; did you mean `min`?"),
        ("[tst]\nmin = 3\n", "lcr.toml:1: no command is called `tst`; did you mean `test`?"),
        ("min = 3\n[test]\n", "lcr.toml:1: no command is called `min`"),
        ("# all\ntest = 3\n", "lcr.toml:2: `test` is a table: [test]"),
        ("[test]\nmin = 300\n", "lcr.toml:2: `min` of `test`: 300.0 is not in the range 0<=x<=100"),
        ("[test]\nmin = true\n", "lcr.toml:2: `min` of `test`: it must be a value"),
        ("[test]\ncoverage = 1\n", "lcr.toml:2: `coverage` of `test`: it must be true or false"),
        ("[test]\nseed = [1]\n", "lcr.toml:2: `seed` of `test`: it must be no list"),
        ('[test]\nformat = "xml"\n', "lcr.toml:2: `format` of `test`: 'xml' is not one of"),
        ('[run]\nmin = 3\n\n[test]\n"mn" = 3\n', "lcr.toml:5: `test` has no setting `mn`"),
        ("[test]\nmin = \n", "lcr.toml: Invalid value (at line 2, column 7)"),
    ],
)
def test_wrong_settings_are_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (folder / "lcr.toml").write_text(text)
    assert run(["test", "shop.lcr"]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_help_is_shown_whatever_is_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lcr.toml").write_text("[tst]\n")
    assert run(["test", "--help"]) == 0
    assert run(["--help"]) == 0
    assert "[tool.lcr.COMMAND]" in capsys.readouterr().out
