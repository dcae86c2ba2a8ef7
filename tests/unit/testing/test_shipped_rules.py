"""The shipped rule sets keep what their own tests and promises say."""

from __future__ import annotations

from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.testing.suites import run_suites, suite

RULES = sorted((Path(__file__).parents[3] / "rules").glob("*.lcr"))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_tests_and_promises_hold(path: Path) -> None:
    one = suite(str(path), lcr.load(path))
    ((_, results),) = run_suites([one], None)
    assert [each for each in results if not each.passed] == []
    assert len(results) >= 5
    assert one.ruleset.program.promises
