"""From the text of a rule set to the program that the interpreter walks."""

from __future__ import annotations

from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics import Severity
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Source


def program_of(text: str) -> Program:
    """The checked program; AssertionError with all that is wrong if there is none."""
    checked = check(Source("made.lcr", text))
    errors = tuple(each for each in checked.diagnostics if each.severity is Severity.ERROR)
    assert checked.program is not None, "\n" + FORMATS["full"](errors, PLAIN)
    return checked.program
