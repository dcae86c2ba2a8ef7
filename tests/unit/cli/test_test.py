"""`lcr test`: options, formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import RULES, lines, written

PASSING = """
test "a purchase makes a customer" { on purchase  expect stage customer  expect sent email }
test "sixty silent days" { given stage customer  wait 60d  expect stage sleeping }
"""
FAILING = """
test "too soon" { given stage customer  wait 59d  expect stage sleeping }
"""
PROMISE = 'always "nobody is written to" { not sent email }\n'


def file(folder: Path, tests: str, name: str = "shop.lcr") -> str:
    path = folder / name
    path.write_text(RULES + tests)
    return str(path)


def test_all_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", file(tmp_path, PASSING)]) == 0
    assert "shop.lcr: 2 passed in " in capsys.readouterr().out


def test_one_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", file(tmp_path, PASSING + FAILING)]) == 1
    shown = capsys.readouterr()
    assert "FAILED too soon" in shown.out
    assert "the stage is customer, not sleeping" in shown.out
    assert "after 60d without visit, purchase; 59d in the stage by now" in shown.out
    assert "wait 59d" in shown.out
    assert "2 passed, 1 failed in" in shown.out
    assert shown.err == "2 tests passed, 1 failed\n"


def test_some_are_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, PASSING + FAILING)
    assert run(["test", path, "-k", "SILENT", "-k", "makes"]) == 0
    assert "2 passed" in capsys.readouterr().out
    assert run(["test", path, "-k", "nothing"]) == 0
    assert "no test's title contains 'nothing'" in capsys.readouterr().err


def test_the_first_failure_can_be_the_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = file(tmp_path, FAILING + PASSING), file(tmp_path, PASSING, "other.lcr")
    assert run(["test", bad, good, "--fail-fast"]) == 1
    assert "0 tests passed, 1 failed" in capsys.readouterr().err


def test_several_processes_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [file(tmp_path, PASSING + FAILING), file(tmp_path, PASSING, "other.lcr")]

    def told(*more: str) -> list[tuple[str, bool]]:
        run(["test", *files, "--format", "json", *more])
        whole = json.loads(capsys.readouterr().out)
        return [(t["title"], t["passed"]) for each in whole["files"] for t in each["tests"]]

    assert told() == told("--workers", "2")
    assert len(told()) == 5


def test_of_a_folder_the_files_with_tests_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / ".hidden").mkdir()
    file(tmp_path / "below", PASSING)
    file(tmp_path / ".hidden", FAILING)
    file(tmp_path, "", "empty.lcr")
    assert run(["test", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{tmp_path / 'below' / 'shop.lcr'}: 2 passed in ")
    assert len(shown.splitlines()) == 1
    assert run(["test", str(tmp_path / "below" / "..")]) == 0
    (tmp_path / "below" / "shop.lcr").unlink()
    assert run(["test", str(tmp_path)]) == 2
    assert "no .lcr file with tests is in this folder" in capsys.readouterr().err


def test_the_slowest_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", file(tmp_path, PASSING), "--durations", "1"]) == 0
    shown = capsys.readouterr().out.split("slowest:\n")[1]
    assert len(shown.splitlines()) == 1


def test_formats_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, PASSING + FAILING)
    assert run(["test", path, "--format", "json"]) == 1
    whole = json.loads(capsys.readouterr().out)
    assert (whole["passed"], whole["failed"]) == (2, 1)
    failed = whole["files"][0]["tests"][2]
    assert failed["failure"]["headline"] == "the stage is customer, not sleeping"
    assert failed["story"][1]["step"] == "wait 59d"

    assert run(["test", path, "--format", "junit"]) == 1
    suites = ET.fromstring(capsys.readouterr().out)  # noqa: S314 — it was written just now
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    assert [case.get("line") for case in suites.iter("testcase")] == ["17", "18", "20"]

    assert run(["test", path, "--format", "tap"]) == 1
    tap = capsys.readouterr().out.splitlines()
    assert tap[:2] == ["TAP version 14", "1..3"]
    assert tap[2].startswith("ok 1 - ")
    assert tap[4].startswith("not ok 3 - ")

    assert run(["test", path, "--format", "github"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("::error file=")
    assert ",line=20,endLine=20,col=51,title=too soon::the stage is customer" in shown


def test_a_file_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", file(tmp_path, 'test "x" { expect stage custmer }')]) == 1
    assert "`custmer` is none of the labels that can stand here" in capsys.readouterr().err
    assert run(["test", str(tmp_path / "none.lcr")]) == 2
    capsys.readouterr()
    bad = [file(tmp_path, FAILING.replace("sleeping", f"wrong_{n}"), f"{n}.lcr") for n in "ab"]
    assert run(["test", *bad]) == 1
    shown = capsys.readouterr().err
    assert "wrong_a" in shown
    assert "wrong_b" in shown


def test_promises_are_tried_on_made_up_series(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, PASSING + PROMISE)
    assert run(["test", path, "-k", "silent", "--generate", "40", "--seed", "2"]) == 1
    shown = capsys.readouterr().out
    assert 'FAILED always "nobody is written to" on a generated series' in shown
    assert '   test "nobody is written to" {\n     on purchase\n   }\n' in shown
    made = ["test", path, "-k", "silent", "--generate", "40", "--seed", "2", "--format"]
    assert run([*made, "github"]) == 1
    assert capsys.readouterr().out.startswith(f"::error file={path},line=19,endLine=19,col=1,")
    assert run([*made, "json"]) == 1
    failed = json.loads(capsys.readouterr().out)["files"][0]["tests"][-1]["failure"]
    assert (failed["file"], failed["line"]) == (path, 19)


def test_no_promises_to_try(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", file(tmp_path, PASSING), "--generate", "5"]) == 0
    assert "no promises to try" in capsys.readouterr().err


def test_coverage_can_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, PASSING)
    info, page = tmp_path / "lcov.info", tmp_path / "coverage.html"
    assert run(["test", path, "--coverage", "--lcov", str(info), "--html", str(page)]) == 0
    shown = capsys.readouterr().out
    assert "stage sleeping { -> customer on purchase }" in shown
    assert "transitions            2 of     3    66.7 %" in shown
    assert info.read_text().startswith("TN:\nSF:")
    assert page.read_text().startswith("<!doctype html>")
    assert run(["test", path, "--min", "20"]) == 0
    assert run(["test", path, "--min", "99"]) == 1
    assert "less than 99 %" in capsys.readouterr().err


def test_coverage_is_the_same_from_several_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, PASSING * 5)

    def told(*more: str) -> str:
        assert run(["test", path, "--coverage", *more]) == 0
        return capsys.readouterr().out.partition("\n")[2]

    assert told("--workers", "2") == told()


def test_mutants_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, PASSING)
    assert run(["test", path, "--mutate"]) == 0
    shown = capsys.readouterr()
    assert "60d became 61d" not in shown.out
    assert "shop.lcr:8  30d became 31d\n" in shown.out
    assert "mutants: " in shown.err
    assert run(["test", path, "--mutate", "--min", "99"]) == 1
    capsys.readouterr()
    assert run(["test", file(tmp_path, FAILING), "--mutate"]) == 1
    assert "mutants are tried when all tests pass" in capsys.readouterr().err


def test_a_run_writes_broken_promises(tmp_path: Path) -> None:
    rules, events = written(tmp_path)
    rules.write_text(RULES + PROMISE)
    out = tmp_path / "decisions.jsonl"
    assert run(["run", str(rules), str(events), "--promises", "--quiet", "--out", str(out)]) == 0
    found = lines(out)
    sent = [each for each in found if each["kind"] == "sent"]
    broken = [each for each in found if each["kind"] == "broken"]
    assert len(broken) == len(sent) > 0
    assert broken[0]["promise"] == broken[0]["rule"] == "nobody is written to"
    assert run(["run", str(rules), str(events), "--quiet", "--out", str(out)]) == 0
    kept = [each for each in found if each["kind"] != "broken"]
    assert lines(out) == kept
