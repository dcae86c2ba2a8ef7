"""`movements`: how many people moved from which stage to which."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.analysis.findings import (
    Axis,
    Estimate,
    Grid,
    Section,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.proportions import wilson

_MOVES: Final = """
    SELECT source, target, count(*), count(DISTINCT customer)
    FROM decisions WHERE kind = 'transition' AND source IS NOT NULL
    GROUP BY ALL ORDER BY count(*) DESC, source, target
"""
_STAYS: Final = """
    SELECT target, count(*) FROM decisions WHERE kind = 'transition' GROUP BY target
"""


def section(history: History, asked: Asked) -> Section:
    """Of all stays in a stage, the share that ended with each move."""
    stays = dict(history.ask(_STAYS))
    moves = history.ask(_MOVES)
    stages = [name for name in history.ruleset.program.stages if name in stays]
    shares = {
        (source, target): wilson(count, stays[source], asked.level)
        for source, target, count, _ in moves
        if source in stays
    }
    rows = [
        (source, target, count, people, shares.get((source, target), Estimate(None)))
        for source, target, count, people in moves
    ]
    ended = sum(count for _, _, count, _ in moves)
    still = sum(stays.values()) - ended
    return Section(
        name="movements",
        title="Movements between stages",
        definition=(
            "A move is one change of stage; its share is of all stays that began in the stage it "
            "leaves, whether they have ended or not."
        ),
        sample=f"{count_of(sum(stays.values()), 'stay')}, {count_of(ended, 'move')}",
        censored=(
            f"{count_of(still, 'stay')} had not ended by the end; they count in the denominator, "
            "so shares can only grow."
        ),
        headline=_headline(rows),
        tables=(
            Table(
                columns(
                    "From",
                    "To",
                    ("Moves", Unit.COUNT),
                    ("Customers", Unit.COUNT),
                    ("Of stays", Unit.SHARE),
                ),
                tuple(rows),
            ),
        ),
        charts=(_grid(stages, shares),) if rows else (),
    )


def _headline(rows: list[tuple[str, str, int, int, Estimate]]) -> str:
    if not rows:
        return "Nobody moved."
    source, target, count, _, _ = rows[0]
    return f"The commonest move is {source} to {target}: {count_of(count, 'time')}."


def _grid(stages: list[str], shares: dict[tuple[str, str], Estimate]) -> Grid:
    return Grid(
        "Share of stays that ended with a move",
        Axis("to", Unit.TEXT),
        Axis("from", Unit.TEXT),
        columns=tuple(stages),
        rows=tuple(stages),
        values=tuple(
            tuple(shares[s, t].value if (s, t) in shares else None for t in stages) for s in stages
        ),
    )
