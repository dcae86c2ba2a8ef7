"""`summary`: how much a history holds, and who is where at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Chart,
    Lines,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.history import MOST_WAITING, History
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.localtime import DAY

_STAGES: Final = """
    SELECT stage, count(*) FROM (
        SELECT customer, arg_max(target, rowid) AS stage
        FROM decisions WHERE kind = 'transition' GROUP BY customer
    ) GROUP BY stage
"""
_KINDS: Final = """
    SELECT kind, sum(deeds)::BIGINT, count(*) FROM (
        SELECT kind, customer, count(*) AS deeds FROM decisions GROUP BY kind, customer
    ) GROUP BY kind
"""
_PERIODS: Final = """
    SELECT period, sum(new)::BIGINT, sum(moves)::BIGINT, sum(firings)::BIGINT,
        sum(messages)::BIGINT, count(*)
    FROM (
        SELECT customer, date_trunc('{by}', instant)::DATE AS period,
            count_if(kind = 'transition' AND source IS NULL) AS new,
            count_if(kind = 'transition' AND source IS NOT NULL) AS moves,
            count_if(kind = 'fired') AS firings, count_if(kind = 'sent') AS messages
        FROM decisions GROUP BY customer, period
    ) GROUP BY period ORDER BY period
"""
_TOLD: Final = (
    ("transition", "placed in a stage, or moved to another"),
    ("fired", "triggers fired"),
    ("sent", "messages sent"),
    ("held", "firings and messages held"),
    ("called", "actions called"),
    ("changed", "traits changed by a step"),
    ("joined", "segments joined"),
    ("quit", "segments quit"),
    ("arm", "arms of splits chosen"),
    ("left", "journeys left before their end"),
    ("credit", "credits given for conversions"),
    ("broken", "promises broken"),
)


def section(history: History, asked: Asked) -> Section:
    """Counts of decisions, stages at the end, and what happened when."""
    stages = _stages(history, asked)
    people = sum(int(row[1]) for row in stages)
    kinds = {kind: (count, some) for kind, count, some in history.ask(_KINDS)}
    periods = history.ask(_PERIODS.format(by=asked.by.value))
    decisions = sum(count for count, _ in kinds.values())
    tables = (
        Table(
            columns("Stage", ("Customers", Unit.COUNT), ("Of all", Unit.SHARE)),
            stages,
            title="Who is where at the end",
        ),
        Table(
            columns(
                (f"{asked.by.value} from".capitalize(), Unit.DATE),
                ("New customers", Unit.COUNT),
                ("Moves", Unit.COUNT),
                ("Firings", Unit.COUNT),
                ("Messages", Unit.COUNT),
                ("Customers seen", Unit.COUNT),
            ),
            tuple((day.isoformat(), *counts) for day, *counts in periods),
            title=f"What happened by {asked.by.value}",
            note="A customer is seen where anything is decided about them.",
        ),
        Table(
            columns("Decision", ("Count", Unit.COUNT), ("Customers", Unit.COUNT)),
            tuple((told, *kinds[kind]) for kind, told in _TOLD if kind in kinds),
            title="What was decided",
        ),
    )
    return Section(
        name="summary",
        title="Summary",
        definition="Counts of what the log holds; a customer is in the stage last entered.",
        sample=f"{count_of(people, 'customer')}, {count_of(decisions, 'decision')}",
        censored="Whoever is in a stage at the end is counted there, however long they stay.",
        headline=_headline(history, stages, people, kinds),
        tables=tuple(each for each in tables if each.rows),
        charts=tuple(_charts(stages, periods, asked)),
        notes=tuple(_notes(history)),
    )


def _stages(history: History, asked: Asked) -> tuple[tuple[Any, ...], ...]:
    found = dict(history.ask(_STAGES))
    people = sum(found.values())
    declared = [name for name in history.ruleset.program.stages if name in found]
    order = [*declared, *sorted(found.keys() - set(declared))]
    return tuple((name, found[name], wilson(found[name], people, asked.level)) for name in order)


def _headline(
    history: History, stages: Sequence[tuple[Any, ...]], people: int, kinds: dict[str, Any]
) -> str:
    if not people:
        return "Nobody was placed in a stage."
    days = max((history.end - history.begin) // DAY, 1)
    name, count, _ = max(stages, key=lambda row: row[1])
    sent, _ = kinds.get("sent", (0, 0))
    return (
        f"{count_of(people, 'customer')} in {count_of(days, 'day')}, "
        f"{count_of(sent, 'message')}; at the end most of them ({100 * count / people:.0f} %) are "
        f"`{name}`."
    )


def _charts(
    stages: Sequence[tuple[Any, ...]], periods: Sequence[tuple[Any, ...]], asked: Asked
) -> Iterator[Chart]:
    if len(stages) > 1:
        bars = Series(
            "customers", tuple(row[0] for row in stages), tuple(float(row[1]) for row in stages)
        )
        yield Bars(
            "Who is where at the end",
            Axis("stage", Unit.TEXT),
            Axis("customers", Unit.COUNT),
            (bars,),
        )
    if len(periods) > 2:
        x = tuple(row[0].isoformat() for row in periods)
        yield Lines(
            f"What happened by {asked.by.value}",
            Axis(asked.by.value, Unit.DATE),
            Axis("how many", Unit.COUNT),
            tuple(
                Series(name, x, tuple(float(row[place]) for row in periods))
                for name, place in (("new customers", 1), ("moves", 2), ("messages", 4))
            ),
        )


def _notes(history: History) -> Iterator[str]:
    others = {head.fingerprint for head in history.heads} - {history.ruleset.fingerprint}
    if others:
        listed = ", ".join(f"`{each}`" for each in sorted(others))
        yield (
            f"The decisions are not all by these rules (`{history.ruleset.fingerprint}`) but by "
            f"{listed}: windows, costs and the holdout are read from these."
        )
    if len(history.heads) > 1:
        yield f"The rules changed on the way: {len(history.heads)} versions wrote this log."
    if history.waiting:
        more = " or more" if history.waiting == MOST_WAITING else ""
        yield (
            f"{count_of(history.waiting, 'customer')}{more} may have something due that the store "
            "decides with their next record or a tick (`--until` of `lcr run`): a run over the "
            "same events, which ends with a tick, has those decisions too."
        )
