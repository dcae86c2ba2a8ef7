"""What the lint finds in a case's rule file: a line each, with labels and notes below."""

from __future__ import annotations

from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.lint import Choice, lint
from tests.caseformat.markdown import Case


def linted(case: Case) -> str:
    """The findings; `templates=a,b` names the templates there are."""
    named = case.options("linted").get("templates")
    templates = None if named is None else frozenset(named.split(","))
    lines = []
    for each in lint(case.source, case.read, Choice(templates=templates)).diagnostics:
        lines.append(FORMATS["concise"]([each], PLAIN).rstrip("\n"))
        lines += [
            f"    here: {label.text}" for label in each.labels if label.primary and label.text
        ]
        lines += [f"    {note}" for note in each.notes]
        lines += [f"    {fix.safety.value} fix: {fix.title}" for fix in each.fixes]
    return "".join(f"{line}\n" for line in lines)
