"""The pytest side of the case files: collecting, comparing, rewriting."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from tests.caseformat.expectations import EXPECTATIONS, diagnostics_of, has_errors
from tests.caseformat.markdown import (
    INPUTS,
    Case,
    Fence,
    MalformedCaseError,
    cases_in,
    rewritten,
)

Bodies = dict[Fence, str]


class CaseFile(pytest.File):
    """A Markdown file of cases; with `--update` it is rewritten when its last case has run."""

    def collect(self) -> Iterator[CaseItem]:
        """One item per case."""
        self.bodies: Bodies = {}
        try:
            cases = cases_in(self.path)
        except MalformedCaseError as problem:
            raise self.CollectError(f"{self.path}: {problem}") from None
        for case in cases:
            yield CaseItem.from_parent(self, name=case.title, case=case)

    def teardown(self) -> None:
        """Write what the cases of this run found."""
        if self.bodies:
            rewrite(self.path, self.bodies)


class CaseItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case: Case, **others: Any) -> None:
        super().__init__(**others)
        self.case = case

    def runtest(self) -> None:
        """Compare every expectation, or note what to write."""
        parent = self.parent
        if self.config.getoption("--update") and isinstance(parent, CaseFile):
            parent.bodies |= outdated(self.case)
        problems = disagreements(self.case, accept=bool(self.config.getoption("--update")))
        if problems:
            raise CaseFailedError("\n".join(problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
        """The problems alone; a traceback, from the case on, only for a bug."""
        if isinstance(excinfo.value, CaseFailedError | MalformedCaseError):
            return f"{self.path}:{self.case.line}\n{excinfo.value}"
        frames = excinfo.tb
        while frames.tb_next is not None and frames.tb_frame.f_code is not _RUNTEST:
            frames = frames.tb_next
        return "".join(traceback.format_exception(excinfo.value.with_traceback(frames)))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.case.line - 1, self.name


_RUNTEST = CaseItem.runtest.__code__


class CaseFailedError(Exception):
    """A case that does not agree with what comes out."""


def disagreements(case: Case, *, accept: bool = False) -> list[str]:
    """What is wrong with a case; `accept` takes whatever comes out as expected."""
    kinds = [fence.kind for fence in case.fences]
    unknown = sorted(set(kinds) - INPUTS - EXPECTATIONS.keys())
    if unknown:
        return [f"no expectation is called `{kind}`" for kind in unknown]
    expected = case.expectations
    if len({fence.kind for fence in expected}) < len(expected):
        return ["two fences expect the same"]
    problems = []
    if "lcr" in kinds and not expected:
        problems.append("says nothing: no fence says what must come out")
    if expected and "lcr" not in kinds:
        problems.append("has no `lcr` fence")
        return problems
    lays_out_only = {fence.kind for fence in expected} == {"formatted"}
    if "lcr" in kinds and not lays_out_only and not {"diagnostics", "screen"} & set(kinds):
        found = diagnostics_of(case)
        if has_errors(found):
            problems.append(f"has errors that it does not expect:\n{FORMATS['full'](found, PLAIN)}")
            return problems
    if not accept:
        problems += [difference for fence in expected if (difference := _difference(case, fence))]
    return problems


def outdated(case: Case) -> Bodies:
    """New bodies for the fences whose expectation is not what comes out."""
    if "lcr" not in {fence.kind for fence in case.fences}:
        return {}
    known = [fence for fence in case.expectations if fence.kind in EXPECTATIONS]
    bodies = {fence: _actual(case, fence) for fence in known}
    return {fence: body for fence, body in bodies.items() if body != fence.text}


def rewrite(path: Path, bodies: Bodies) -> None:
    """Put new bodies into a case file."""
    text = path.read_bytes().decode("utf-8")
    path.write_bytes(rewritten(text, bodies).encode("utf-8"))


def _difference(case: Case, fence: Fence) -> str:
    actual = _actual(case, fence)
    if actual == fence.text:
        return ""
    lines = difflib.unified_diff(
        fence.text.splitlines(keepends=True),
        actual.splitlines(keepends=True),
        f"{fence.kind}, expected",
        f"{fence.kind}, came out",
    )
    return "".join(lines)


def _actual(case: Case, fence: Fence) -> str:
    text = EXPECTATIONS[fence.kind](case)
    return text if not text or text.endswith("\n") else text + "\n"
