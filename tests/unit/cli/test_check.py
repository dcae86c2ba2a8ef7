"""`lcr check`: findings, formats, and what the passes make of a file."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import RULES, written

WRONG = RULES.replace("on purchase: 5", "on purchse: 5").replace(
    "score interest", "score  interest"
)


@pytest.fixture
def good(tmp_path: Path) -> str:
    return str(written(tmp_path)[0])


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.lcr"
    path.write_text(WRONG)
    return str(path)


@pytest.mark.parametrize("path", ["shop/rules.lcr", "./shop/rules.lcr", "shop/../shop/rules.lcr"])
def test_what_a_file_uses_is_beside_it_wherever_one_stands(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop" / "facts").mkdir(parents=True)
    (tmp_path / "shop" / "facts" / "events.lcr").write_text('event visit\nuse "../stages.lcr"\n')
    (tmp_path / "shop" / "stages.lcr").write_text("start { -> new }\nstage new\n")
    (tmp_path / "shop" / "rules.lcr").write_text('lifecycle shop\nuse "facts/events.lcr"\n')
    monkeypatch.chdir(tmp_path)
    assert run(["check", path]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    assert run(["check", "rules.lcr"]) == run(["check", "./rules.lcr"]) == 0
    monkeypatch.chdir(tmp_path / "shop" / "facts")
    assert run(["check", "../rules.lcr"]) == 0


def test_a_fine_file_is_praised(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", good]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (f"{good} is fine: 2 events, 3 stages, 3 transitions, 1 trigger\n")


def test_errors_are_shown_and_counted(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", bad]) == 1
    shown = capsys.readouterr().err
    assert "error[unknown-event]: no event is called `purchse`" in shown
    assert "1 file: 1 error\n" in shown
    assert "\x1b" not in shown


def test_each_format_goes_where_it_is_looked_for(
    bad: str, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", bad, "--format", "concise"]) == 1
    shown = capsys.readouterr()
    assert re.search(r"bad\.lcr:\d+:\d+: error\[unknown-event\]", shown.err)
    assert run(["check", bad, good, "--format", "json"]) == 1
    shown = capsys.readouterr()
    assert [each["name"] for each in json.loads(shown.out)] == ["unknown-event"]
    assert shown.err == ""
    assert run(["check", good, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_standard_input_is_a_file_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert run(["check", "-"]) == 1
    assert "--> <stdin>:" in capsys.readouterr().err


def test_what_is_no_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path / "none.lcr")]) == 2
    assert run(["check", str(tmp_path)]) == 2
    assert run(["check"]) == 2
    capsys.readouterr()


def test_what_is_no_text_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.lcr"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    assert run(["check", str(path)]) == 1
    assert "picture.lcr" in capsys.readouterr().err


@pytest.mark.parametrize("emit", ["nodes", "program", "plan", "python"])
def test_what_a_pass_makes_of_a_file_is_printed(
    emit: str, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", good, "--emit", emit]) == 0
    shown = capsys.readouterr().out
    assert "visitor" in shown
    assert "purchase" in shown
    assert " object at 0x" not in shown
    assert "Span(" not in shown


def test_python_of_one_stage_and_event_is_printed(
    good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--stage", "visitor", "--event", "purchase"]
    assert run(["check", good, "--emit", "python", *chosen]) == 0
    assert capsys.readouterr().out.count("def ") >= 1
    assert run(["check", good, "--emit", "python", "--stage", "nowhere"]) == 2


def test_the_templates_are_printed(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", good, "--emit", "templates"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split() for line in shown] == [
        [f"welcome_{label}", "welcome.send1", "email"] for label in ("cold", "hot", "warm")
    ]


def test_the_cost_is_printed(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", good, "--cost"]) == 0
    shown = capsys.readouterr().out
    assert "256  ids against doubles" in shown
    assert "looked at for each record" in shown


def test_a_check_starts_fast() -> None:
    program = (
        "import sys\nfrom lifecycle_dsl.cli.main import run\nrun(['check', 'rules/retail.lcr'])\n"
        "late = [n for n in sys.modules if n.split('.')[0] in ('rich', 'lark', 'zstandard')]\n"
        "assert not late, late\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_cost_tells_of_what_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "waits.lcr"
    rules.write_text(
        """
lifecycle waits
event fail, paid { invoice: text }
start { -> here }
stage here
channel email { cap 3 per 7d  cap 1 per day }
trigger dunning { on fail  for each invoice up to 5  do { wait 3d  send email "again" } }
trigger unpaid { on fail without paid for 2h  do {} }
trigger both { on fail then paid within 1d  do {} }
trigger digest { every monday  do {} }
attribution sales { touch fail  touch sends  conversion paid worth 1  within 30d  model last }
""",
        encoding="utf-8",
    )
    assert run(["check", str(rules), "--cost"]) == 0
    shown = capsys.readouterr().out
    for row in (
        "        5  runs that wait, each with the fields it still needs\n",
        "        1  absences that are armed\n",
        "        1  sequences that have begun\n",
        "        3  messages under the cap `channel email per 7d`\n",
        "        1  messages under the cap `channel email per day`\n",
        "        1  of absences\n",
        "        1  of the calendar\n",
        "        5  of runs that wait\n",
        "    1,000  touches of `sales`, younger than 30d\n",
        "        1  lines of touches\n",
        "        1  lines of conversions\n",
    ):
        assert row in shown
