"""Customers as numbers, and in the clusters that intervals draw, see `statistics.bootstrap`."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.statistics.bootstrap import CLUSTERS

_PEOPLE: Final = f"""
    CREATE TEMP TABLE IF NOT EXISTS people AS
    SELECT customer, id, id % {CLUSTERS} AS cluster
    FROM (
        SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS id
        FROM (SELECT DISTINCT customer FROM decisions)
    )
"""  # noqa: S608 — our own number


def gather(history: History) -> None:
    """Make the table `people` of all customers that anything was decided about, once."""
    history.ask(_PEOPLE)


def clusters_of(history: History) -> int:
    """How many clusters the gathered people are in."""
    ((count,),) = history.ask("SELECT least(count(*), $most) FROM people", {"most": CLUSTERS})
    return int(count)
