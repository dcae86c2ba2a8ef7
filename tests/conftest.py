"""Hooks: case files are collected beside the Python tests, and `--update` rewrites golden text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.caseformat.runner import CaseFile

# The same examples at every run, however slow the machine; `--hypothesis-profile` says otherwise.
settings.register_profile("steady", settings(derandomize=True, deadline=None))
settings.load_profile("steady")


CASES = Path(__file__).parent / "cases"

# Snippets of the language, to parse and to lay out; they are no rule sets with tests to run.
collect_ignore_glob = ["unit/syntax/language/*.lcr"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that accepts what comes out."""
    parser.addoption(
        "--update", action="store_true", help="rewrite golden text with what comes out"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite one file from several processes."""
    if config.getoption("--update") and getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--update writes files: leave out -n")


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> CaseFile | None:
    """Take the Markdown files below `cases/`, except those that explain."""
    if file_path.suffix == ".md" and CASES in file_path.parents and file_path.stem != "README":
        return CaseFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden text is to be rewritten."""
    return bool(request.config.getoption("--update"))
