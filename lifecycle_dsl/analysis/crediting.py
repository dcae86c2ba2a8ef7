"""Who was credited: sums of credits as the rules gave them, and of models over the same paths."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis import people
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.paths import last_known
from lifecycle_dsl.analysis.statistics.bootstrap import ratios, totals
from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program import attributions as a

HALF_LIFE: Final = 7 * DAY
"""Of time decay, where the rules name none."""
POSITION: Final = a.PositionCredit(4_000, 2_000, 4_000)
"""Where the rules name none."""
RULES: Final = ("first", "last", "linear", "by position", "time decay")
SHAPLEY: Final = "Shapley"

_CREDITED: Final = """
    CREATE OR REPLACE TEMP TABLE credited AS
    WITH credits AS (
        SELECT id, cluster, instant, decisions.rowid AS place, channel, campaign, template,
            share::DECIMAL(18, 9) AS share, worth::DECIMAL(38, 6) AS worth
        FROM decisions JOIN people USING (customer)
        WHERE kind = 'credit' AND attribution = $attribution
    ),
    numbered AS (
        SELECT *, ceil(sum(share) OVER (PARTITION BY id ORDER BY place))::BIGINT AS number
        FROM credits
    ),
    ends AS (
        SELECT id, number, min(place) AS place, any_value(instant) AS instant
        FROM numbered GROUP BY id, number
    ),
    moves AS (
        SELECT id, instant, decisions.rowid AS place, source, target
        FROM decisions JOIN people USING (customer)
        WHERE kind = 'transition' AND instant IN (SELECT instant FROM ends)
    ),
    moved AS (
        SELECT ends.id, ends.number,
            coalesce(moves.source, '(start)') || ' → ' || moves.target AS move
        FROM ends ASOF JOIN moves ON moves.id = ends.id AND moves.place < ends.place
        WHERE moves.instant = ends.instant
    )
    SELECT numbered.*, move FROM numbered LEFT JOIN moved USING (id, number)
"""
"""Credits with the number of their conversion: the shares of one stand together and add up to
exactly 1. A conversion came with the last move before it, if that was at its instant."""
_SUMS: Final = """
    SELECT {keys}, cluster, sum(share)::DOUBLE AS share, sum(worth)::DOUBLE AS worth,
        count_if(worth IS NULL) > 0 AS masked
    FROM credited WHERE {where} GROUP BY {keys}, cluster ORDER BY {keys}, cluster
"""
_MODELLED: Final = """
    WITH known AS (SELECT * FROM followed WHERE converts AND newest <= $last),
    weighed AS (
        SELECT *, power(2.0, -epoch_us(newest - instant) / $half_life::DOUBLE) AS fading,
            (row_number() OVER (PARTITION BY path, unit ORDER BY position) = 1)::INT AS once
        FROM known
    ),
    summed AS (
        SELECT *, sum(fading) OVER (PARTITION BY path ORDER BY position DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS all_fading,
            sum(once) OVER (PARTITION BY path) AS units
        FROM weighed
    )
    SELECT unit, cluster,
        sum((position = 1)::INT)::DOUBLE AS "first",
        sum((position = touches)::INT)::DOUBLE AS "last",
        sum((1 / touches)::DECIMAL(18, 9))::DOUBLE AS linear,
        sum((CASE WHEN touches < 3 THEN 1 / touches WHEN position = 1 THEN $head
            WHEN position = touches THEN $tail ELSE $between / (touches - 2) END)::DECIMAL(18, 9)
        )::DOUBLE AS "by position",
        sum((fading / all_fading)::DECIMAL(18, 9))::DOUBLE AS "time decay",
        sum((once / units)::DECIMAL(18, 9))::DOUBLE AS "Shapley"
    FROM summed GROUP BY unit, cluster ORDER BY unit, cluster
"""
"""Weights are cut to billionths, whose sums are exact: the order of threads does not show.

Shapley values are those of Zhao, K., Mahboobi, S. H., Bagheri, S. R. (2018): Shapley value methods
for attribution modeling in online advertising: what a set of channels is worth is the conversions
whose paths have no other channel. Then each conversion is shared equally among its channels."""


@frozen
class Sum:
    """What is credited to one channel, campaign, or part of a move."""

    keys: tuple[Any, ...]
    share: Estimate
    """Conversions."""
    part: Estimate
    """Of all of them."""
    worth: Estimate
    """Without a value where it is masked."""


def gather(history: History, attribution: str) -> None:
    """Make the table `credited` of an attribution, and `people`."""
    people.gather(history)
    history.ask(_CREDITED, {"attribution": attribution})


def sums(history: History, keys: tuple[str, ...], level: float, where: str = "true") -> list[Sum]:
    """Credits by some columns, in their order."""
    listed = ", ".join(keys)
    rows = history.ask(_SUMS.format(keys=listed, where=where))
    count = people.clusters_of(history)
    found = list(dict.fromkeys(row[: len(keys)] for row in rows))
    places = {names: place for place, names in enumerate(found)}
    shares, worths = np.zeros((count, len(found))), np.zeros((count, len(found)))
    masked = set()
    for row in rows:
        place = places[row[: len(keys)]]
        cluster, share, worth, is_masked = row[len(keys) :]
        shares[cluster, place] = share
        worths[cluster, place] = worth or 0.0
        if is_masked:
            masked.add(place)
    credited = totals(shares, level)
    worth_of = totals(worths, level)
    parts = ratios(shares, shares.sum(axis=1, keepdims=True), level)
    return [
        Sum(
            names,
            credited[place],
            parts[place],
            Estimate(None) if place in masked else worth_of[place],
        )
        for names, place in places.items()
    ]


def modelled(
    history: History, within: int, declared: a.CreditModel | None, units: list[str]
) -> dict[str, NDArray[np.float64]]:
    """Conversions that each model gives, by cluster and unit, over the known paths."""
    model = declared if isinstance(declared, a.PositionCredit) else POSITION
    found = history.connection.execute(
        _MODELLED,
        {
            "last": last_known(history, within),
            "half_life": declared.half_life if isinstance(declared, a.TimeDecay) else HALF_LIFE,
            "head": model.first / 10_000,
            "between": model.middle / 10_000,
            "tail": model.last / 10_000,
        },
    ).fetchnumpy()
    places = {name: place for place, name in enumerate(units)}
    where = found["cluster"], np.array([places[name] for name in found["unit"]], dtype=np.int64)
    tables = {}
    for name in (*RULES, SHAPLEY):
        tables[name] = np.zeros((people.clusters_of(history), len(units)))
        tables[name][where] = found[name]
    return tables
