"""`triggers`: what each trigger fired and sent, what stopped it, who left, and who converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis import conversions, holdout
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Chart,
    Estimate,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.lift import Followed, followed
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.proportions import wilson

_DEEDS: Final = """
    SELECT rule, sum(fired)::BIGINT, count_if(fired > 0), sum(sent)::BIGINT, count_if(sent > 0),
        sum(dropped)::BIGINT
    FROM (
        SELECT rule, customer, count_if(kind = 'fired') AS fired, count_if(kind = 'sent') AS sent,
            count_if(kind = 'held' AND step IS NOT NULL AND waits_until IS NULL) AS dropped
        FROM decisions WHERE kind IN ('fired', 'sent', 'held') GROUP BY rule, customer
    ) GROUP BY rule
"""
_HELD: Final = """
    SELECT trigger, reason,
        CASE WHEN step IS NULL THEN 'firing stopped'
            WHEN waits_until IS NULL THEN 'message dropped' ELSE 'message waited' END AS what,
        count(*), count(DISTINCT customer)
    FROM decisions WHERE kind = 'held'
    GROUP BY ALL ORDER BY count(*) DESC, reason, what
"""
_LEFT: Final = """
    SELECT trigger, step, reason, count(*), count(DISTINCT customer)
    FROM decisions WHERE kind = 'left'
    GROUP BY ALL ORDER BY count(*) DESC, step, reason
"""
_FIRINGS: Final = """
    SELECT rule AS name, customer, instant, rowid AS place FROM decisions WHERE kind = 'fired'
