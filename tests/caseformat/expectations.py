"""What an expectation fence may ask for: one row per kind.

A row is a function from a case to the text that must stand in the fence. Rooms are imported when
a case asks for them, so that the cases of one room run while another is being rebuilt. A room
with more to show than fits a line has its function in a module of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from lifecycle_dsl.diagnostics import Diagnostic, Severity, sort_and_cap
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from tests.caseformat.markdown import Case

Expectation = Callable[[Case], str]


def diagnostics_of(case: Case) -> tuple[Diagnostic, ...]:
    """All that is found in the case's rule file: by the checker, or by the parser alone."""
    if check := room_function("lifecycle_dsl.checker", "check"):
        found = check(case.source, case.read).diagnostics
    else:
        found = import_module("lifecycle_dsl.syntax").parse(case.source).diagnostics
    return sort_and_cap(found, limit=None)


def room_function(room: str, name: str) -> Callable[..., Any] | None:
    """A function of a room, None while the room or the function isn't there."""
    if find_spec(room) is None:
        return None
    function: Callable[..., Any] | None = getattr(import_module(room), name, None)
    return function


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether a rule set with these can't run."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def _rendered(name: str) -> Expectation:
    return lambda case: FORMATS[name](diagnostics_of(case), PLAIN)


def _shown_by(module: str, function: str) -> Expectation:
    """The row of a function elsewhere, imported on use."""

    def show(case: Case) -> str:
        text: str = getattr(import_module(module), function)(case)
        return text

    return show


EXPECTATIONS: dict[str, Expectation] = {
    "diagnostics": _rendered("concise"),
    "screen": _rendered("full"),
    "nodes": _shown_by("tests.caseformat.nodes", "nodes"),
    "formatted": _shown_by("tests.caseformat.formatted", "formatted"),
    "program": _shown_by("tests.caseformat.program", "program"),
    "linted": _shown_by("tests.caseformat.linted", "linted"),
    "plan": _shown_by("tests.caseformat.plan", "plan"),
    "python": _shown_by("tests.caseformat.plan", "python"),
    "decisions": _shown_by("tests.caseformat.engine", "decisions"),
    "dead": _shown_by("tests.caseformat.engine", "dead"),
    "state": _shown_by("tests.caseformat.engine", "state"),
    "tested": _shown_by("tests.caseformat.testing", "tested"),
    "explained": _shown_by("tests.caseformat.explaining", "explained"),
}
