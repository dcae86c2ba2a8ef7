"""Stages that nobody ever leaves."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules, may_move


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Stages that customers come to and that no transition can lead out of."""
    stages = rules.program.stages
    if len(stages) < 3 or not rules.program.transitions:
        return
    for name, stage in stages.items():
        if name not in rules.reachable:
            continue
        known = rules.known_in((name,), timers=True)
        leaving = list(rules.out_of(name))
        if any(may_move(each, known) for each in leaving):
            continue
        why = "what leads out of it can never happen" if leaving else "no transition leads out"
        yield warning(
            "inescapable-stage",
            f"nobody ever leaves `{name}`",
            stage.span,
            why,
            help="say how customers come back, or allow it with the reason why it is the end",
        )
