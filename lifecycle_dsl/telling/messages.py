"""What guards messages: consent, blocks, quiet times, caps, the holdout; and routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import (
    WEEKDAYS,
    DailyHours,
    Season,
    Weekdays,
    format_date,
    format_time_of_day,
)
from lifecycle_dsl.program import messages as m
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import condition, value
from lifecycle_dsl.telling.items import Entry, Item
from lifecycle_dsl.telling.marks import name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import per


def everywhere(program: Program, known: Vocabulary) -> tuple[Item, ...]:
    """What guards every message."""
    found = program.message_guards
    parts = [*_guards(m.MessageGuards(blocks=found.blocks, quiet=found.quiet), known)]
    parts += [Item(_joint(cap)) for cap in found.caps]
    if found.holdout:
        share = format_number(found.holdout / 100)
        told = f"{share} % of the customers are never messaged"
        parts.append(Item(f"{told}, so that the effect can be measured."))
    return tuple(parts)


def channels(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """What guards each channel."""
    found = []
    for each in program.channels.values():
        items = [*_guards(each.guards, known)]
        if each.cost:
            items.append(Item(f"A message costs {format_number(each.cost)}."))
        free = () if items else (Item("Nothing of its own guards it."),)
        found.append(Entry(each.name, None, comments.above(each.span), (*items, *free)))
    return tuple(found)


def topics(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """What guards the messages about each topic."""
    found = []
    for each in program.topics.values():
        items = [*_guards(each.guards, known)]
        if each.transactional:
            told = "Such messages are owed to the customer: no consent, quiet time, cap or holdout"
            items.insert(0, Item(f"{told} of others stops them."))
        free = () if items else (Item("Nothing of its own guards it."),)
        found.append(Entry(each.name, None, comments.above(each.span), (*items, *free)))
    return tuple(found)


def routes(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """Which channel a route takes."""
    found = []
    for route in program.routes.values():
        lines: dict[tuple[str, ...], list[str]] = {}
        for stage, order in route.channels.items():
            lines.setdefault(order, []).append(stage)
        items = [
            Item(f"In {listed(map(name, stages))}: {', then '.join(map(name, order)) or 'none'}.")
            for order, stages in lines.items()
        ]
        if route.preferences:
            by = (f"{name(channel)} by {value(v, known)}" for channel, v in route.preferences)
            items.append(Item(f"What a customer answers more goes first: {listed(by, 'and')}."))
        lead = "The first channel with consent and with room is taken:"
        found.append(
            Entry(route.name, None, comments.above(route.span), tuple(items), leads=(lead,))
        )
    return tuple(found)


def _guards(found: m.MessageGuards, known: Vocabulary) -> Iterator[Item]:
    if found.consent is not None:
        yield Item(f"A message needs consent: {condition(found.consent, known)}.")
    for block in found.blocks:
        yield Item(
            f"Nothing is sent while {condition(block.condition, known)} ({name(block.name)})."
        )
    for quiet in found.quiet:
        yield Item(f"Quiet {_quiet(quiet)}: messages wait until it is over.")
    for cap in found.caps:
        yield Item(f"At most {cap.count:,}{per(cap.per)} for one customer.")


def _quiet(found: m.QuietTime) -> str:
    match found:
        case DailyHours(start=start, end=end):
            return f"from {format_time_of_day(start)} to {format_time_of_day(end)}"
        case Weekdays(days=days):
            return f"on {listed((WEEKDAYS[d].capitalize() for d in sorted(days)), 'and')}"
        case Season(ranges=ranges):
            return listed((_days(first, last) for first, last in ranges), "and")
        case _:
            assert_never(found)


def _days(first: int, last: int) -> str:
    if first == last:
        return f"on {format_date(first)}"
    return f"from {format_date(first)} to {format_date(last)}"


def _joint(cap: m.JointCap) -> str:
    if cap.channels is None:
        return f"At most {cap.count:,} messages{per(cap.per)} for one customer, by all channels."
    together = listed(map(name, cap.channels), "and")
    return f"At most {cap.count:,} messages{per(cap.per)} for one customer by {together} together."
