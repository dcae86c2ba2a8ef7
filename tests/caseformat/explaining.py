"""What is told of a case's customer: of their stage, or of what the heading names."""

from __future__ import annotations

import json

from lifecycle_dsl.checker import check
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining import explain
from tests.caseformat.markdown import Case, MalformedCaseError


def explained(case: Case) -> str:
    """The stages and triggers that the heading names in backticks; else the stage they are in."""
    program = check(case.source, case.read).program
    if program is None:
        raise MalformedCaseError("nothing can run: the rule file has errors")
    ruleset = RuleSet(program)
    records = [json.dumps(record).encode() for record in case.events]
    known = {*program.stages, *(trigger.name for trigger in program.triggers)}
    names: list[str | None] = [name for name in case.title.split("`")[1::2] if name in known]
    return "".join(f"{explain(ruleset, records, name)}\n" for name in names or [None])
