"""`lcr report model`: whether a model of the rules still holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecycle_dsl.cli.reading import Events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import unreadable

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.findings import Report


def report_of_model(
    rules: str,
    events: Events,
    *,
    model: str | None,
    card: Path | None,
    goal: str | None,
    by: str,
    level: float,
) -> Report:
    """The report about the model of a card."""
    from lifecycle_dsl.analysis.fitting.card import read  # noqa: PLC0415 — comes with an extra
    from lifecycle_dsl.analysis.fitting.watching import watch  # noqa: PLC0415
    from lifecycle_dsl.analysis.goals import goal_of  # noqa: PLC0415
    from lifecycle_dsl.analysis.periods import Period  # noqa: PLC0415
    from lifecycle_dsl.analysis.sections.model import report  # noqa: PLC0415

    if card is None:
        raise click.UsageError("--card names what `lcr fit --card FILE.json` wrote of the model")
    try:
        known = read(card)
    except OSError as error:
        raise unreadable(str(card), error) from error
    if model is not None and model != known.model:
        raise click.UsageError(f"{card} is of the model `{known.model}`, not of `{model}`")
    ruleset = load(rules)
    aim = goal_of(goal or known.goal, ruleset)
    with events.feed(ruleset) as feed:
        found = watch(ruleset, known, aim, feed, by=Period(by), level=level)
    return report(found, ruleset.fingerprint)
