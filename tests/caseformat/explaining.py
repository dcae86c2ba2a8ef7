"""What is told of a case's customer: `about=NAME` asks about a stage or a trigger."""

from __future__ import annotations

import json

from lifecycle_dsl.checker import check
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining import explain
from tests.caseformat.markdown import Case, MalformedCaseError


def explained(case: Case) -> str:
    """The answer as a person reads it in a pipe; by default about the stage they are in."""
    program = check(case.source, case.read).program
    if program is None:
        raise MalformedCaseError("nothing can run: the rule file has errors")
    records = [json.dumps(record).encode() for record in case.events]
    return str(explain(RuleSet(program), records, case.options("explained").get("about")))
