"""A report: sections about one history, each made by the module of its name."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import MappingProxyType
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.findings import Report, Section
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.localtime import format_instant

SECTIONS: Final = MappingProxyType(
    {
        "summary": "How much there is, and who is where at the end.",
        "funnel": "Of those who entered a stage, how many went on.",
        "velocity": "How long customers take from a stage to the next.",
        "value": "What customers brought and are expected to bring.",
        "retention": "Of those who came together, how many are still there.",
        "engagement": "Who is in which stage, level and score over time.",
        "bottlenecks": "Where more would go on, and what it is worth.",
        "triggers": "What each trigger fired, sent and changed.",
        "experiments": "Splits and the holdout: lift, and when there is a verdict.",
        "channels": "What messages cost and what came back.",
        "attribution": "Who gets the credit: channels, campaigns, models side by side.",
        "movements": "From which stage to which people moved.",
    }
)
"""What can be asked, in the order of a report; each in `sections`."""

_MANY: Final = 4
"""Sections for which it pays to copy the decisions first."""


@frozen
class Asked:
    """How a report is to be made."""

    level: float = 0.95
    """Of all intervals."""
    by: Period = Period.MONTH
    """What cohorts and trends are put together by."""
    lost: tuple[str, ...] = ()
    """The stages that count as lost; those that the rules make look so where none is named."""
    since: str | None = None
    """The stage from whose entry retention counts; the first record where none is named."""


def report_of(history: History, names: Iterable[str], asked: Asked) -> Report:
    """The report with some sections, in the order of `SECTIONS`."""
    wanted = set(names)
    ruleset = history.ruleset
    if len(wanted) >= _MANY:
        history.settle()
    return Report(
        title=f"{ruleset.lifecycle.replace('_', ' ').capitalize()}: report",
        lifecycle=ruleset.lifecycle,
        fingerprint=ruleset.fingerprint,
        begin=format_instant(history.begin),
        end=format_instant(history.end),
        level=asked.level,
        sections=tuple(section_of(history, name, asked) for name in SECTIONS if name in wanted),
        sample=1.0 if history.sample is None else history.sample.share,
    )


def section_of(history: History, name: str, asked: Asked) -> Section:
    """One section."""
    module = import_module(f"lifecycle_dsl.analysis.sections.{name}")
    found = module.section(history, asked)
    assert isinstance(found, Section)  # noqa: S101 — what every module of the room gives
    return found
