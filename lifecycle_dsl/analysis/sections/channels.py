"""`channels`: what messages cost, what is credited to them, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from lifecycle_dsl.analysis import conversions, holdout
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Chart,
    Column,
    Estimate,
    Lines,
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
from lifecycle_dsl.analysis.lift import Followed, followed
from lifecycle_dsl.analysis.money import OURS, Money, gather, moneys, touched_by
from lifecycle_dsl.analysis.rendering.words import number_text
from lifecycle_dsl.analysis.reporting import Asked

ANY: Final = "any channel"
_MOST_TEMPLATES: Final = 40
_MOST_CAMPAIGNS: Final = 40
_SAID: Final = f"{OURS} AND template IS NOT NULL"
"""Marketing messages, which may be credited."""
_SENT: Final = columns(
    ("Sent", Unit.COUNT),
    ("Customers", Unit.COUNT),
    ("Cost", Unit.MONEY),
)
_CREDITED: Final = columns(
    ("Conversions", Unit.COUNT),
    ("Worth", Unit.MONEY),
    ("Return", Unit.CHANGE),
)
_TEMPLATES: Final = """
    CREATE OR REPLACE TEMP TABLE templates AS
    SELECT channel, template, customer, count(*) AS messages, min(rowid) AS place,
        arg_min(instant, rowid) AS instant
    FROM decisions WHERE kind = 'sent' AND NOT coalesce(draft, false)
    GROUP BY channel, template, customer
"""
_COUNTED: Final = """
    SELECT channel, template, sum(messages)::BIGINT AS sent, count(*) FROM templates
    GROUP BY channel, template ORDER BY sent DESC, channel, template
"""
_FIRST_OF_TEMPLATES: Final = """
    SELECT channel || chr(31) || template AS name, customer, instant, place FROM templates
"""
_TOO_LATE: Final = """
    SELECT count(*) FROM decisions
    WHERE kind = 'sent' AND NOT coalesce(draft, false) AND instant + to_microseconds(?) > ?
"""

_DEAF: Final = (
    "`{goal}` takes no message by {channels} for a touch, so no return is asked of those; "
    "`touch sends` in the attribution gives them their part."
)
_PASSED: Final = """
    WITH passed AS (
        SELECT rule, channel, customer, min(rowid) AS place, arg_min(instant, rowid) AS instant
        FROM decisions
        WHERE kind = 'sent' OR (kind = 'held' AND step IS NOT NULL
            AND reason IN ('holdout', 'quiet', 'cap', 'no_channel'))
        GROUP BY rule, channel, customer
    )
    SELECT '{any}' AS name, customer, instant, place FROM passed WHERE rule IN ({marketing})
    UNION ALL
    SELECT channel, customer, instant, place FROM passed
    WHERE rule IN ({direct}) AND channel IS NOT NULL
