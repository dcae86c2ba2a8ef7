"""`lcr explain`: pages of diagnostics."""

from __future__ import annotations

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.diagnostics.catalog import pages

NAME = next(iter(pages()))


def test_a_page_is_shown_as_it_is_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", NAME]) == 0
    assert capsys.readouterr().out.strip() == pages()[NAME].text.strip()


def test_all_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(pages())


def test_an_unknown_name_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", f"{NAME}x"]) == 2
    assert f"did you mean `{NAME}`?" in capsys.readouterr().err
    assert run(["explain"]) == 2
