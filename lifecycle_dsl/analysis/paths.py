"""Paths of touches up to a conversion, or up to where nothing came of them.

Each conversion has a path of its own: the touches that were young enough then, as the engine shares
its credit. Touches after which no conversion came for as long as they count are put together into
paths that led nowhere; one ends where the next such touch comes only when the last one counts no
more. A path is followed up only if its last touch is that old at the end, whatever became of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.people import clusters_of
from lifecycle_dsl.analysis.statistics.bootstrap import CLUSTERS
from lifecycle_dsl.analysis.statistics.markov import CONVERTED, GONE, Chain
from lifecycle_dsl.program.attributions import MOST_TOUCHES

MOST_UNITS: Final = 16
"""Channels, or campaigns, that are told apart; the others go together."""
OTHERS: Final = "all others"

_FOLLOWED: Final = """
    CREATE OR REPLACE TEMP TABLE followed AS
    WITH called AS (SELECT id, instant, place, coalesce({unit}, '–') AS unit FROM touched),
    named AS (
        SELECT unit FROM called GROUP BY unit ORDER BY count(*) DESC, unit LIMIT $most_units
    ),
    own AS (
        SELECT id, instant, place, coalesce(named.unit, $others) AS unit
        FROM called LEFT JOIN named USING (unit)
    ),
    ends AS (SELECT *, row_number() OVER (ORDER BY place) AS path FROM ended),
    before_end AS (
        SELECT ends.path, own.*, row_number() OVER (
            PARTITION BY ends.path ORDER BY own.place DESC
        ) AS back
        FROM ends JOIN own ON own.id = ends.id AND own.place < ends.place
            AND own.instant > ends.instant - to_microseconds($within)
    ),
    nowhere AS (
        SELECT own.*, lag(own.instant) OVER (PARTITION BY own.id ORDER BY own.place) AS previous
        FROM own ASOF LEFT JOIN ends ON own.id = ends.id AND own.place < ends.place
        WHERE ends.instant IS NULL OR ends.instant - to_microseconds($within) >= own.instant
    ),
    split AS (
        SELECT *, max(
            CASE WHEN coalesce(instant - to_microseconds($within) >= previous, true) THEN place END
        ) OVER (PARTITION BY id ORDER BY place) AS began
        FROM nowhere
    ),
    steps AS (
        SELECT path, true AS converts, id, instant, place, unit FROM before_end
        WHERE back <= $most
        UNION ALL
        SELECT -1 - began, false, id, instant, place, unit FROM split
    )
    SELECT path, converts, id % {clusters} AS cluster, unit, instant,
        row_number() OVER line AS position,
        count(*) OVER whole AS touches,
        max(instant) OVER whole AS newest
    FROM steps
    WINDOW whole AS (PARTITION BY path), line AS (PARTITION BY path ORDER BY place)
"""
_KNOWN: Final = """
    SELECT count(*) FILTER (converts AND known), count(*) FILTER (NOT converts AND known),
        count(*) FILTER (NOT known)
    FROM (SELECT path, converts, newest <= $last AS known FROM followed WHERE position = 1)
"""
MOST_REMEMBERED: Final = 3
"""Touches that a chain can remember."""
_NUMBERED: Final = """
    CREATE OR REPLACE TEMP TABLE numbered AS
    SELECT cluster, converts, position = touches AS is_last, id,
        coalesce(lag(id, 1) OVER line, 0) AS before_1,
        coalesce(lag(id, 2) OVER line, 0) AS before_2,
        coalesce(lag(id, 3) OVER line, 0) AS before_3
    FROM followed JOIN path_units USING (unit) WHERE newest <= $last
    WINDOW line AS (PARTITION BY path ORDER BY position)
"""
"""Touches with the channels of those before them, 0 where there is none."""
_STEPS: Final = """
    WITH steps AS (
        SELECT cluster, {state} AS target, {previous} AS source FROM numbered
        UNION ALL
        SELECT cluster, CASE WHEN converts THEN -1 ELSE -2 END, {state} FROM numbered WHERE is_last
    )
    SELECT cluster, source, target, count(*) AS times FROM steps GROUP BY ALL ORDER BY ALL
"""


@frozen
class Followed:
    """How many paths there are."""

    converted: int
    gone: int
    late: int
    """Whose last touch still counts at the end, so that what becomes of them is not known."""
    unit: str
    """What is told apart on them: `channel`; `campaign` where there is one channel only."""


def follow(history: History, within: int) -> Followed:
    """Make the table `followed` of an attribution's paths, a row for each touch.

    Its touches must be gathered, see `touches`.
    """
    ((several,),) = history.ask("SELECT count(DISTINCT channel) FROM touched")
    unit = "channel" if several > 1 else "campaign"
    history.ask(
        _FOLLOWED.format(unit=unit, clusters=CLUSTERS),
        {
            "within": within,
            "most_units": MOST_UNITS,
            "others": OTHERS,
            "most": MOST_TOUCHES,
        },
    )
    ((converted, gone, late),) = history.ask(_KNOWN, {"last": last_known(history, within)})
    return Followed(converted, gone, late, unit)


def last_known(history: History, within: int) -> datetime:
    """The latest instant of a touch that counts no more at the end."""
    return instant_of(history.end - within)


def number(history: History, within: int, units: list[str]) -> None:
    """Make the table `numbered` of the touches on known paths, which chains are made of."""
    history.connection.register(
        "path_units",
        {"unit": np.array(units, dtype=object), "id": np.arange(1, len(units) + 1)},
    )
    history.ask(_NUMBERED, {"last": last_known(history, within)})


def chain_of(history: History, units: list[str], order: int) -> tuple[Chain, NDArray[np.float64]]:
    """The chain of the numbered paths, remembering so many touches, and its steps by cluster."""
    base = len(units) + 1
    ids = ["id", *(f"before_{back}" for back in range(1, order + 1))]
    state, previous = (
        " + ".join(f"{base**back} * {each}" for back, each in enumerate(remembered))
        for remembered in (ids[:-1], ids[1:])
    )
    query = _STEPS.format(state=state, previous=previous)
    found = history.connection.execute(query).fetchnumpy()
    source, target = found["source"].astype(np.int64), found["target"].astype(np.int64)
    states = np.unique(np.concatenate([[0], source, target[target > 0]]))
    ends = np.where(target == -1, CONVERTED, GONE)
    places = np.where(target > 0, np.searchsorted(states, target), ends)
    # A step is a number, since numbers are sorted faster than pairs; ends are below zero.
    size = len(states) - min(CONVERTED, GONE)
    steps = np.searchsorted(states, source) * size + (places + size - len(states))
    each, which = np.unique(steps, return_inverse=True)
    counts = np.zeros((clusters_of(history), len(each)))
    np.add.at(counts, (found["cluster"], which), found["times"])
    begins, leads = each // size, each % size - (size - len(states))
    chain = Chain(begins, leads, states % base - 1, len(units))
    return chain, counts