"""
_MOST_BARS: Final = 12
NO_GOAL: Final = (
    "No goal is known, so nobody is said to have converted: declare an `attribution`, or run over "
    "events with --goal."
)


@frozen
class Deeds:
    """What a trigger did."""

    fired: int
    customers: int
    sent: int
    reached: int
    dropped: int
    """Messages that were held for good."""


@frozen
class _Conversions:
    """What is said about goals."""

    headlines: tuple[str, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]
    too_late: str


def section(history: History, asked: Asked) -> Section:
    """Of all triggers, in the order in which they go."""
    deeds = {name: Deeds(*counts) for name, *counts in history.ask(_DEEDS)}
    declared = [each.name for each in history.ruleset.program.triggers]
    order = [name for name in declared if name in deeds] + sorted(deeds.keys() - set(declared))
    converted = _conversions(history, order, asked)
    silent = [f"`{name}`" for name in declared if name not in deeds]
    notes = [f"Never fired: {', '.join(silent)}."] if silent else []
    fired = sum(each.fired for each in deeds.values())
    sent = sum(each.sent for each in deeds.values())
    tables = (
        _what_became(history, deeds, order, asked),
        _held(history, order),
        _left(history, deeds, order, asked),
        *converted.tables,
    )
    return Section(
        name="triggers",
        title="Trigger performance",
        definition=(
            "A trigger fires when what it waits for happens and its guards let it; its messages "
            "are then sent, wait, or are held. Customers are counted once for each trigger, from "
            "its first firing for them on."
        ),
        sample=f"{count_of(fired, 'firing')}, {count_of(sent, 'message')}",
        censored=converted.too_late,
        headline=" ".join([_headline(deeds), *converted.headlines]),
        tables=tuple(each for each in tables if each.rows),
        charts=(*_messages(deeds, order), *converted.charts),
        notes=(*notes, *converted.notes),
    )


def _what_became(
    history: History, deeds: Mapping[str, Deeds], order: list[str], asked: Asked
) -> Table:
    declared = history.ruleset.program.triggers
    drafts = {each.name for each in declared if each.draft}
    mute = {each.name for each in declared if not holdout.sends(each)}
    return Table(
        columns(
            "Trigger",
            ("Fired", Unit.COUNT),
            ("Customers", Unit.COUNT),
            ("Sent", Unit.COUNT),
            ("Held", Unit.COUNT),
            ("Reached", Unit.SHARE),
        ),
        tuple(
            (
                f"{name} (draft)" if name in drafts else name,
                found.fired,
                found.customers,
                found.sent,
                found.dropped,
                _reached(found, asked) if name not in mute else Estimate(None),
            )
            for name, found in ((name, deeds[name]) for name in order)
        ),
        title="What became of each trigger",
        note="Reached is the share of its customers who got a message of it at all.",
    )


def _reached(found: Deeds, asked: Asked) -> Estimate:
    # Who was reached may have been fired for before the log began.
    return wilson(min(found.reached, found.customers), found.customers, asked.level)


def _held(history: History, order: list[str]) -> Table:
    rows = sorted(history.ask(_HELD), key=lambda row: order.index(row[0]))
    return Table(
        columns("Trigger", "Reason", "What", ("Times", Unit.COUNT), ("Customers", Unit.COUNT)),
        tuple(rows),
        title="What stopped firings and messages",
        note=(
            "A firing that is stopped is written once for each reason since the last that was "
            "not, so these are at least so many; messages are counted each time."
        ),
    )


def _left(history: History, deeds: Mapping[str, Deeds], order: list[str], asked: Asked) -> Table:
    rows = sorted(
        (row for row in history.ask(_LEFT) if row[0] in deeds),
        key=lambda row: order.index(row[0]),
    )
    return Table(
        columns(
            "Journey",
            "At step",
            "Reason",
            ("Times", Unit.COUNT),
            ("Customers", Unit.COUNT),
            ("Of its customers", Unit.SHARE),
        ),
        tuple(
            (
                *row,
                wilson(min(row[4], deeds[row[0]].customers), deeds[row[0]].customers, asked.level),
            )
            for row in rows
        ),
        title="Who left a journey before its end",
    )


def _conversions(history: History, order: list[str], asked: Asked) -> _Conversions:
    goals = conversions.goals(history)
    if not goals:
        return _Conversions((), (), (), (NO_GOAL,), "Nobody is followed up, so nobody is censored.")
    found = [(goal, followed(history, _FIRINGS, goal)) for goal in goals]
    late = [(goal, sum(each.too_late for each in by_name.values())) for goal, by_name in found]
    share = holdout.share(history)
    told = _too_late(late, ", in both arms alike" if share else "")
    tables = [_converted(goal, each, order, asked, is_part=share > 0) for goal, each in found]
    if not share:
        return _Conversions((), tuple(tables), (), (holdout.NONE,), told)
    # Statistics that only a holdout asks for take their time to load.
    from lifecycle_dsl.analysis import comparisons  # noqa: PLC0415

    headlines, charts = [], []
    notes: dict[str, None] = {}
    program = history.ruleset.program
    marketing = {each.name for each in program.triggers if holdout.is_marketing(each, program)}
    for goal, by_name in found:
        chosen = {name: by_name[name] for name in order if name in marketing & by_name.keys()}
        lifts = comparisons.lifts_of(chosen, share, asked.level)
        if not lifts:
            continue
        tables.append(comparisons.lift_table(lifts, "Trigger", goal, asked.level))
        charts.append(comparisons.lift_chart(lifts, "trigger", goal))
        notes |= dict.fromkeys(comparisons.cautions(lifts, share, asked.level))
        headlines.append(comparisons.lift_headline(lifts, goal))
    if not headlines:
        notes["No marketing trigger has customers of both arms yet, so no lift is given."] = None
    return _Conversions(tuple(headlines), tuple(tables), tuple(charts), tuple(notes), told)


def _converted(
    goal: Goal, found: Mapping[str, Followed], order: list[str], asked: Asked, *, is_part: bool
) -> Table:
    rows = tuple(
        (
            name,
            found[name].messaged.n,
            found[name].messaged.rate(asked.level),
            found[name].messaged.mean_worth(asked.level),
        )
        for name in order
        if name in found
    )
    who = "Of those who are not held out" if is_part else "Of all"
    return Table(
        columns(
            "Trigger",
            ("Followed up", Unit.COUNT),
            ("Converted", Unit.SHARE),
            ("Worth each", Unit.MONEY),
        ),
        rows,
        title=f"Who converted after the first firing: {goal}",
        note=f"{who} whose window has passed; what comes after is not said to come from it.",
    )


def _too_late(late: Sequence[tuple[Goal, int]], alike: str) -> str:
    """What is said of first firings, for each goal by itself: they are the same people."""
    those = [(goal, count) for goal, count in late if count]
    several = len(late) > 1
    if not those:
        window = "every goal's window" if several else "the goal's window"
        return f"Nobody is censored: {window} had passed for all by the end."
    told = [
        f"{count_of(count, 'first firing')} {'is' if count == 1 else 'are'} less than "
        + (f"the window of `{goal.attribution}`" if several else "the goal's window")
        for goal, count in those
    ]
    return f"{', and '.join(told)} before the end and left out of what is followed up{alike}."


def _headline(deeds: Mapping[str, Deeds]) -> str:
    if not deeds:
        return "No trigger fired."
    name, found = max(deeds.items(), key=lambda item: (item[1].sent, item[1].fired, item[0]))
    fired = sum(each.fired for each in deeds.values())
    sent = sum(each.sent for each in deeds.values())
    told = (
        f"{count_of(len(deeds), 'trigger')} fired {count_of(fired, 'time')} and sent "
        f"{count_of(sent, 'message')}"
    )
    return f"{told}, most of them `{name}` ({found.sent:,})." if sent else f"{told}."


def _messages(deeds: Mapping[str, Deeds], order: list[str]) -> tuple[Chart, ...]:
    names = tuple(name for name in order if deeds[name].sent or deeds[name].dropped)[:_MOST_BARS]
    if not names:
        return ()
    sent = Series("sent", names, tuple(float(deeds[name].sent) for name in names))
    held = Series("held", names, tuple(float(deeds[name].dropped) for name in names))
    series = (sent, held) if any(held.y) else (sent,)
    return (
        Bars(
            "Messages by trigger", Axis("trigger", Unit.TEXT), Axis("messages", Unit.COUNT), series
        ),
    )
