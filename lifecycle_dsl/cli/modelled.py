"""`lcr report model`: whether a model of the rules still holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecycle_dsl.cli.opening import opened, readable
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import unreadable
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import Batch

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.findings import Report


def report_of_model(
    words: Sequence[str],
    *,
    model: str | None,
    card: Path | None,
    goal: str | None,
    until: int | None,
    by: str,
    level: float,
) -> Report:
    """The report about the model of a card; `words` are RULES and EVENTS."""
    if len(words) != 2:
        raise click.UsageError("give RULES and EVENTS: `lcr report model` runs them")
    rules, events = words
    if card is None:
        raise click.UsageError("--card names what `lcr fit --card FILE.json` wrote of the model")
    if events == "-":
        raise click.UsageError("the events are read more than once: give a file, not -")
    fitting = "lifecycle_dsl.analysis.fitting"
    try:
        known = import_module(f"{fitting}.card").read(card)
    except OSError as error:
        raise unreadable(str(card), error) from error
    if model is not None and model != known.model:
        raise click.UsageError(f"{card} is of the model `{known.model}`, not of `{model}`")
    ruleset = load(rules)
    found = import_module(f"{fitting}.watching").watch(
        ruleset,
        known,
        import_module("lifecycle_dsl.analysis.goals").goal_of(goal or known.goal, ruleset),
        import_module(f"{fitting}.feed").Feed(lambda: pieces_of(events), until),
        by=by,
        level=level,
    )
    section = import_module("lifecycle_dsl.analysis.sections.model")
    report: Report = section.report(found, ruleset.fingerprint)
    return report


def pieces_of(events: str, *, quiet: bool = False) -> Iterator[Batch | DeadLetter]:
    """A file of events, from its beginning, with a bar meanwhile."""
    with opened(events) as file:
        yield from watched(readable(events, file), file, quiet=quiet)
