"""Quiet times that leave no time to send in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import channels_of, quiet_on, sends
from lifecycle_dsl.localtime import DAY, DailyHours, Weekdays
from lifecycle_dsl.program.messages import QuietTime
from lifecycle_dsl.program.rules import OccursDates, OccursEvery, Trigger
from lifecycle_dsl.program.steps import Send


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Messages that are always held back: for ever, or whenever their trigger fires."""
    seen: set[str] = set()
    for trigger in rules.program.triggers:
        for send in sends(trigger):
            channels = channels_of(rules.program, send)
            always = [c for c in channels if is_shut(quiet_on(rules.program, trigger, c))]
            if always and len(always) == len(channels) and always[0] not in seen:
                seen.add(always[0])
                yield warning(
                    "quiet-all-day",
                    f"no message by `{always[0]}` ever goes out",
                    send.span,
                    "its quiet times, with those of topic and file, leave no hour of the week",
                    help="open some hours: a window ends where the next may begin",
                )
        yield from _at_night(rules, trigger)


def is_shut(quiet: Sequence[QuietTime], hours: tuple[int, int] | None = None) -> bool:
    """Whether quiet times fill the week, or certain hours of each of its days."""
    hourly = [each for each in quiet if isinstance(each, DailyHours)]
    days = {day for each in quiet if isinstance(each, Weekdays) for day in each.days}
    edges = {0, *(each.start % DAY for each in hourly), *(each.end % DAY for each in hourly)}
    if hours is not None:
        edges.add(hours[0])
    if len(days) == 7:
        return True
    return all(
        any(each.holds(edge) for each in hourly)
        for edge in edges
        if hours is None or _holds(hours, edge)
    )


def _holds(hours: tuple[int, int], edge: int) -> bool:
    return DailyHours(*hours).holds(edge)


def _at_night(rules: Rules, trigger: Trigger) -> Iterator[Diagnostic]:
    """What is sent at once by a trigger whose hours are all quiet ones."""
    hours = _hours(trigger)
    first = trigger.steps[0] if trigger.steps else None
    if hours is None or not isinstance(first, Send):
        return
    channels = channels_of(rules.program, first)
    quiets = [quiet_on(rules.program, trigger, channel) for channel in channels]
    if all(is_shut(quiet, hours) and not is_shut(quiet) for quiet in quiets):
        yield warning(
            "quiet-all-day",
            f"`{trigger.name}` only ever fires in the quiet hours of what it sends",
            first.span,
            "always waits until they end",
            help="move its hours out of them, or say when the message is meant to go out",
        )


def _hours(trigger: Trigger) -> tuple[int, int] | None:
    match trigger.occurrence:
        case OccursEvery(time_of_day=at) | OccursDates(time_of_day=int() as at):
            return at, (at + 1) % DAY
        case _:
            return trigger.between
