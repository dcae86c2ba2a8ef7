"""What messages cost and what is credited to them, by channel, campaign, template, or period."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis import holdout, people
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.statistics.bootstrap import ratios

OURS: Final = "cost IS NOT NULL"
"""Rows of channels that messages go out by: neither what nothing preceded nor bought media."""

_COSTS: Final = """
    CREATE OR REPLACE TEMP TABLE costs AS
    SELECT unnest(?::VARCHAR[]) AS channel, unnest(?::DECIMAL(38, 9)[]) AS cost
"""
_MONEY: Final = """
    CREATE OR REPLACE TEMP TABLE money AS
    WITH sums AS MATERIALIZED (
        SELECT customer, channel, rule AS campaign, date_trunc('{by}', instant)::DATE AS period,
            CASE WHEN NOT coalesce(transactional, false) THEN template END AS template,
            count(*) AS sent, NULL AS conversions, NULL AS worth, false AS masked
        FROM decisions WHERE kind = 'sent' AND NOT coalesce(draft, false)
        GROUP BY ALL
        UNION ALL
        SELECT customer, channel, campaign, date_trunc('{by}', instant)::DATE AS period, template,
            0, sum(share::DECIMAL(18, 9)), sum(worth::DECIMAL(38, 6)), bool_or(worth IS NULL)
        FROM decisions WHERE kind = 'credit' AND attribution = ?
        GROUP BY ALL
    )
    SELECT id AS number, cluster, 'all channels' AS whole, channel, campaign,
        period, template, sent, conversions, worth, masked, sent * costs.cost AS cost
    FROM sums JOIN people USING (customer) LEFT JOIN costs USING (channel)
"""
"""Sums are of decimals, which are exact: the order in which threads come does not show."""
_USED: Final = "SELECT DISTINCT channel FROM decisions WHERE kind = 'sent'"
_CLUSTERED: Final = """
    CREATE OR REPLACE TEMP TABLE clustered AS
    SELECT cluster, {keys}, sum(sent) AS sent,
        count(DISTINCT number) FILTER (sent > 0) AS customers, sum(cost) AS cost,
        coalesce(sum(conversions), 0) AS conversions, coalesce(sum(worth), 0) AS worth,
        bool_or(masked) AS masked
    FROM money WHERE {where} GROUP BY cluster, {keys}
"""
"""Nobody is in two clusters, so that customers of clusters add up."""
_BY: Final = """
    SELECT {keys}, sum(sent)::BIGINT, sum(customers)::BIGINT, sum(cost)::DOUBLE,
        sum(conversions)::DOUBLE, sum(worth)::DOUBLE, bool_or(masked)
    FROM clustered GROUP BY {keys} ORDER BY {keys}
"""
_DRAWN: Final = """
    SELECT cluster, dense_rank() OVER (ORDER BY {keys}) - 1 AS place, worth::DOUBLE AS worth,
        coalesce(cost, 0)::DOUBLE AS cost
    FROM clustered
"""


@frozen
class Money:
    """What was sent and came back, of one channel, campaign, template or period."""

    keys: tuple[Any, ...]
    sent: int
    customers: int
    cost: float | None
    """None of what no message goes out by."""
    conversions: float
    worth: float | None
    """None where it is masked."""
    back: Estimate
    """(worth - cost) / cost."""


def gather(history: History, goal: Goal | None, by: str) -> None:
    """Make the table `money`: what each customer got and brought; without a goal, only got."""
    channels = history.ruleset.program.channels
    used = channels.keys() & sending(history)
    costs = {name: each.cost for name, each in channels.items() if name in used}
    history.ask(_COSTS, [list(costs), list(costs.values())])
    people.gather(history)
    history.ask(_MONEY.format(by=by), ["" if goal is None else goal.attribution])


def sending(history: History) -> set[str]:
    """The channels that messages go out by: as the rules have it, and as the history shows.

    A channel may also be declared for touches alone, such as clicks on banners. What those cost
    is not known, so they have no part in what messages cost and are credited with.
    """
    program = history.ruleset.program
    found = {name for (name,) in history.ask(_USED)}
    for trigger in program.triggers:
        for step in holdout.sends(trigger):
            if step.channel is not None:
                found.add(step.channel)
            if step.route is not None:
                found.update(*program.routes[step.route].channels.values())
    return found


def touched_by(history: History, goal: Goal) -> set[str]:
    """The channels that an attribution can give credit to."""
    attribution = history.ruleset.program.attributions.get(goal.attribution)
    if attribution is None or attribution.sends:
        return sending(history)
    return {each.channel for each in attribution.touches if each.channel is not None}


def moneys(history: History, keys: str, where: str, level: float) -> tuple[Money, ...]:
    """The table `money` by some of its columns, in their order."""
    history.ask(_CLUSTERED.format(keys=keys, where=where))
    rows = history.ask(_BY.format(keys=keys))
    if not rows:
        return ()
    found = history.connection.execute(_DRAWN.format(keys=keys)).fetchnumpy()
    clusters, places = np.unique(found["cluster"], return_inverse=True)
    gains, costs = np.zeros((len(clusters), len(rows))), np.zeros((len(clusters), len(rows)))
    gains[places, found["place"]] = found["worth"]
    costs[places, found["place"]] = found["cost"]
    # What came back beyond the cost: +100 % is twice the cost.
    backs = ratios(gains - costs, costs, level)
    return tuple(
        Money(
            tuple(names),
            sent,
            customers,
            cost,
            credited,
            None if masked else worth,
            Estimate(None, n=back.n) if masked else back,
        )
        for (*names, sent, customers, cost, credited, worth, masked), back in zip(
            rows, backs, strict=True
        )
    )
