"""Conditions that always hold."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.conditions import conditions, settled
from lifecycle_dsl.lint.reasons import reason
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Conditions, or parts of them, that keep nobody out."""
    for each in conditions(rules):
        for found in settled(each.expression, each.known):
            if found.holds:
                yield warning(
                    "condition-always-holds",
                    f"{quote(found.part.span)} always holds",
                    found.part.span,
                    reason(rules, found.part, found.known),
                    help=f"so {each.of} asks for nothing by it; correct it or take it out",
                )
