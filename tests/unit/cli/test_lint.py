"""`lcr lint`: formats, exit codes, settings, fixes."""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.diagnostics.render import FORMATS

CLEAN = """\
lifecycle shop
event visit, purchase
start { -> new }
stage new { -> regular on purchase }
stage regular { -> new after 90d without visit }
"""
TRAP = """\
lifecycle shop
event visit, purchase, cancel
start { -> new }
stage new { -> regular on purchase, visit }
stage regular { -> gone on cancel }
stage gone
"""
SENDING = """\
lifecycle shop
event visit, purchase, stop
trait wants: bool = true { on stop: false }
start { -> new }
stage new { -> regular on purchase }
stage regular { -> new after 90d without visit }
channel email { consent wants }
let spare = count(visit)

segment friends
trigger hello {
  on enter regular
  once
  at most 1 per 7d  # to be sure
  do { send email "hello" }
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("clean", CLEAN), ("trap", TRAP), ("sending", SENDING)):
        (tmp_path / f"{name}.lcr").write_text(text, encoding="utf-8")
    return tmp_path


def test_of_a_folder_all_rule_sets_are_looked_at_and_no_parts_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rules"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "events.lcr").write_text("event visit, purchase\n", encoding="utf-8")
    whole = CLEAN.replace("event visit, purchase", 'use "parts/events.lcr"')
    (folder / "shop.lcr").write_text(whole, encoding="utf-8")
    (folder / "trap.lcr").write_text(TRAP, encoding="utf-8")
    assert run(["lint", str(folder), "--format", "concise"]) == 1
    shown = capsys.readouterr().err
    assert "trap.lcr:6:7: warning[inescapable-stage]" in shown
    assert "2 files: 1 warning" in shown
    assert run(["lint", str(folder / "parts")]) == 1
    assert "error[missing-lifecycle]" in capsys.readouterr().err
    (folder / "empty").mkdir()
    assert run(["lint", str(folder / "empty")]) == 2
    assert "empty: no .lcr file is in this folder" in capsys.readouterr().err


def test_a_clean_file_is_praised(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "clean.lcr"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "1 file: nothing to say\n"


def test_findings_are_shown_and_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "trap.lcr", "clean.lcr"]) == 1
    shown = capsys.readouterr().err
    assert "warning[inescapable-stage]: nobody ever leaves `gone`" in shown
    assert shown.endswith("2 files: 1 warning\n")


def test_the_fail_level_says_what_fails() -> None:
    assert run(["lint", "trap.lcr", "--fail-level", "error"]) == 0
    assert run(["lint", "trap.lcr", "--fail-level", "error", "--deny", "inescapable-stage"]) == 1
    assert run(["lint", "trap.lcr", "--fail-level", "error", "--deny", "all"]) == 1


def test_what_is_allowed_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "trap.lcr", "--allow", "inescapable-stage"]) == 0
    assert "gone" not in capsys.readouterr().err
    assert run(["lint", "trap.lcr", "--allow", "all"]) == 0


def test_no_such_check_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "trap.lcr", "--allow", "inescapable-stages"]) == 2
    assert "did you mean `inescapable-stage`?" in capsys.readouterr().err


def test_errors_are_found_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.lcr").write_text(TRAP.replace("cancel }", "cancle }"), encoding="utf-8")
    assert run(["lint", "wrong.lcr", "--allow", "all"]) == 1
    assert "error[unknown-event]" in capsys.readouterr().err


def test_no_such_file_is_wrong_usage() -> None:
    assert run(["lint", "none.lcr"]) == 2


def test_settings_are_read_and_the_command_line_wins(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.lcr.lint]\nallow = ["inescapable-stage"]\n')
    assert run(["lint", "trap.lcr"]) == 0
    assert run(["lint", "trap.lcr", "--deny", "inescapable-stage"]) == 1
    (folder / "lcr.toml").write_text('[lint]\nfail-level = "error"\n')
    assert run(["lint", "trap.lcr"]) == 0
    assert run(["lint", "trap.lcr", "--fail-level", "warning"]) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[lint]\nalow = []\n", "did you mean `allow`?"),
        ("[lint]\nallow = 3\n", "must be a list of texts"),
        ('[lint]\nfail-level = "bad"\n', "must be one of error, warning, advice"),
        ("lint = 3\n", "is a table"),
        ("[lint\n", "lcr.toml"),
        ('[lint]\ndeny = ["nothing"]\n', "no check is called `nothing`"),
    ],
)
def test_wrong_settings_are_wrong_usage(
    folder: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "lcr.toml").write_text(text)
    assert run(["lint", "trap.lcr"]) == 2
    assert says in capsys.readouterr().err


def test_safe_fixes_are_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "sending.lcr", "--fix"]) == 1
    text = (folder / "sending.lcr").read_text(encoding="utf-8")
    expected = SENDING.replace("let spare = count(visit)\n", "")
    assert text == expected.replace("  once\n  at most 1 per 7d  #", "  once  #")
    shown = capsys.readouterr().err
    assert "2 problems fixed" in shown
    assert "friends" in shown


def test_unsafe_fixes_only_when_they_are_wanted(folder: Path) -> None:
    assert run(["lint", "sending.lcr", "--unsafe-fixes"]) == 0
    assert "friends" not in (folder / "sending.lcr").read_text(encoding="utf-8")
    assert run(["check", "sending.lcr"]) == 0


def test_without_fix_nothing_is_written(folder: Path) -> None:
    assert run(["lint", "sending.lcr"]) == 1
    assert (folder / "sending.lcr").read_text(encoding="utf-8") == SENDING


def test_a_file_with_errors_is_not_fixed(folder: Path) -> None:
    text = f"{SENDING}stage wrong {{ -> nowhere on visit }}\n"
    (folder / "sending.lcr").write_text(text, encoding="utf-8")
    assert run(["lint", "sending.lcr", "--fix"]) == 1
    assert (folder / "sending.lcr").read_text(encoding="utf-8") == text


def test_names_that_are_misspelt_are_mended_when_it_is_wanted(folder: Path) -> None:
    text = SENDING.replace("on purchase", "on purchse")
    (folder / "sending.lcr").write_text(text, encoding="utf-8")
    assert run(["lint", "sending.lcr", "--fix"]) == 1
    assert (folder / "sending.lcr").read_text(encoding="utf-8") == text
    assert run(["lint", "sending.lcr", "--unsafe-fixes"]) == 0
    assert "on purchase" in (folder / "sending.lcr").read_text(encoding="utf-8")


def test_templates_that_are_missing_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mails").mkdir()
    (folder / "mails" / "helo.html").write_text("")
    arguments = ["lint", "sending.lcr", "--templates", "mails", "--unsafe-fixes"]
    assert run(arguments) == 1
    assert "there is a similar one: `helo`" in capsys.readouterr().err
    (folder / "mails" / "hello.html").write_text("")
    assert run(arguments) == 0
    assert run(["lint", "clean.lcr", "--templates", "none"]) == 2


def test_sarif_says_it_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "sending.lcr", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (one,) = log["runs"]
    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    for result in one["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
    told = {result["ruleId"]: result for result in one["results"]}
    double = told["at-most-beside-once"]
    assert double["level"] == "warning"
    assert double["relatedLocations"][0]["message"]["text"] == "once in a customer's life"
    (change,) = double["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "sending.lcr"
    assert change["replacements"][0]["insertedContent"]["text"] == ""


def test_sarif_of_nothing_is_a_run_without_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "clean.lcr", "--format", "sarif"]) == 0
    log = json.loads(capsys.readouterr().out)
    assert log["runs"][0]["results"] == []


def test_github_annotates_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "trap.lcr", "--format", "github"]) == 1
    assert capsys.readouterr().out == (
        "::warning file=trap.lcr,line=6,endLine=6,col=7,endColumn=11,title=inescapable-stage::"
        "nobody ever leaves `gone`%0Ano transition leads out%0Ahelp: say how customers come back,"
        " or allow it with the reason why it is the end\n"
    )


@pytest.mark.parametrize(("name", "failures"), [("clean", 0), ("trap", 1)])
def test_junit_counts(name: str, failures: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", f"{name}.lcr", "--format", "junit"]) == (1 if failures else 0)
    suites = ET.fromstring(capsys.readouterr().out.encode())  # noqa: S314 — our own output
    assert suites.get("failures") == str(failures)
    assert len(suites.findall(".//failure")) == failures
    assert len(suites.findall(".//testcase")) == 1


def test_json_stays_an_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "trap.lcr", "--format", "json"]) == 1
    (one,) = json.loads(capsys.readouterr().out)
    assert one["name"] == "inescapable-stage"


def test_the_folder_of_templates_is_beside_the_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mails").mkdir()
    (folder / "mails" / "hello.html").write_text("")
    (folder / "lcr.toml").write_text('[lint]\ntemplates = "mails"\n')
    below = folder / "below"
    below.mkdir()
    (below / "sending.lcr").write_text(SENDING, encoding="utf-8")
    monkeypatch.chdir(below)
    assert run(["lint", "sending.lcr", "--unsafe-fixes"]) == 0
    (folder / "mails" / "hello.html").rename(folder / "mails" / "hallo.html")
    assert run(["lint", "sending.lcr"]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux alone")
@pytest.mark.parametrize("shown", FORMATS)
def test_a_file_whose_name_is_no_text(shown: str, folder: Path) -> None:
    name = os.fsdecode(b"trap\xff.lcr")
    (folder / name).write_text(TRAP, encoding="utf-8")
    assert run(["lint", name, "--format", shown]) == 1


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("lcr.toml", "[lint]\nprove = false\n"),
        ("pyproject.toml", "[tool.lcr.lint]\nprove = false\n"),
    ],
)
def test_proofs_can_be_left_out(folder: Path, where: str, text: str) -> None:
    pytest.importorskip("z3")
    scores = (
        "score a { half-life 14d  at least 0  on visit: 1 }\n"
        "score b { half-life 14d  at least 0  on purchase: 1 }\n"
    )
    rules = CLEAN.replace("start", f"{scores}start").replace(
        "on purchase }", "on purchase when a > b and b > a + 1 }"
    )
    (folder / "rules.lcr").write_text(rules, encoding="utf-8")
    assert run(["lint", "rules.lcr"]) == 1
    assert run(["lint", "rules.lcr", "--no-prove"]) == 0
    (folder / where).write_text(text)
    assert run(["lint", "rules.lcr"]) == 0
    assert run(["lint", "rules.lcr", "--prove"]) == 1
