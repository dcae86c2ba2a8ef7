"""Running a test of what is on the screen, for editors that leave it to the server."""

from __future__ import annotations

from attrs import frozen

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics.render import PLAIN
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.testing.reports import pretty
from lifecycle_dsl.testing.suites import suite


@frozen
class Tried:
    """What became of a test."""

    passed: bool
    summary: str
    """One line."""
    report: str = ""
    """Of a test that failed: what was expected, what came, and the story so far."""


def try_test(checked: Checked, title: str) -> Tried:
    """Run the test of that title."""
    if checked.program is None:
        return Tried(passed=False, summary="there are errors in the rules: mend them first")
    if unsupported(checked.program):
        return Tried(passed=False, summary="there are no stages yet: a test needs some")
    tests = suite(checked.file.span.source.name, RuleSet(checked.program), [title])
    for result in tests.run():
        if result.title == title:
            trouble = result.trouble
            if trouble is None:
                return Tried(passed=True, summary=f"passed: {title}")
            where = f"line {trouble.place.line}"
            report = pretty.failure(result, PLAIN)
            return Tried(False, f"failed: {title}: {trouble.headline} ({where})", report)
    return Tried(passed=False, summary=f"there is no test of the title `{title}`")
