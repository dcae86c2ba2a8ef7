"""Checked channels, topics, routes and what guards every message, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import (
    WEEKDAYS,
    DailyHours,
    Season,
    Weekdays,
    duration_literal,
    format_date,
    format_time_of_day,
)
from lifecycle_dsl.program import messages as m
from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.expression_text import expression_text
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.program import Program


def message_lines(program: Program) -> Iterator[str]:
    """All that messages pass."""
    for channel in program.channels.values():
        cost = f" cost {format_number(channel.cost)}" if channel.cost else ""
        yield f"channel {_named(channel)}{cost}"
        yield from _guards(channel.guards)
    for topic in program.topics.values():
        yield f"topic {_named(topic)}{' transactional' if topic.transactional else ''}"
        yield from _guards(topic.guards)
    guards = program.message_guards
    yield from _blocks(guards.blocks)
    yield from quiet_lines(guards.quiet)
    for cap in guards.caps:
        yield f"cap {'all' if cap.channels is None else ', '.join(cap.channels)} {_cap(cap)}"
    if guards.holdout:
        yield f"holdout {guards.holdout} of 10000"
    for route in program.routes.values():
        yield from _route(route)


def _named(declaration: Declaration) -> str:
    was = "" if declaration.was is None else f" was {declaration.was}"
    return f"{declaration.name}{was}"


def _guards(guards: m.MessageGuards) -> Iterator[str]:
    if guards.consent is not None:
        yield f"  consent {expression_text(guards.consent)}"
    yield from (f"  {line}" for line in _blocks(guards.blocks))
    yield from (f"  {line}" for line in quiet_lines(guards.quiet))
    yield from (f"  cap {_cap(cap)}" for cap in guards.caps)


def _blocks(blocks: Iterable[m.Block]) -> Iterator[str]:
    for block in blocks:
        yield f"block {block.name} when {expression_text(block.condition)}"


def quiet_lines(windows: Iterable[m.QuietTime]) -> Iterator[str]:
    """Quiet times, a line each."""
    for window in windows:
        match window:
            case DailyHours(start, end):
                yield f"quiet {format_time_of_day(start)} to {format_time_of_day(end)}"
            case Weekdays(days):
                yield f"quiet on {', '.join(WEEKDAYS[day] for day in sorted(days))}"
            case Season(ranges):
                spans = (f"{format_date(first)} to {format_date(last)}" for first, last in ranges)
                yield f"quiet during {', '.join(spans)}"


def _cap(cap: m.Cap) -> str:
    per = cap.per.value if isinstance(cap.per, Period) else duration_literal(cap.per)
    return f"{cap.count} per {per}"


def _route(route: m.Route) -> Iterator[str]:
    yield f"route {_named(route)}"
    for stage, channels in route.channels.items():
        yield f"  {stage}: {', '.join(channels)}"
    for channel, value in route.preferences:
        yield f"  prefer {channel} by {expression_text(value)}"
