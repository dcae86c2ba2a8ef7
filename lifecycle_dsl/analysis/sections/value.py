"""`value`: what customers are worth, observed and expected, by source and by path."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis import conversions
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Cell,
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
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.rendering.words import cell_text, duration_text
from lifecycle_dsl.analysis.reporting import Asked
from lifecycle_dsl.analysis.statistics import bgnbd, gamma_gamma
from lifecycle_dsl.analysis.statistics.fitted import Fitted, NotFittedError, following
from lifecycle_dsl.analysis.statistics.means import mean
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.analysis.statistics.sequential import Moments
from lifecycle_dsl.analysis.stays import SECOND, Floats, Ints, members_of, stays_of
from lifecycle_dsl.analysis.ways import FEWEST, horizon
from lifecycle_dsl.analysis.worth import Buyers, Groups, Worth, buyers, paths, sources, worth_of

ALL: Final = "all customers"
OTHERS: Final = "(others)"
_MOST: Final = 10
"""Groups that are told, the largest first."""
_AHEAD: Final = 52.0
"""Weeks that are looked ahead."""
_FITTED: Final = 10_000
"""Customers that parameters are fitted to at most."""
_BUYERS: Final = 4_000
"""Customers of whom expectations are computed at most, in each group."""


@frozen(eq=False)
class Expected:
    """What the models say of all buyers."""

    people: Buyers
    frequency: Fitted
    amount: Fitted | None
    why_no_amount: str = ""


def section(history: History, asked: Asked) -> Section:
    """Of each goal that conversions have worth for."""
    goals = conversions.goals(history)
    stays = stays_of(history)
    tables: list[Table] = []
    charts: list[Chart] = []
    notes: list[str] = []
    headlines: list[str] = []
    count = 0
    for goal in goals:
        worth = worth_of(history, goal)
        count += len(worth.who)
        found, said = sources(history, goal)
        told = f": {goal}" if len(goals) > 1 else ""
        if not len(worth.who):
            notes.append(f"There is no conversion for {goal}.")
            continue
        by_path = paths(stays)
        tables += [
            _observed(worth, found, f"Observed, by source{told}", said, asked.level),
            _observed(worth, by_path, f"Observed, by path{told}", True, asked.level),
        ]
        charts.append(_chart(worth, by_path, told, asked.level))
        expected = _expected(worth)
        if isinstance(expected, str):
            of = f" of `{goal.attribution}`" if len(goals) > 1 else ""
            notes.append(f"Nothing{of} is expected by BG/NBD: {expected}.")
        else:
            tables += _forecasts(expected, found, worth, told, asked.level)
            notes += _cautions(expected)
        of = f"`{goal.attribution}`: " if len(goals) > 1 else ""
        headlines.append(of + _headline(worth, expected, asked.level))
        notes += _about(worth, said)
    return Section(
        name="value",
        title="Lifetime value",
        definition=(
            "What a customer brought is the worth of their conversions, each whole, whoever is "
            "credited. What is expected is the number of purchases by BG/NBD (Fader, Hardie and "
            "Lee 2005) times their worth by Gamma-Gamma (Fader and Hardie 2013), not discounted."
        ),
        sample=f"{count_of(stays.customers, 'customer')}, {count_of(count, 'conversion')}",
        censored=(
            "Every life goes on after the end: what was brought so far can only grow. The value "
            "of the first time is of those who were followed through it."
            if stays.customers
            else "Nobody: there is no customer."
        ),
        headline=" ".join(headlines) or _nothing(goals),
        tables=tuple(tables),
        charts=tuple(charts),
        notes=tuple(dict.fromkeys(notes)),
    )


def _nothing(goals: tuple[Goal, ...]) -> str:
    if goals:
        return "Nobody has converted."
    return "Nothing says what customers are worth: give --goal, or declare an attribution."


def _headline(worth: Worth, expected: Expected | str, level: float) -> str:
    brought = mean(_moments(worth.totals()), level)
    said = f"A customer has brought {cell_text(brought, Unit.MONEY)} so far."
    if isinstance(expected, str):
        return said
    models = [expected.frequency] + ([expected.amount] if expected.amount else [])
    everybody = np.arange(len(expected.people.place))
    (ahead,) = _ahead(expected, models, [everybody], level)
    if expected.amount is None:
        return f"{said} A buyer is expected to buy {cell_text(ahead, Unit.NUMBER)} times in a year."
    return f"{said} A buyer is expected to bring {cell_text(ahead, Unit.MONEY)} in the next year."


def _about(worth: Worth, said: bool) -> list[str]:  # noqa: FBT001 — one of two kinds of source
    notes = []
    if not said:
        notes.append(
            "Where customers come from was not said by --source: it is the channel that got most "
            "of the credit of their first conversion, so that only those who converted have one."
        )
    if worth.masked:
        notes.append(f"{count_of(worth.masked, 'conversion')} of masked worth count as 0.")
    if worth.strangers:
        notes.append(
            f"{count_of(worth.strangers, 'conversion')} of people who are in no stage are left out."
        )
    refunds = int(worth.is_refund.sum())
    if refunds:
        notes.append(
            f"{count_of(refunds, 'conversion')} of negative worth, such as refunds, are no "
            "purchases: they are in what was brought, and not in what is expected."
        )
    notes.append(
        "Customers who took a path are not as others were before: the difference between paths is "
        "not what moving somebody along would bring."
    )
    return notes


def _moments(values: Floats) -> Moments:
    return Moments.of_sums(len(values), float(values.sum()), float((values**2).sum()))


def _largest(groups: Groups, count: int) -> list[tuple[str, Ints]]:
    """The largest groups and the rest together, each with its members."""
    named = list(zip(groups.names, members_of(groups.of, len(groups.names)), strict=True))
    found = sorted((each for each in named if len(each[1])), key=lambda each: -len(each[1]))
    if len(found) > count:
        rest = np.sort(np.concatenate([places for _, places in found[count:]]))
        return [*found[:count], (OTHERS, rest)]
    return found


def _observed(
    worth: Worth,
    groups: Groups,
    title: str,
    is_of_all: bool,  # noqa: FBT001 — one of two kinds of groups
    level: float,
) -> Table:
    within = horizon((worth.end - worth.began) / SECOND)
    followed = (worth.end - worth.began) / SECOND >= within
    totals, counts = worth.totals(), worth.counts()
    early = worth.early(int(within * SECOND))
    named = _largest(groups, _MOST)
    if is_of_all:
        named.append((ALL, np.arange(worth.customers)))
    rows: list[Row] = []
    for name, members in named:
        seen = members[followed[members]]
        rows.append(
            (
                name,
                len(members),
                wilson(int((counts[members] > 0).sum()), len(members), level),
                int(counts[members].sum()),
                mean(_moments(totals[members]), level),
                mean(_moments(early[seen]), level)
                if len(seen) >= FEWEST
                else Estimate(None, n=len(seen)),
            )
        )
    return Table(
        columns(
            title.rpartition("by ")[2].partition(":")[0].capitalize(),
            ("Customers", Unit.COUNT),
            ("Converted", Unit.SHARE),
            ("Conversions", Unit.COUNT),
            ("Brought so far", Unit.MONEY),
            (f"In the first {duration_text(within)}", Unit.MONEY),
        ),
        tuple(rows),
        title=title,
        note=(
            f"Each on average; the last of those who were followed for {duration_text(within)}, "
            "and not said of fewer than ten of them."
        ),
    )


def _chart(worth: Worth, groups: Groups, told: str, level: float) -> Bars:
    totals = worth.totals()
    named = _largest(groups, _MOST)
    found = [mean(_moments(totals[members]), level) for _, members in named]
    return Bars(
        f"Brought so far, by path{told}",
        Axis("path", Unit.TEXT),
        Axis("worth of a customer", Unit.MONEY),
        (
            Series(
                "brought",
                tuple(name for name, _ in named),
                tuple(each.value for each in found),
                tuple(each.low for each in found),
                tuple(each.high for each in found),
            ),
        ),
    )


def _expected(worth: Worth) -> Expected | str:
    """The fitted models, or why there are none."""
    people = buyers(worth)
    # Customers stand in the order of a hash, so that the first ones are as good as drawn.
    some = slice(0, _FITTED)
    past = people.purchases
    chosen = bgnbd.Purchases(past.again[some], past.last[some], past.seen[some])
    try:
        frequency = bgnbd.fitted(chosen)
    except NotFittedError as error:
        return str(error)
    try:
        amount = gamma_gamma.fitted(chosen.again, people.mean[some])
    except NotFittedError as error:
        return Expected(people, frequency, None, str(error))
    if amount.values[1] <= 1:
        return Expected(
            people, frequency, None, "worth varies so much that it has no mean (q <= 1)"
        )
    return Expected(people, frequency, amount)


def _forecasts(
    expected: Expected, groups: Groups, worth: Worth, told: str, level: float
) -> list[Table]:
    people = expected.people
    place = np.full(worth.customers, -1, dtype=np.int64)
    place[people.place] = np.arange(len(people.place))
    named = [(name, place[members]) for name, members in _largest(groups, _MOST)]
    named = [(name, members[members >= 0]) for name, members in named]
    everybody = ("all who converted", np.arange(len(people.place)))
    named = [each for each in [*named, everybody] if len(each[1])]
    members = [each for _, each in named]
    often = _ahead(expected, [expected.frequency], members, level)
    stay = _alive(expected, members, level)
    each_row: list[list[Cell]] = [
        [name, len(group), one, two]
        for (name, group), one, two in zip(named, stay, often, strict=True)
    ]
    titles: list[str | tuple[str, Unit]] = [
        "Source",
        ("Customers", Unit.COUNT),
        ("Still active", Unit.SHARE),
        ("Purchases in a year", Unit.NUMBER),
    ]
    if expected.amount is not None:
        titles.append(("Worth in a year", Unit.MONEY))
        brings = _ahead(expected, [expected.frequency, expected.amount], members, level)
        for row, value in zip(each_row, brings, strict=True):
            row.append(value)
    return [
        Table(
            columns(*titles),
            tuple(tuple(row) for row in each_row),
            title=f"Expected of those who converted, in the 52 weeks after the end{told}",
            note=(
                "Each on average. Intervals are about the parameters, and not about what chance "
                "will do to each customer."
            ),
        ),
        _parameters(expected, told, level),
    ]


def _ahead(
    expected: Expected, models: list[Fitted], groups: list[Ints], level: float
) -> list[Estimate]:
    """Purchases of each group's customers in a year; their worth if there are two models."""
    past, chosen = expected.people.purchases, [_some(each) for each in groups]

    def per_customer(frequency: Floats, amount: Floats | None = None) -> list[Floats]:
        found = []
        for group in chosen:
            x, last, seen = past.again[group], past.last[group], past.seen[group]
            often = bgnbd.expected(frequency, x, last, seen, _AHEAD)
            if amount is not None:
                known = np.where(expected.people.mean[group] > 0, x, 0.0)
                often = often * gamma_gamma.expected(amount, known, expected.people.mean[group])
            found.append(often[np.isfinite(often)])
        return found

    return following(models, per_customer, level, [len(each) for each in groups])


