"""`attribution`: who gets the credit, by channel, campaign and move, and what other models say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis import conversions, crediting, paths, touches
from lifecycle_dsl.analysis.crediting import RULES, SHAPLEY, Sum
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Chart,
    Estimate,
    Row,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics.bootstrap import drawn, interval, totals
from lifecycle_dsl.analysis.statistics.markov import (
    MOST_DENSE,
    Chain,
    drawn_effects,
    removal_effects,
)
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program.attributions import DIRECT

_MOST_ROWS: Final = 40
_DRAWN: Final = 300
"""Draws of chains, which take longer than sums."""
_CHARTED: Final = ("last", "linear", "time decay", SHAPLEY, "Markov 1")
_COUNTS: Final = """
    SELECT count(*), count(DISTINCT id), count(*) FILTER (instant < $early),
        count(*) FILTER (channel = $direct)
    FROM (
        SELECT id, number, any_value(instant) AS instant, any_value(channel) AS channel
        FROM credited GROUP BY id, number
    )
"""
_CREDITED: Final = (("Conversions", Unit.NUMBER), ("Of all", Unit.SHARE), ("Worth", Unit.MONEY))
_CAUSE: Final = (
    "Credit says which touches stood before a conversion, not what would have been without them; "
    "that is the lift over a holdout."
)
_MODELS: Final = (
    "Markov: the part of all conversions that is lost when whoever would be touched by the channel "
    "goes away instead, in a chain that remembers one, two or three touches, scaled so that all "
    "channels add up to the conversions (Anderl et al. 2016). It is the only model here that looks "
    "at paths that led nowhere. Shapley: what a set of channels is worth is the conversions whose "
    "paths have no other channel, so each conversion is shared equally among its channels (Zhao et "
    "al. 2018)."
)
_UNKNOWN: Final = (
    "`{name}`: decisions do not tell the touches of those who did not convert, so models are not "
    "compared; run the report over EVENTS."
)


@frozen
class _Part:
    """What is said about one attribution."""

    sample: str
    headline: str
    censored: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]


def section(history: History, asked: Asked) -> Section:
    """Of each attribution of the rules, or of the goal that was asked for."""
    parts = [_part(history, goal, asked) for goal in conversions.goals(history)]
    return Section(
        name="attribution",
        title="Who gets the credit",
        definition=(
            "A conversion is shared among the touches before it that are young enough, by the "
            "model of its attribution; `direct` is what no touch preceded. Intervals come from "
            "drawing customers anew (bootstrap)."
        ),
        sample="; ".join(each.sample for each in parts) or "no attribution",
        censored=" ".join(each.censored for each in parts) or "Nothing is credited.",
        headline=" ".join(each.headline for each in parts) or "Nothing is credited.",
        tables=tuple(table for each in parts for table in each.tables if table.rows),
        charts=tuple(chart for each in parts for chart in each.charts),
        notes=tuple(dict.fromkeys(note for each in parts for note in each.notes))
        or ("No goal is known: declare an `attribution`, or run over events with --goal.",),
    )


def _part(history: History, goal: Goal, asked: Asked) -> _Part:
    name = goal.attribution
    crediting.gather(history, name)
    followed = paths.follow(history, goal.within) if touches.gather(history, name) else None
    early = instant_of(history.begin + goal.within)
    ((count, customers, before, direct),) = history.ask(_COUNTS, {"early": early, "direct": DIRECT})
    by_channel = crediting.sums(history, ("channel",), asked.level)
    by_channel.sort(key=lambda each: (-(each.share.value or 0), each.keys))
    models = (
        _models(history, goal, followed.unit, asked)
        if followed is not None and followed.converted
        else ((), ())
    )
    sample = (
        f"{goal.named}: {count_of(count, 'conversion')} of "
        f"{count_of(customers, 'customer')}, {direct:,} of them direct"
    )
    if followed is not None:
        known = followed.converted + followed.gone
        sample += f"; {count_of(known, 'path')} followed up, {followed.gone:,} led nowhere"
    return _Part(
        sample,
        _headline(goal, count, by_channel),
        _censored(goal, before, None if followed is None else followed.late),
        (
            _table(("Channel",), f"By channel: {_called(goal)}", by_channel),
            _campaigns(history, goal, asked),
            _templates(history, goal, asked),
            _moves(history, goal, asked),
            *models[0],
        ),
        models[1],
        (
            _CAUSE,
            *((_MODELS,) if models[0] else ()),
            *(() if followed else (_UNKNOWN.format(name=name),)),
        ),
    )


def _called(goal: Goal) -> str:
    return goal.what or goal.attribution


def _table(heads: tuple[str, ...], title: str, found: Sequence[Sum], note: str = "") -> Table:
    kept = found[:_MOST_ROWS]
    if len(kept) < len(found):
        note = f"{note} The {len(kept)} with the most, of {len(found)}.".strip()
    return Table(columns(*heads, *_CREDITED), tuple(map(_row, kept)), title, note)


def _row(found: Sum) -> Row:
    names = ("–" if key is None else str(key) for key in found.keys)
    return (*names, found.share, found.part, found.worth)


def _campaigns(history: History, goal: Goal, asked: Asked) -> Table:
    found = crediting.sums(history, ("campaign", "channel"), asked.level, f"channel <> '{DIRECT}'")
    found.sort(key=lambda each: (-(each.share.value or 0), str(each.keys)))
    return _table(
        ("Campaign", "Channel"),
        f"By campaign: {_called(goal)}",
        found,
        "A message of the engine's own has its trigger for a campaign; of all is of those with a "
        "touch.",
    )


def _templates(history: History, goal: Goal, asked: Asked) -> Table:
    """The messages themselves: what each trigger said, and by which channel."""
    keys = "template", "campaign", "channel"
    found = crediting.sums(history, keys, asked.level, "template IS NOT NULL")
    found.sort(key=lambda each: (-(each.share.value or 0), str(each.keys)))
    return _table(
        ("Template", "Trigger", "Channel"),
        f"By template: {_called(goal)}",
        found,
        "The engine's own messages; of all is of what they have together.",
    )


def _moves(history: History, goal: Goal, asked: Asked) -> Table:
    """The moves from stage to stage that conversions came with."""
    found = crediting.sums(history, ("move", "channel"), asked.level, "move IS NOT NULL")
    whole: dict[str, float] = {}
    for each in found:
        whole[each.keys[0]] = whole.get(each.keys[0], 0.0) + (each.share.value or 0.0)
    found.sort(
        key=lambda each: (-whole[each.keys[0]], each.keys[0], -(each.share.value or 0), each.keys)
    )
    return _table(
        ("Move", "Channel"),
        f"By move between stages: {_called(goal)}",
        found,
        "Conversions at whose instant, and before them, the customer moved; of all is of those.",
    )


# ---- models


def _models(
    history: History, goal: Goal, unit: str, asked: Asked
) -> tuple[tuple[Table, ...], tuple[Chart, ...]]:
    """What the models give to each channel, or campaign, over the paths that are followed up."""
    declared = history.ruleset.program.attributions.get(goal.attribution)
    model = None if declared is None else declared.model
    names = [
        name
        for (name,) in history.ask(
            "SELECT unit FROM followed WHERE newest <= $last "
            "GROUP BY unit ORDER BY count(*) DESC, unit",
            {"last": paths.last_known(history, goal.within)},
        )
    ]
    given = crediting.modelled(history, goal.within, model, names)
    found = {model: totals(values, asked.level) for model, values in given.items()}
    conversions_by_cluster = given["last"].sum(axis=1)
    paths.number(history, goal.within, names)
    for order in range(1, paths.MOST_REMEMBERED + 1):
        chain = paths.chain_of(history, names, order)
        found[f"Markov {order}"] = _markov(*chain, conversions_by_cluster, asked.level)
    note = (
        f"Conversions, by {count_of(int(conversions_by_cluster.sum()), 'path')} that led to one. "
        "By position and time decay are as the rules have them, or else 40/20/40 and a half-life "
        "of 7 days."
    )
    driven = tuple(model for model in found if model not in RULES)
    title = f"models side by side: {_called(goal)}"
    rules = {model: found[model] for model in RULES}
    data = {model: found[model] for model in driven}
    return (
        _side_by_side(f"Rule {title}", unit, names, rules, note),
        _side_by_side(f"Data-driven {title}", unit, names, data, ""),
    ), (_chart(unit, names, found, goal),)


def _markov(
    chain: Chain,
    counts: NDArray[np.float64],
    conversions_by_cluster: NDArray[np.float64],
    level: float,
) -> list[Estimate]:
    """Conversions by removal effect; intervals where the chain is not large."""
    _, effects = removal_effects(chain, counts.sum(axis=0))
    whole = conversions_by_cluster.sum()
    if effects.sum() <= 0:
        return [Estimate(None, n=0) for _ in effects]
    values = effects / effects.sum() * whole
    if chain.states > MOST_DENSE:
        return [Estimate(float(value)) for value in values]
    seen = drawn_effects(chain, drawn(counts, level, _DRAWN))
    with np.errstate(divide="ignore", invalid="ignore"):
        seen *= drawn(conversions_by_cluster[:, None], level, _DRAWN) / seen.sum(
            axis=1, keepdims=True
        )
    there = int((conversions_by_cluster > 0).sum())
    return [
        interval(float(value), seen[:, place], there, level) for place, value in enumerate(values)
    ]


def _side_by_side(
    title: str, unit: str, names: list[str], found: dict[str, list[Estimate]], note: str
) -> Table:
    heads = tuple((model[:1].upper() + model[1:], Unit.NUMBER) for model in found)
    rows: tuple[Row, ...] = tuple(
        (name, *(values[place] for values in found.values())) for place, name in enumerate(names)
    )
    return Table(columns(unit.capitalize(), *heads), rows, title, note)


def _chart(unit: str, names: list[str], found: dict[str, list[Estimate]], goal: Goal) -> Chart:
    return Bars(
        f"What models give to each {unit}: {_called(goal)}",
        Axis(unit, Unit.TEXT),
        Axis("conversions", Unit.NUMBER),
        tuple(
            Series(
                model,
                tuple(names),
                tuple(each.value for each in found[model]),
                tuple(each.low for each in found[model]),
                tuple(each.high for each in found[model]),
            )
            for model in _CHARTED
        ),
    )


# ---- words


def _headline(goal: Goal, count: int, by_channel: Sequence[Sum]) -> str:
    if not by_channel:
        return f"Nothing converted: {_called(goal)}."
    first, *_ = by_channel
    part = first.part
    between = "" if part.low is None else f" ({part.low:.0%} to {part.high:.0%})"
    return (
        f"Of {count_of(count, 'conversion')} of {goal.named} "
        f"`{first.keys[0]}` gets {part.value or 0:.0%}{between}."
    )


def _censored(goal: Goal, early: int, late: int | None) -> str:
    within = duration_literal(goal.within)
    told = (
        f"{count_of(early, 'conversion')} of {_called(goal)} came less than {within} after the "
        "beginning: touches before it are not known."
    )
    if late is None:
        return told
    are = "has its" if late == 1 else "have their"
    return (
        f"{told} {count_of(late, 'path')} {are} last touch less than {within} before the end and "
        "are left out of the models, whatever became of them."
    )
