"""What the compiler makes of a rule file: the plan and the Python, for `lcr check --emit`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import click

from lifecycle_dsl.cli.planned import plan_text
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.program.program import Program


def emitted(name: str, program: Program, emit: str, stage: str | None, event: str | None) -> str:
    """The `plan` or the `python` of all stages and events, or of those asked for."""
    stages = _chosen(stage, program.stages, "stage")
    events = _chosen(event, [*program.events, "profile"], "event")
    ruleset = load(name)
    if emit == "plan":
        return "\n".join(plan_text(ruleset, stages, events))
    return "\n\n".join(
        f"# {each_stage}, {each_event}\n{ruleset.compiled.python(each_stage, each_event)}"
        for each_stage, each_event in product(stages, events)
    )


def _chosen(name: str | None, known: Iterable[str], what: str) -> Sequence[str]:
    """All of them, or the one that is asked for."""
    names = list(known)
    if name is not None and name not in names:
        raise click.UsageError(f"no {what} is called `{name}`")
    return names if name is None else [name]
