"""The layout of a case's rule file, which must be readable, but not correct."""

from __future__ import annotations

from importlib import import_module

from tests.caseformat.markdown import Case, MalformedCaseError


def formatted(case: Case) -> str:
    """The rule file formatted, to the `width=` of the fence if it says one."""
    fmt = import_module("lifecycle_dsl.fmt")
    width = int(case.options("formatted").get("width", fmt.WIDTH))
    text: str | None = fmt.format_source(case.source, width).text
    if text is None:
        raise MalformedCaseError("nothing can be formatted: the rule file has syntax errors")
    return text
