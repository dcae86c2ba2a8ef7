"""Conditions that can never hold."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.conditions import all_settled
from lifecycle_dsl.lint.proving.witness import contradicted
from lifecycle_dsl.lint.reasons import reason, together
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Conditions, or parts of them, that no customer can ever meet."""
    for each, found in all_settled(rules):
        if not found.holds:
            yield warning(
                "condition-never-holds",
                f"{quote(found.part.span)} can never hold",
                found.part.span,
                together(found) if found.proved else reason(rules, found.part, found.known),
                help=f"so {each.of} never comes to anything by it; correct it or take it out",
                notes=contradicted(rules, found) if found.proved else (),
            )
