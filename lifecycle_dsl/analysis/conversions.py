"""Conversions: what a history shows of its goals, by customer and instant."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History

_CONVERSIONS: Final = """
    CREATE TEMP TABLE IF NOT EXISTS conversions AS
    SELECT attribution, customer, instant, max(rowid) AS place,
        CASE WHEN bool_and(worth IS NOT NULL) THEN sum(worth::DECIMAL(38, 6)) END AS worth
    FROM decisions WHERE kind = 'credit'
    GROUP BY attribution, customer, instant
"""
"""One row for what a customer does at an instant for an attribution, placed at its last credit.

Its worth is whole again, and exact, so that the order of adding does not show; NULL if masked."""


def gather(history: History) -> None:
    """Make the table `conversions` of them, unless it is there."""
    history.ask(_CONVERSIONS)


def goals(history: History) -> tuple[Goal, ...]:
    """The goal that was asked for; else each attribution that the rules declare."""
    if history.goal is not None:
        return (history.goal,)
    declared = history.ruleset.program.attributions
    return tuple(Goal(name, each.within) for name, each in declared.items())
