"""Runs: a trigger's steps from the first on, where they stand, and how they go on or leave.

A place is found by name: the lists of steps around it are walked from the outside in, and what
follows it is run from the inside out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from lifecycle_dsl.arithmetic import bucket, split_salt
from lifecycle_dsl.localtime import at_time_next
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import (
    LONGEST_COMPUTED_WAIT,
    Arm,
    Await,
    Call,
    Exit,
    IfStep,
    Join,
    Quit,
    Send,
    SetTrait,
    Split,
    Step,
    Wait,
    WaitUntil,
)
from tests.reference.customer import Customer, Moment, Run
from tests.reference.effects import call, decide, put, set_trait
from tests.reference.evaluate import evaluate, holds
from tests.reference.happenings import Arising
from tests.reference.messages import quiet_over, send
from tests.reference.occurrences import happens_to, record_of

TRIGGER = ""
"""Whose record the steps read that are in no arm of an `await`."""

Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Place:
    """A step in its list, and whose record the steps of that list read."""

    steps: Steps
    index: int
    reads: str

    @property
    def step(self) -> Step:
        """The step."""
        return self.steps[self.index]


def begin(m: Moment, run: Run) -> None:
    """Run the steps of a firing up to where it stands."""
    m.customer.runs.append(run)
    go_on(m, run, [(run.trigger.steps, TRIGGER)])


def runs_of(customer: Customer, trigger: Trigger) -> list[Run]:
    """The runs of a trigger, in the order in which they fired."""
    return [run for run in customer.runs if run.trigger is trigger]


def run_due(m: Moment, run: Run) -> int | None:
    """When a run goes on by itself."""
    return run.until if run.channel is None else quiet_over(m, run)


def resume(m: Moment, run: Run) -> None:
    """Go on where time has passed: behind a wait, in the `else` of an await, at a message."""
    path = path_to(run.trigger.steps, run.place, TRIGGER)
    place = path[-1]
    match place.step:
        case Await(otherwise=otherwise):
            first = [(otherwise, place.reads)]
        case Send():
            first = [((place.step,), place.reads)]
        case _:
            first = []
    go_on(m, run, [*first, *behind(path)])


def resume_in_arm(m: Moment, run: Run, arm: Arm) -> None:
    """Go on in an arm of the await at which a run stands; its steps read the record at hand."""
    path = path_to(run.trigger.steps, run.place, TRIGGER)
    run.records[run.place] = record_of(m, arm.happenings)
    go_on(m, run, [(arm.steps, run.place), *behind(path)])


def arm_that_matches(m: Moment, run: Run, arose: list[Arising]) -> Arm | None:
    """The first arm of the await at which a run stands that this is."""
    step = path_to(run.trigger.steps, run.place, TRIGGER)[-1].step
    for arm in step.arms if isinstance(step, Await) else ():
        if happens_to(m, run.trigger, run.each, arm.happenings, arose):
            return arm
    return None


def leave_all(m: Moment, arose: list[Arising]) -> None:
    """Step 5: runs leave whose `exit on` this is, or whose customer has left their stages."""
    for trigger in m.program.triggers:
        for run in runs_of(m.customer, trigger):
            if any(happens_to(m, trigger, run.each, each, arose) for each in trigger.exits):
                leave(m, run, run.place, "exit_on")
            elif trigger.stages is not None and m.customer.stage not in trigger.stages:
                leave(m, run, run.place, "stage")


def leave(m: Moment, run: Run, step: str, reason: str) -> None:
    """A run ends before its last step."""
    decide(m, run, "left", trigger=run.trigger.name, step=step, reason=reason)
    m.customer.runs.remove(run)


# Finding a place


def path_to(steps: Steps, name: str, reads: str) -> list[Place]:
    """The places from the outermost list in to the step of that name; empty if it is not there."""
    for index, step in enumerate(steps):
        here = Place(steps, index, reads)
        if isinstance(step, Wait | WaitUntil | Await | Send) and step.name == name:
            return [here]
        for inner, read_there in lists_in(step, reads):
            if found := path_to(inner, name, read_there):
                return [here, *found]
    return []


def lists_in(step: Step, reads: str) -> Iterator[tuple[Steps, str]]:
    """The lists of steps inside a step, and whose record each reads."""
    match step:
        case IfStep():
            yield step.steps, reads
            yield step.otherwise, reads
        case Await():
            for arm in step.arms:
                yield arm.steps, step.name
            yield step.otherwise, reads
        case Split():
            for share in step.shares:
                yield share.steps, reads
        case _:
            pass


def behind(path: list[Place]) -> list[tuple[Steps, str]]:
    """What follows a place, from its own list outwards."""
    return [(place.steps[place.index + 1 :], place.reads) for place in reversed(path)]


# Running steps


def go_on(m: Moment, run: Run, lists: list[tuple[Steps, str]]) -> None:
    """Run lists of steps one after the other; at the end of all the run is over."""
    run.until = run.channel = None
    for steps, reads in lists:
        if not run_steps(m, run, steps, reads):
            return
    m.customer.runs.remove(run)


def run_steps(m: Moment, run: Run, steps: Steps, reads: str) -> bool:
    """Run steps; False where the run stands, or has ended, before their end."""
    return all(run_step(m.reading(run.records[reads]), run, step, reads) for step in steps)


def run_step(m: Moment, run: Run, step: Step, reads: str) -> bool:
    """Run a step; False where the run stands or has ended."""
    match step:
        case Send():
            return send(m, run, step)
        case SetTrait():
            set_trait(m, run, step)
        case Join():
            put(m, run, step.segment, inside=True)
        case Quit():
            put(m, run, step.segment, inside=False)
        case Call():
            call(m, run, step)
        case IfStep():
            branch = step.steps if holds(m, step.condition) else step.otherwise
            return run_steps(m, run, branch, reads)
        case Split():
            return run_steps(m, run, arm_of(m, run, step), reads)
        case Wait() | WaitUntil():
            until = over(m, step)
            return until <= m.now or stand(m, run, step.name, until)
        case Await():
            return begin_await(m, run, step, reads)
        case Exit():
            leave(m, run, step.name, "exit")
            return False
        case _:
            assert_never(step)
    return True


def begin_await(m: Moment, run: Run, step: Await, reads: str) -> bool:
    """Stay at an await; one whose end is not later than now goes on with its `else` at once."""
    until = over(m, step) if step.ends else None
    if until is None or until > m.now:
        return stand(m, run, step.name, until)
    return run_steps(m, run, step.otherwise, reads)


def stand(m: Moment, run: Run, name: str, until: int | None) -> bool:
    """Stay at a step; always False, for the steps do not go on."""
    run.place, run.since, run.until = name, m.now, until
    return False


def over(m: Moment, step: Wait | WaitUntil | Await) -> int:
    """The instant at which a wait that begins now is over."""
    match step:
        case Wait(micros=int(micros)) | Await(micros=int(micros)):
            return m.now + micros
        case Wait(duration=duration) if duration is not None:
            found: int = evaluate(m, duration)
            return m.now + min(max(found, 0), LONGEST_COMPUTED_WAIT)
        case WaitUntil(time_of_day=int(time_of_day)) | Await(time_of_day=int(time_of_day)):
            return at_time_next(m.zone, m.now, time_of_day)
        case WaitUntil(instant=instant) | Await(instant=instant) if instant is not None:
            until: int = evaluate(m, instant)
            return until
        case _:
            raise TypeError(step)


def arm_of(m: Moment, run: Run, split: Split) -> Steps:
    """The arm of a split that the customer is in, always the same."""
    at = bucket(split_salt(split.was or split.name), m.customer.name)
    for number, share in enumerate(split.shares, 1):
        if at < share.buckets:
            decide(m, run, "arm", split=split.name, arm=number)
            return share.steps
        at -= share.buckets
    raise AssertionError("the arms of a checked split are 100 % together")
