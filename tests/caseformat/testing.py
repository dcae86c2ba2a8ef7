"""What becomes of the tests of a case's rule file."""

from __future__ import annotations

from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics.render import PLAIN
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.testing.reports.pretty import failure
from lifecycle_dsl.testing.suites import suite
from tests.caseformat.markdown import Case, MalformedCaseError


def tested(case: Case) -> str:
    """`passed: TITLE`, or the failure as a person sees it."""
    program = check(case.source, case.read).program
    if program is None:
        raise MalformedCaseError("nothing can run: the rule file has errors")
    results = suite(case.source.name, RuleSet(program)).run()
    return "".join(
        f"passed: {result.title}\n" if result.passed else failure(result, PLAIN)
        for result in results
    )
