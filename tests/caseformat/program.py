"""The checked program of a case, as `lcr check --emit program` prints it."""

from __future__ import annotations

from importlib import import_module

from tests.caseformat.markdown import Case


def program(case: Case) -> str:
    """The canonical text of the case's program; nothing where its rule file has errors."""
    checked = import_module("lifecycle_dsl.checker").check(case.source, case.read).program
    if checked is None:
        return ""
    text: str = import_module("lifecycle_dsl.program.text").program_text(checked)
    return text
