"""The README is carried out: see `transcripts.py`. `pytest --update` rewrites the outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import COMMANDS
from tests.caseformat.markdown import Fence
from tests.caseformat.runner import rewrite
from tests.unit.transcripts import KINDS, ROOT, disagreement, fences, lay_out, transcript

PAGE = ROOT / "README.md"
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
