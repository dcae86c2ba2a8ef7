"""Shares of customers that look like a slip of units: `holdout 0.05%`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.program.steps import Split, all_steps
from lifecycle_dsl.syntax import nodes

LEAST = 1.0
"""Percent; smaller shares are hardly ever meant, and nothing can be measured by them."""
MOST = 50.0
"""Percent; who holds out more people than that does not measure, but has stopped."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Holdouts and arms below one percent, and holdouts of most people."""
    for node in rules.declarations:
        if isinstance(node, nodes.Holdout) and not LEAST <= node.percent <= MOST:
            few = node.percent < LEAST
            yield warning(
                "unlikely-share",
                f"{_people(node.percent)} {'is' if few else 'are'} held out",
                node.span,
                "too few to measure anything by" if few else "most people never get a message",
                help=_slip(node.percent)
                if few
                else f"to hold out the others say `holdout {number(100 - node.percent)}%`",
            )
    for trigger in rules.program.triggers:
        for step in all_steps(trigger.steps):
            if isinstance(step, Split):
                for share in step.shares:
                    percent = share.buckets / 100
                    if percent < LEAST:
                        yield warning(
                            "unlikely-share",
                            f"{_people(percent)} comes to this arm of `{step.name}`",
                            share.span,
                            "too few to measure anything by",
                            help=_slip(percent),
                        )


def _people(percent: float) -> str:
    return (
        f"one customer in {round(100 / percent):,}"
        if percent < LEAST
        else f"{number(percent)} of 100 customers"
    )


def _slip(percent: float) -> str:
    meant = number(percent * 100)
    return f"these are percent: a share of {number(percent)} is written `{meant}%`"
