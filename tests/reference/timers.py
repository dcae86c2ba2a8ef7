"""Timers: which rule is due when, and running what is due in order.

A timer's name is the transition's rule, the trigger's name with a prefix, or `watch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import frozen

from lifecycle_dsl.localtime import LAST_INSTANT, add_days, next_anniversary
from lifecycle_dsl.localtime.instants import DAY
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursAfter,
    OnDates,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
)
from lifecycle_dsl.program.types import DATE
from tests.reference.customer import Customer, Moment, Value
from tests.reference.evaluate import holds
from tests.reference.happenings import watch_value, watched
from tests.reference.instants import first_instant


@frozen
class Watch:
    """A watched segment or level."""

    of: Segment | Level

    @property
    def roots(self) -> tuple[Expression, ...]:
        """What its value comes from."""
        if isinstance(self.of, Level):
            return self.of.reaches
        return () if self.of.condition is None else (self.of.condition,)


Timer = Transition | Watch | Trigger

WATCH_STEP = "watch"
"""All watches run as one step."""


def name_of(timer: Timer) -> str:
    """The name under which a timer has run."""
    match timer:
        case Transition():
            return f"transition {timer.rule}"
        case Watch():
            return WATCH_STEP
        case Trigger():
            return f"trigger {timer.name}"
    assert_never(timer)


def timers(m: Moment) -> Iterator[Timer]:
    """What can be due for a customer, in the order of one instant."""
    assert m.customer.stage is not None
    for transition in m.program.stages[m.customer.stage].transitions:
        if isinstance(transition.moving, WhenTrue | After | OnDates):
            yield transition
    for declared in watched(m.program):
        yield Watch(declared)
    for trigger in m.program.triggers:
        if isinstance(trigger.occurrence, OccursAfter):
            yield trigger


def next_due(m: Moment, limit: int) -> int | None:
    """The first instant, from the clock up to the limit, at which a timer runs."""
    found = [due for timer in timers(m) if (due := due_of(m, timer, limit)) is not None]
    return min(found, default=None)


def due_of(m: Moment, timer: Timer, limit: int) -> int | None:
    """When a timer runs if nothing else does before, None if not up to the limit."""
    due = stored_due(m, timer, limit)
    if due is None:
        return None
    due = max(due, m.customer.clock)
    if due == m.customer.clock and name_of(timer) in m.customer.ran:
        # What is left over waits for the instant of the next input, and is looked at there.
        return limit if limit > due and is_due(m.at(limit), timer) else None
    return due if due <= limit else None


def left_over(program: Program, customer: Customer) -> bool:
    """Whether a timer that has run at the clock's instant is due there again."""
    m = Moment(program, customer, customer.clock, None, [])
    return any(name_of(timer) in customer.ran and is_due(m, timer) for timer in timers(m))


def is_due(m: Moment, timer: Timer) -> bool:
    """Whether a timer runs at this very instant, if it has not run already."""
    due = stored_due(m, timer, m.now)
    return due is not None and due <= m.now


def stored_due(m: Moment, timer: Timer, limit: int) -> int | None:
    """The due instant as the state gives it, at least wherever it is up to the limit."""
    match timer:
        case Transition():
            return transition_due(m, timer, limit)
        case Watch():
            return first_instant(
                m.without_record(),
                limit,
                timer.roots,
                lambda then: watch_value(then, timer.of) != m.customer.remembered[timer.of.name],
            )
        case Trigger():
            return trigger_due(m.customer, timer)
    assert_never(timer)


def transition_due(m: Moment, transition: Transition, limit: int) -> int | None:
    """The due instant of a way out of the present stage."""
    match transition.moving:
        case OnRecord() | AtPoints():
            return None
        case WhenTrue(condition=condition):
            if transition.target == m.customer.stage:
                return None
            return first_instant(
                m.without_record(), limit, (condition,), lambda then: holds(then, condition)
            )
        case After():
            start = after_start(m.customer, transition)
            used = m.customer.done.get(name_of(transition)) == start
            return None if used else start + transition.moving.micros
        case OnDates():
            return min(dates_left(m, transition), default=None)
    assert_never(transition.moving)


def after_start(customer: Customer, transition: Transition) -> int:
    """What `after` counts from: entering, or the later of that and the last of `without`."""
    entered = customer.entered
    if transition.is_from_rule:
        entered = set_entered(customer, transition.sources)
    return max([entered, *customer.last_seen.get(transition.rule, [])])


def set_entered(customer: Customer, stages: tuple[str, ...]) -> int:
    """When the customer came into these stages from outside; they are in one of them."""
    entered = customer.entered
    for at, stage in reversed(customer.stays):
        if stage not in stages:
            break
        entered = at
    return entered


def trigger_due(customer: Customer, trigger: Trigger) -> int | None:
    """The due instant of `after D without H`."""
    assert isinstance(trigger.occurrence, OccursAfter)
    if trigger.stages is not None and customer.stage not in trigger.stages:
        return None
    start = trigger_start(customer, trigger)
    if customer.done.get(name_of(trigger)) == start:
        return None
    return start + trigger.occurrence.micros


def trigger_start(customer: Customer, trigger: Trigger) -> int:
    """The latest of the last of `without`, the first record, and entering the stages."""
    starts = [customer.first, *customer.last_seen.get(trigger.name, [])]
    if trigger.stages is not None:
        starts.append(set_entered(customer, trigger.stages))
    return max(starts)


def use_up(m: Moment, timer: Transition | Trigger) -> None:
    """Remember that a timer has been looked at: it waits for another start."""
    match timer:
        case Trigger():
            m.customer.done[name_of(timer)] = trigger_start(m.customer, timer)
        case Transition(moving=After()):
            m.customer.done[name_of(timer)] = after_start(m.customer, timer)
        case Transition(moving=OnDates()):
            m.customer.done[name_of(timer)] = (dates_basis(m, timer), m.now)
        case _:
            pass


def dates_basis(m: Moment, transition: Transition) -> tuple[Value, ...]:
    """What a date's instants start from: another value or another stay starts them anew."""
    assert isinstance(transition.moving, OnDates)
    return (m.customer.traits[transition.moving.trait], dates_entered(m, transition))


def dates_entered(m: Moment, transition: Transition) -> int:
    """When the stay began in which the date is looked at."""
    sources = transition.sources if transition.is_from_rule else (m.customer.stage or "",)
    return set_entered(m.customer, sources)


def dates_left(m: Moment, transition: Transition) -> list[int]:
    """The instants of a date that have not been looked at since they were computed."""
    assert isinstance(transition.moving, OnDates)
    moving = transition.moving
    base = m.customer.traits[moving.trait]
    if base is None:
        return []
    basis, used_up_to = m.customer.done.get(name_of(transition), (None, None))
    if basis != dates_basis(m, transition):
        used_up_to = None
    left = []
    for shift in moving.shifts:
        if m.program.traits[moving.trait].type != DATE:
            due: int | None = base + shift
        elif not moving.yearly:
            due = m.zone.day_start(add_days(base, shift // DAY))
        else:
            start = max(dates_entered(m, transition), m.customer.trait_at.get(moving.trait, 0))
            due = yearly_due(m, base, shift // DAY, start, used_up_to)
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