"""


@frozen
class _Part:
    """What is said about one goal."""

    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    headlines: tuple[str, ...]
    notes: tuple[str, ...] = ()


def section(history: History, asked: Asked) -> Section:
    """Of all channels that the rules declare, and of what else conversions are credited to."""
    goals = conversions.goals(history)
    parts = [_part(history, goal, asked) for goal in goals] or [_part(history, None, asked)]
    sent, lasting = _templates(history, goals, asked)
    return Section(
        name="channels",
        title="Channels and what they return",
        definition=(
            "The cost of a channel is that of its messages by the rules; conversions and their "
            "worth are credited by the model of the attribution; the return is what came back "
            "beyond the cost, so that +100 % is twice the cost. Its interval comes from drawing "
            "customers anew (bootstrap)."
        ),
        sample=count_of(sent, "message"),
        censored=_censored(history, goals),
        headline=" ".join(each for part in parts for each in part.headlines)
        or f"{count_of(sent, 'message')} went out.",
        tables=tuple(each for part in parts for each in part.tables if each.rows) + lasting,
        charts=tuple(each for part in parts for each in part.charts),
        notes=tuple(dict.fromkeys([*_notes(history, goals), *(n for p in parts for n in p.notes)])),
    )


def _part(history: History, goal: Goal | None, asked: Asked) -> _Part:
    gather(history, goal, asked.by.value)
    by_channel = moneys(history, "channel", "true", asked.level)
    whole = moneys(history, "whole", OURS, asked.level)
    if goal is None:
        return _Part((_channels(by_channel, whole, None),), (), ())
    by_campaign = moneys(history, "campaign, channel", OURS, asked.level)
    by_template = moneys(history, "template, channel", _SAID, asked.level)
    by_period = moneys(history, "period", OURS, asked.level)
    touching = touched_by(history, goal)
    deaf = [
        each.keys[0]
        for each in by_channel
        if each.cost is not None and each.keys[0] not in touching and not each.conversions
    ]
    if deaf:
        by_channel = tuple(_unasked(each, each.keys[0] in deaf) for each in by_channel)
        by_campaign = tuple(_unasked(each, each.keys[1] in deaf) for each in by_campaign)
    ours = {each.keys[0] for each in by_channel if each.cost is not None}
    nothing = bool(ours) and ours <= set(deaf)
    if nothing:
        whole = tuple(_unasked(each, True) for each in whole)
        by_period = tuple(_unasked(each, True) for each in by_period)
    found = _Part(
        (
            _channels(by_channel, whole, goal),
            _campaigns(history, by_campaign),
            _said([each for each in by_template if each.keys[1] not in deaf]),
            _periods(by_period, asked),
        ),
        (*_returns(by_channel, goal), *(() if nothing else _trend(by_period, goal, asked))),
        (_headline(whole, goal),) if whole and not nothing else (),
        (_DEAF.format(goal=goal.attribution, channels=_named(deaf)),) if deaf else (),
    )
    history.ask("DROP TABLE money")
    return _with_lift(history, goal, asked, found) if holdout.share(history) else found


def _unasked(found: Money, is_so: bool) -> Money:  # noqa: FBT001 — of a row
    """The same without a return, where no credit can come."""
    return evolve(found, back=Estimate(None)) if is_so else found


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _channels(by_channel: Sequence[Money], whole: Sequence[Money], goal: Goal | None) -> Table:
    ours = [each for each in by_channel if each.cost is not None]
    others = [each for each in by_channel if each.cost is None]
    rows = [*ours, *(whole if len(ours) > 1 else ()), *others]
    credit = goal is not None
    return Table(
        _table("Channel", credit=credit),
        tuple((each.keys[0], *_cells(each, credit=credit)) for each in rows),
        title=f"By channel: {goal}" if goal else "By channel",
        note=(
            "No message goes out by what has neither messages nor a cost here; `direct` is what no "
            "touch preceded."
            if others
            else ""
        ),
    )


def _campaigns(history: History, found: Sequence[Money]) -> Table:
    kept = sorted(found, key=lambda each: (-each.sent, str(each.keys)))[:_MOST_CAMPAIGNS]
    silent = {
        each.name
        for each in history.ruleset.program.triggers
        if not holdout.is_marketing(each, history.ruleset.program)
    }
    unasked = any(each.keys[0] in silent and not each.conversions for each in kept)
    rows = [
        (
            *each.keys,
            *cells[:-1],
            None if each.keys[0] in silent and not each.conversions else cells[-1],
        )
        for each, cells in ((each, _cells(each, credit=True)) for each in kept)
    ]
    note = (
        "Transactional messages are no touches, so no return is asked of them." if unasked else ""
    )
    return Table(
        (Column("Trigger"), *_table("Channel", credit=True)),
        tuple(rows),
        title="By trigger",
        note=f"{_more(len(found), len(kept))} {note}".strip(),
    )


def _said(found: Sequence[Money]) -> Table:
    """Empty where no credit tells a template: those of older logs do not."""
    kept = sorted(found, key=lambda each: (-each.sent, str(each.keys)))[:_MOST_TEMPLATES]
    told = any(each.conversions for each in found)
    return Table(
        (Column("Template"), *_table("Channel", credit=True)),
        tuple((*each.keys, *_cells(each, credit=True)) for each in kept) if told else (),
        title="Return by template",
        note=_more(len(found), len(kept)),
    )


def _periods(found: Sequence[Money], asked: Asked) -> Table:
    return Table(
        (Column(f"{asked.by.value} from".capitalize(), Unit.DATE), *_table("", credit=True)[1:]),
        tuple((each.keys[0].isoformat(), *_cells(each, credit=True)) for each in found),
        title=f"By {asked.by.value}",
        note=(
            "Costs stand when messages were sent, worth when conversions happened, so the return "
            "of one period may belong to the messages of the one before."
        ),
    )


def _table(first: str, *, credit: bool) -> tuple[Column, ...]:
    return (Column(first), *_SENT, *(_CREDITED if credit else ()))


def _cells(each: Money, *, credit: bool) -> Row:
    sent = (None, None) if each.cost is None else (each.sent, each.customers)
    behind = (round(each.conversions, 9), each.worth, each.back) if credit else ()
    return *sent, each.cost, *behind


def _templates(
    history: History, goals: Sequence[Goal], asked: Asked
) -> tuple[int, tuple[Table, ...]]:
    """How many messages there are, and the table of templates."""
    history.ask(_TEMPLATES)
    counted = history.ask(_COUNTED)
    kept = counted[:_MOST_TEMPLATES]
    costs = {name: each.cost for name, each in history.ruleset.program.channels.items()}
    later = [(goal, followed(history, _FIRST_OF_TEMPLATES, goal)) for goal in goals[:1]]
    rows: list[Row] = []
    for channel, template, sent, people in kept:
        cost = sent * costs[channel] if channel in costs else None
        follow = [each[f"{channel}\x1f{template}"].messaged.rate(asked.level) for _, each in later]
        rows.append((template, channel, sent, people, cost, *follow))
    converted = (Column("Converted", Unit.SHARE),) if later else ()
    follow_up = (
        f" Converted is the share of customers who did so within the goal's window after their "
        f"first such message ({goals[0]}); what comes after is not said to come from it."
        if later
        else ""
    )
    table = Table(
        (Column("Template"), Column("Channel"), *_SENT, *converted),
        tuple(rows),
        title="By template",
        note=(_more(len(counted), len(kept)) + follow_up).strip(),
    )
    history.ask("DROP TABLE templates")
    return sum(each[2] for each in counted), (table,) if rows else ()


def _more(there: int, shown: int) -> str:
    return "" if there == shown else f"The {shown} with the most messages, of {there}."


def _returns(by_channel: Sequence[Money], goal: Goal) -> Iterator[Chart]:
    known = [each for each in by_channel if each.back.value is not None]
    if known:
        yield Bars(
            f"Return by channel: {goal}",
            Axis("channel", Unit.TEXT),
            Axis("(worth - cost) / cost", Unit.CHANGE),
            (
                Series(
                    "return",
                    tuple(each.keys[0] for each in known),
                    tuple(each.back.value for each in known),
                    tuple(each.back.low for each in known),
                    tuple(each.back.high for each in known),
                ),
            ),
        )


def _trend(by_period: Sequence[Money], goal: Goal, asked: Asked) -> Iterator[Chart]:
    if len(by_period) > 2:
        x = tuple(each.keys[0].isoformat() for each in by_period)
        yield Lines(
            f"Worth and cost by {asked.by.value}: {goal}",
            Axis(asked.by.value, Unit.DATE),
            Axis("credited worth, and cost", Unit.MONEY),
            (
                Series("worth", x, tuple(each.worth for each in by_period)),
                Series("cost", x, tuple(each.cost for each in by_period)),
            ),
        )


def _headline(whole: Sequence[Money], goal: Goal) -> str:
    (found,) = whole
    told = f"{count_of(found.sent, 'message')} cost {number_text(found.cost or 0.0, Unit.MONEY)}"
    if found.worth is None:
        return f"{told}."
    worth = number_text(found.worth, Unit.MONEY)
    return f"{told} and are credited with {worth} of {goal.named}."


def _with_lift(history: History, goal: Goal, asked: Asked, part: _Part) -> _Part:
    """The same, with what changed against those held out."""
    # Statistics that only a holdout asks for take their time to load.
    from lifecycle_dsl.analysis import comparisons  # noqa: PLC0415

    share = holdout.share(history)
    found = followed(history, _passed(history), goal)
    lifts = comparisons.lifts_of(found, share, asked.level)
    if not lifts:
        return part
    table = comparisons.lift_table(lifts, "Channel", goal, asked.level)
    return _Part(
        (*part.tables, evolve(table, note=f"{_of_all_messages(found)} {table.note}")),
        (*part.charts, comparisons.lift_chart(lifts, "channel", goal)),
        (*part.headlines, comparisons.lift_headline(lifts, goal)),
        (*part.notes, _FROM_WHEN, *comparisons.cautions(lifts, share, asked.level)),
    )


def _of_all_messages(found: Mapping[str, Followed]) -> str:
    """What no row of a channel says, and which rows are of the customers of the first."""
    whole = found.get(ANY, Followed())
    # INVARIANT: a channel's customers are among those of any, so as many are the same.
    same = [name for name, each in found.items() if name != ANY and _sizes(each) == _sizes(whole)]
    told = (
        "A row is the lift of all messages together to the customers of its channel, and not of "
        "what that channel alone does."
    )
    if not same:
        return told
    says = "says" if len(same) == 1 else "say"
    whose = f"{_named(same)} {'has' if len(same) == 1 else 'have'}"
    return f"{told} {whose} the same customers as `{ANY}`, and so {says} nothing beside it."


def _sizes(found: Followed) -> tuple[int, int]:
    """Of both arms, with those whose window has not passed."""
    may, held = found.messaged, found.held_out
    return may.n + may.too_late, held.n + held.too_late


_FROM_WHEN: Final = (
    "The lift of a channel starts with the first message that passed all up to the holdout: sent, "
    "held by it, or stopped only behind it by quiet hours or a cap; both arms are counted alike. "
    "Triggers that take a route are counted in `any channel` alone, since no channel is chosen for "
    "those held out."
)


def _passed(history: History) -> str:
    """Places at which a message came as far as the holdout, by channel and together."""
    program = history.ruleset.program
    marketing = [each for each in program.triggers if holdout.is_marketing(each, program)]
    direct = [each for each in marketing if all(step.channel for step in holdout.sends(each))]
    return _PASSED.format(
        any=ANY,
        marketing=_listed([each.name for each in marketing]),
        direct=_listed([each.name for each in direct]),
    )


def _listed(names: Sequence[str]) -> str:
    """Names of the language, which hold no quote, as a list of SQL; never empty."""
    return ", ".join(f"'{name}'" for name in ("", *names))


def _notes(history: History, goals: Sequence[Goal]) -> Iterator[str]:
    free = [name for name, each in history.ruleset.program.channels.items() if each.cost <= 0]
    if free:
        names = ", ".join(f"`{name}`" for name in free)
        yield f"No cost is declared for {names}, so no return is known there."
    if not goals:
        yield (
            "No goal is known, so nothing is credited: declare an `attribution`, or run over "
            "events with --goal."
        )
    else:
        yield (
            "Credit says who was there before a conversion, not what would have been without the "
            "message; that is the lift over the holdout."
        )
    if not holdout.share(history):
        yield holdout.NONE


def _censored(history: History, goals: Sequence[Goal]) -> str:
    if not goals:
        return "Nothing is followed up, so nothing is censored."
    window = max(each.within for each in goals)
    ((late,),) = history.ask(_TOO_LATE, [window, instant_of(history.end)])
    if not late:
        return "All messages are older than the goal's window, so nothing is censored."
    return (
        f"{count_of(late, 'message')} are younger than the goal's window: their cost counts in "
        "full, and some of what they bring is still to come. Lifts leave them out."
    )
