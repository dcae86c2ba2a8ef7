"""Suppressions that silence nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.suppressions import Suppression
from lifecycle_dsl.lint.text_edits import without_lines
from lifecycle_dsl.source import Span

PROVED = frozenset(
    {
        "condition-always-holds",
        "condition-never-holds",
        "masked-transition",
        "partly-masked-transition",
        "row-never-asked",
    }
)
"""The checks that find more with a solver."""


def check(_rules: Rules) -> Iterator[Diagnostic]:
    """Nothing of its own: what is unused is known when all checks have spoken."""
    return iter(())


def check_suppressions(
    suppressions: Iterable[Suppression],
    found: Iterable[Diagnostic],
    known: Collection[str],
    unasked: Collection[Span] = (),
) -> list[Diagnostic]:
    """Suppressions of `known` checks of which the finding is no longer there.

    Where the solver was `unasked`, because there is none, it might have found what they silence.
    """
    findings = list(found)
    problems = []
    for each in suppressions:
        if each.name not in known or any(each.covers(one) for one in findings):
            continue
        if each.name in PROVED and any(each.reaches(span) for span in unasked):
            continue
        fix = Fix("take it out", (Edit(without_lines(each.span), ""),), Safety.SAFE)
        problems.append(
            warning(
                "unused-suppression",
                f"there is no `{each.name}` here to allow",
                each.span,
                "silences nothing",
                help="take it out",
                fixes=[fix],
            )
        )
    return problems
