"""Hooks: case files are collected beside the Python tests, and `--update` rewrites golden text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
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


@pytest.fixture(autouse=True)
def _log_is_left_alone() -> Iterator[None]:
    """What a test makes of a log would change what the tests after it in the same process see."""
    before = _loggers()
    yield
    left = {name: what for name, what in _loggers().items() if what != before.get(name, _QUIET)}
    assert not left, f"the test leaves loggers changed: {left}"


_QUIET = (logging.NOTSET, True, False, 0)


def _loggers() -> dict[str, tuple[int, bool, bool, int]]:
    """How our loggers are set: their level, whether they propagate, are disabled, and write."""
    return {
        name: (
            each.level,
            each.propagate,
            each.disabled,
            sum(type(handler) is logging.StreamHandler for handler in each.handlers),
        )
        for name, each in logging.root.manager.loggerDict.items()
        if name.startswith("lifecycle_dsl") and isinstance(each, logging.Logger)
    }
