"""The README is carried out: see `transcripts.py`. `pytest --update` rewrites the outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import COMMANDS
from tests.caseformat.markdown import Fence
from tests.caseformat.runner import rewrite
from tests.unit.transcripts import KINDS, ROOT, disagreement, fences, lay_out, transcript

PAGE = ROOT / "README.md"
FACTS = """
lifecycle demo
event login, order { invoice: text? }
trait ok: bool = true
trait due: date?
segment s
channel email
action crm.note { reason: text }
start { -> lead }
stage lead { -> customer on order }
stage customer
"""
LOGIN = {"type": "login", "customer": "u1", "at": "2026-01-05T12:00:00Z"}
NOW = {
    "in": "trigger t { on login  in lead  do { join s } }",
    "when": "trigger t { on login  when ok  do { join s } }",
    "between": "trigger t { on login  between 08:00 and 20:00  do { join s } }",
    "once": "trigger t { on login  once  do { join s } }",
    "at most": "trigger t { on login  at most 1 per week  do { join s } }",
    "priority": "trigger t { on login  priority 9  do { join s } }",
    "draft": "trigger t { on login  draft  do { join s } }",
    "send": 'trigger t { on login  do { send email "x" } }',
    "set": "trigger t { on login  do { set ok = false } }",
    "join": "trigger t { on login  do { join s } }",
    "quit": "trigger t { on login  do { quit s } }",
    "call": 'trigger t { on login  do { call crm.note { reason: "x" } } }',
    "if": "trigger t { on login  do { if ok { join s } else { quit s } } }",
    "exit": "trigger t { on login  do { if ok { exit }  join s } }",
    "wait": 'trigger t { on login  do { wait 3d  send email "x" } }',
    "await": "trigger t { on login  do { await within 4d { on order { join s } } } }",
    "split": "trigger t { on login  do { split q { 50%: { join s } 50%: { quit s } } } }",
    "exit on": "trigger t { on login  exit on order  do { join s } }",
    "restart": "trigger t { on login  restart  do { join s } }",
    "for each": "trigger t { on order  for each invoice  do { join s } }",
    "on A without B for D": "trigger t { on login without order for 2h  do { join s } }",
    "on A then B within D": "trigger t { on login then order within 1d  do { join s } }",
    "on DATE": "trigger t { on due  do { join s } }",
    "every": "trigger t { every monday in lead  do { join s } }",
    "consent": "channel sms { consent ok }",
    "block": "block gone when not ok",
    "quiet": "channel sms { quiet 21:00 to 08:00 }",
    "cap": "cap all 5 per 7d",
    "holdout": "holdout 5%",
    "cost": "channel sms { cost 0.05 }",
    "route": "route best { otherwise: email }",
    "attribution": """attribution revenue {
      touch login as email  conversion order worth 1  within 30d  model last
    }""",
    "retired": "retired trial -> lead",
    "table": 'table t (stage) -> goal: text { first  row lead => "x"  otherwise => "y" }',
}
_LINK = re.compile(r"\]\((?!https?:|#)(?P<target>[^)#]+)")
_SETUP = re.compile(r"python3 -m venv \.venv && \.venv/bin/pip install -q (?P<rest>.+)")


def of_kind(*kinds: str) -> list[Fence]:
    return [fence for fence in fences(PAGE) if fence.kind in kinds]


def line(fence: Fence) -> str:
    return f"line {fence.first}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(PAGE, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> Iterator[dict[Fence, str]]:
    """What comes out for each fence; with `--update`, written to the page at the end."""
    bodies: dict[Fence, str] = {}
    yield bodies
    if request.config.getoption("--update"):
        rewrite(PAGE, bodies)


def test_every_fence_is_of_a_kind_that_is_carried_out() -> None:
    assert {fence.kind for fence in fences(PAGE)} <= KINDS


@pytest.mark.parametrize("fence", of_kind("lcr", "python"), ids=line)
def test_a_fence_holds(fence: Fence, folder: Path) -> None:
    assert disagreement(fence, folder) is None


@pytest.mark.parametrize("fence", of_kind("console"), ids=line)
def test_a_command_prints_what_the_page_says(
    fence: Fence,
    folder: Path,
    found: dict[Fence, str],
    update: bool,  # noqa: FBT001
) -> None:
    found[fence] = transcript(fence, folder)
    assert update or found[fence] == fence.text


@pytest.mark.parametrize(("named", "rules"), NOW.items())
def test_what_is_executed_is_on_the_page(named: str, rules: str) -> None:
    assert f"`{named}`" in _paragraph("**Executed**")
    assert lcr.Engine(lcr.compile(FACTS + rules)).process(LOGIN)


def _paragraph(start: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return " ".join(text[text.index(start) :].split("\n\n", 1)[0].split())


def test_two_commands_set_up_a_fresh_machine() -> None:
    found = [_SETUP.fullmatch(fence.text.strip()) for fence in of_kind("sh")]
    assert [match and match["rest"] for match in found] == [
        ". && .venv/bin/lcr demo",
        "-e '.[test]' && .venv/bin/pytest -q -n auto",
    ]


def test_one_line_alone_tells_how_to_run_the_tests() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert sum(".venv/bin/pytest" in each for each in lines) == 1


def test_every_command_is_shown() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"lcr {name}" not in text] == []


def test_every_link_leads_to_a_file() -> None:
    targets = {found["target"] for found in _LINK.finditer(PAGE.read_text(encoding="utf-8"))}
    assert [target for target in sorted(targets) if not (ROOT / target).exists()] == []
