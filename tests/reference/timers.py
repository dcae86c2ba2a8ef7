"""Timers: which rule is due when, and running what is due in order.

A timer's name is the transition's rule, the trigger's name and value, or `watch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import frozen

from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OnDates,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
)
from tests.reference.customer import Customer, Moment, Run
from tests.reference.dates import dates_basis, dates_left
from tests.reference.evaluate import holds
from tests.reference.happenings import watch_value, watched
from tests.reference.instants import first_instant
from tests.reference.journeys import run_due, runs_of
from tests.reference.occurrences import name_of_timer, occurrence_due, values_with_timers


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


@frozen
class GoingOn:
    """A run that waits, or awaits only so long, or whose message waits."""

    run: Run


@frozen
class Occurring:
    """A trigger's own timer, for a value of `for each`."""

    trigger: Trigger
    each: str


Timer = Transition | Watch | GoingOn | Occurring

WATCH_STEP = "watch"
"""All watches run as one step."""


def name_of(timer: Timer) -> str:
    """The name under which a timer has run."""
    match timer:
        case Transition():
            return f"transition {timer.rule}"
        case Watch():
            return WATCH_STEP
        case GoingOn(run):
            return f"run {run.trigger.name} {run.each}"
        case Occurring():
            return name_of_timer(timer.trigger, timer.each)
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
        for run in runs_of(m.customer, trigger):
            yield GoingOn(run)
        for each in values_with_timers(m, trigger):
            yield Occurring(trigger, each)


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
        if limit <= due or not is_due(m.at(limit), timer):
            return None
        m.customer.waited = True
        return limit
    return due if due <= limit else None


def left_over(program: Program, customer: Customer) -> bool:
    """Whether a timer that has run at the clock's instant is due there again."""
    m = Moment(program, customer, customer.clock, [])
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
        case GoingOn():
            return run_due(m, timer.run)
        case Occurring():
            return occurrence_due(m, timer.trigger, timer.each)
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
            done = m.customer.done.get(name_of(transition))
            return min(dates_left(m, transition, done), default=None)
    assert_never(transition.moving)


def after_start(customer: Customer, transition: Transition) -> int:
    """What `after` counts from: entering, or the later of that and the last of `without`."""
    entered = customer.entered
    if transition.is_from_rule:
        entered = customer.came_into(transition.sources)
    return max([entered, *customer.last_seen.get(transition.rule, [])])


def use_up(m: Moment, transition: Transition) -> None:
    """Remember that a timer has been looked at: it waits for another start."""
    match transition.moving:
        case After():
            m.customer.done[name_of(transition)] = after_start(m.customer, transition)
        case OnDates():
            m.customer.done[name_of(transition)] = (dates_basis(m, transition), m.now)
        case _:
            pass
