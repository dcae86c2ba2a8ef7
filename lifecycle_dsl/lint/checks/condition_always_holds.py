"""Conditions that always hold."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.conditions import all_settled
from lifecycle_dsl.lint.reasons import reason, together
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Conditions, or parts of them, that keep nobody out."""
    for each, found in all_settled(rules):
        if found.holds:
            yield warning(
                "condition-always-holds",
                f"{quote(found.part.span)} always holds",
                found.part.span,
                together(found) if found.proved else reason(rules, found.part, found.known),
                help=f"so {each.of} asks for nothing by it; correct it or take it out",
            )
