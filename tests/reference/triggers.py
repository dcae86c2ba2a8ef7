"""Step 6: which runs go on and which triggers fire, and what stops a firing."""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle_dsl.localtime import DailyHours
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.rules import Frequency, Stay, Trigger
from tests.reference.customer import Firing, Moment, Run
from tests.reference.effects import decide, decide_for
from tests.reference.evaluate import holds
from tests.reference.happenings import Arising
from tests.reference.journeys import (
    TRIGGER,
    arm_that_matches,
    begin,
    leave,
    resume_in_arm,
    runs_of,
)
from tests.reference.memory import periods_now
from tests.reference.occurrences import Occurred, occurs_now


@dataclass(frozen=True)
class Matched:
    """A trigger that occurs and whose stages and condition hold."""

    occurred: Occurred
    in_hours: bool


def go_on_or_fire(m: Moment, arose: list[Arising]) -> None:
    """Go on with runs that await this; fire the other triggers of the record and of what arose.

    All are matched on the state after steps 4 and 5, before any of their steps run; frequency is
    looked at as it then stands.
    """
    resuming = [(run, arm_that_matches(m, run, arose)) for run in m.customer.runs]
    matched = [(trigger, matches(m, trigger, arose)) for trigger in m.program.triggers]
    for trigger, match in matched:
        resumed = set()
        for run, arm in resuming:
            if run.trigger is trigger and arm is not None:
                resumed.add(run.each)
                resume_in_arm(m, run, arm)
        if match is not None and match.occurred.each not in resumed:
            try_to_fire(m, trigger, match)


def fire_on_timer(m: Moment, trigger: Trigger, occurred: Occurred) -> None:
    """Fire a trigger whose timer is due, if its guards allow."""
    if guards_hold(m, trigger):
        try_to_fire(m, trigger, Matched(occurred, within_hours(m, trigger)))


def matches(m: Moment, trigger: Trigger, arose: list[Arising]) -> Matched | None:
    """Whether the trigger is on what happens, in its stages, and its condition holds."""
    occurred = occurs_now(m, trigger, arose)
    if occurred is None or not guards_hold(m, trigger):
        return None
    return Matched(occurred, within_hours(m, trigger))


def guards_hold(m: Moment, trigger: Trigger) -> bool:
    """`in STAGES` and `when C`: where they do not hold, the trigger is not matched."""
    in_stages = trigger.stages is None or m.customer.stage in trigger.stages
    return in_stages and holds(m, trigger.condition)


def within_hours(m: Moment, trigger: Trigger) -> bool:
    """Whether the local time lies in `between T and T`."""
    return trigger.between is None or DailyHours(*trigger.between).inside(m.zone, m.now)


def try_to_fire(m: Moment, trigger: Trigger, match: Matched) -> None:
    """Fire a matched trigger, or record once what stopped it."""
    each = match.occurred.each
    reason = stopped_by(m, trigger, match)
    if reason is not None:
        hold(m, trigger, each, reason)
        return
    for run in runs_of(m.customer, trigger):
        if run.each == each:
            leave(m, run, run.place, "restart")
    past = m.customer.firings.setdefault(trigger.name, [])
    number = sum(firing.at == m.now for firing in past)
    past.append(Firing(m.now, periods_now(m, past), m.customer.entered))
    m.customer.held.pop(trigger.name, None)
    run = Run(trigger, each, m.now, number, {TRIGGER: match.occurred.record})
    decide(m, run, "fired", trigger=trigger.name)
    begin(m, run)


def stopped_by(m: Moment, trigger: Trigger, match: Matched) -> str | None:
    """The first of hours, `once`, frequency, its own run and too many runs; None if none does."""
    if not match.in_hours:
        return "hours"
    for frequency in trigger.frequencies:
        if used(m, trigger, frequency) >= frequency.count:
            return frequency.reason
    running = {run.each for run in runs_of(m.customer, trigger)}
    if match.occurred.each in running:
        return None if trigger.restart else "already_running"
    if trigger.each is not None and len(running) >= trigger.each.up_to:
        return "too_many"
    return None


def hold(m: Moment, trigger: Trigger, each: str, reason: str) -> None:
    """Record a reason once since the last firing."""
    reasons = m.customer.held.setdefault(trigger.name, set())
    if reason not in reasons:
        reasons.add(reason)
        decide_for(m, trigger, each, "held", trigger=trigger.name, reason=reason)


def used(m: Moment, trigger: Trigger, frequency: Frequency) -> int:
    """How many firings count in the frequency's span."""
    past = m.customer.firings.get(trigger.name, [])
    match frequency.per:
        case None:
            return len(past)
        case int():
            return sum(m.now - firing.at < frequency.per for firing in past)
        case Period():
            today = periods_now(m, past)[frequency.per]
            return sum(firing.periods[frequency.per] == today for firing in past)
        case Stay.STAY:
            return sum(firing.entered == m.customer.entered for firing in past)
        case _:
            raise TypeError(frequency.per)
