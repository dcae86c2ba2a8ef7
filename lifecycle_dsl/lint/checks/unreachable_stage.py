"""Stages that no customer can ever be in."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Stages to which no way leads from the start."""
    for name, stage in rules.program.stages.items():
        if name in rules.reachable:
            continue
        leading = [each for each in rules.program.transitions if each.target == name]
        sources = dict.fromkeys(
            source for each in leading for source in each.sources if source != name
        )
        if not sources:
            why = "no transition leads to it, and `start` places nobody there"
        elif not any(source in rules.reachable for source in sources):
            why = f"only {listed(sources)} {_lead(len(sources))} to it, where nobody comes either"
        else:
            why = "what leads to it can never happen"
        yield warning(
            "unreachable-stage",
            f"no customer can ever be in `{name}`",
            stage.span,
            why,
            help="add a way to it, or take the stage out",
            secondary=[(each.span, "never moves anybody") for each in leading[:2]]
            if any(source in rules.reachable for source in sources)
            else [],
        )


def _lead(count: int) -> str:
    return "leads" if count == 1 else "lead"