def _alive(expected: Expected, groups: list[Ints], level: float) -> list[Estimate]:
    past, chosen = expected.people.purchases, [_some(each) for each in groups]

    def share(parameters: Floats) -> list[Floats]:
        return [
            bgnbd.alive(parameters, past.again[each], past.last[each], past.seen[each])
            for each in chosen
        ]

    found = following([expected.frequency], share, level, [len(each) for each in groups])
    return [
        Estimate(each.value, each.low, None if each.high is None else min(each.high, 1.0), each.n)
        for each in found
    ]


def _some(members: Ints) -> Ints:
    """As many as expectations are computed of; the order is that of a hash."""
    return members[:_BUYERS]


def _parameters(expected: Expected, told: str, level: float) -> Table:
    rows: list[Row] = []
    for title, model in (("BG/NBD", expected.frequency), ("Gamma-Gamma", expected.amount)):
        if model is not None:
            rows += [(title, name, model.parameter(name, level)) for name in model.names]
            rows.append((title, "log likelihood", model.log_likelihood))
    return Table(
        columns("Model", "Parameter", ("Value", Unit.NUMBER)),
        tuple(rows),
        title=f"Parameters of the models; time is in weeks{told}",
        note=(
            "Conversions of one day are one purchase. Fitted to "
            f"{count_of(expected.frequency.n, 'customer')} who converted"
            + (
                f", {expected.amount.n:,} of whom came again."
                if expected.amount is not None
                else "."
            )
        ),
    )


def _cautions(expected: Expected) -> list[str]:
    if expected.amount is None:
        return [f"No worth is expected by Gamma-Gamma: {expected.why_no_amount}."]
    people = expected.people
    told = (people.purchases.again > 0) & (people.mean > 0)
    x, worth = people.purchases.again[told], people.mean[told]
    if x.std() == 0 or worth.std() == 0:
        return []
    together = float(np.corrcoef(x, worth)[0, 1])
    said = "Gamma-Gamma supposes that who buys often spends as much each time as others"
    return [f"{said}: their correlation is {together:.2f}."]
