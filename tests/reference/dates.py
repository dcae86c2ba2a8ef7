"""The instants that a trait's date or time gives, and those of `every`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.localtime import (
    DAY,
    LAST_INSTANT,
    add_days,
    next_anniversary,
    next_month_time,
    next_weekday_time,
)
from lifecycle_dsl.program.rules import OccursDates, OccursEvery, OnDates, Transition
from lifecycle_dsl.program.types import DATE
from tests.reference.customer import Moment, Value


def next_every(m: Moment, every: OccursEvery, used_up_to: int | None) -> int | None:
    """The first such local time after the first record, a change of zone, and the last one run."""
    after = latest(m.customer.first, m.customer.zone_at, used_up_to)
    if every.weekdays is None:
        found = next_month_time(m.zone, after, every.time_of_day)
    else:
        found = next_weekday_time(m.zone, after, every.weekdays, every.time_of_day)
    return found if found <= LAST_INSTANT else None


def next_date(m: Moment, occurs: OccursDates, used_up_to: int | None) -> int | None:
    """The first instant of a trigger's dates.

    It lies after the first record, after what last changed the trait's value or the zone, and
    after the last one that has run.
    """
    changed = m.customer.changed_at.get(occurs.dates.trait)
    after = latest(m.customer.first, changed, m.customer.zone_at, used_up_to)
    return min(instants_after(m, occurs, after), default=None)


def latest(*instants: int | None) -> int:
    """The latest of those that are there."""
    return max(instant for instant in instants if instant is not None)


def instants_after(m: Moment, occurs: OccursDates, after: int) -> Iterator[int]:
    """Of each shift, the first instant after another, if there is one."""
    base = m.customer.traits[occurs.dates.trait]
    if base is None:
        return
    for shift in occurs.dates.shifts:
        due = first_after(m, occurs, base, shift, after)
        if due is not None and due <= LAST_INSTANT:
            yield due


def first_after(m: Moment, occurs: OccursDates, base: int, shift: int, after: int) -> int | None:
    """The first instant after another that a value with one of its shifts gives."""
    is_date = m.program.traits[occurs.dates.trait].type == DATE
    if occurs.dates.yearly:
        day, days = (base, shift // DAY) if is_date else (m.zone.local_day(base + shift), 0)
        return first_return(m, day, days, occurs.time_of_day or 0, after)
    if is_date:
        due = m.zone.instant(add_days(base, shift // DAY), occurs.time_of_day or 0)
    elif occurs.time_of_day is None:
        due = base + shift
    else:
        due = m.zone.instant(m.zone.local_day(base + shift), occurs.time_of_day)
    return due if due > after else None


def first_return(m: Moment, day: int, days: int, time_of_day: int, after: int) -> int | None:
    """The first instant after another of a date's yearly returns, so many days later each."""
    since = m.zone.local_day(after) - days - 2
    while (found := next_anniversary(day, since)) is not None:
        due = m.zone.instant(add_days(found, days), time_of_day)
        if due > after:
            return due
        since = found + 1
    return None


def dates_basis(m: Moment, transition: Transition) -> tuple[Value, ...]:
    """What a date's instants start from: another value or another stay starts them anew."""
    assert isinstance(transition.moving, OnDates)
    return (m.customer.traits[transition.moving.trait], dates_entered(m, transition))


def dates_entered(m: Moment, transition: Transition) -> int:
    """When the stay began in which the date is looked at."""
    sources = transition.sources if transition.is_from_rule else (m.customer.stage or "",)
    return m.customer.came_into(sources)


def dates_left(m: Moment, transition: Transition, done: Value) -> list[int]:
    """The instants of a transition's date that have not been looked at since they were computed.

    `done` is the basis of those that were, and when that was.
    """
    moving = transition.moving
    assert isinstance(moving, OnDates)
    base = m.customer.traits[moving.trait]
    if base is None:
        return []
    basis, used_up_to = done or (None, None)
    if basis != dates_basis(m, transition):
        used_up_to = None
    is_date = m.program.traits[moving.trait].type == DATE
    left = []
    for shift in moving.shifts:
        if moving.yearly:
            start = max(dates_entered(m, transition), m.customer.trait_at.get(moving.trait, 0))
            day, days = (base, shift // DAY) if is_date else (m.zone.local_day(base + shift), 0)
            due = yearly_due(m, day, days, start, used_up_to)
        elif is_date:
            due = m.zone.day_start(add_days(base, shift // DAY))
        else:
            due = base + shift
        if due is not None and due <= LAST_INSTANT and (used_up_to is None or due > used_up_to):
            left.append(due)
    return left


def yearly_due(m: Moment, base: int, shift: int, start: int, used_up_to: int | None) -> int | None:
    """The first yearly return after what is used up; at first that of the start's day counts."""
    since = m.zone.local_day(start) - shift
    if used_up_to is not None:
        since = max(since, m.zone.local_day(used_up_to) - shift + 1)
    day = next_anniversary(base, since)
    return None if day is None else m.zone.day_start(add_days(day, shift))
