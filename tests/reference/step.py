"""One step: of a record, and of a timer."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.arithmetic import Grid
from lifecycle_dsl.program.declarations import Fold, Score
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OnDates,
    OnRecord,
    Transition,
    WhenTrue,
)
from tests.reference.attributions import credit_all, note_touches
from tests.reference.customer import PROFILE, Moment, Points, Value
from tests.reference.evaluate import evaluate, holds, score_x
from tests.reference.happenings import (
    Arising,
    StageMoved,
    compare_watched,
    note_changes,
    note_record,
    note_silence_broken,
    record_matches,
)
from tests.reference.journeys import leave_all, resume
from tests.reference.occurrences import note_absences
from tests.reference.occurrences import use_up as use_up_occurrence
from tests.reference.timers import (
    GoingOn,
    Occurring,
    Timer,
    Watch,
    is_due,
    name_of,
    next_due,
    timers,
    use_up,
)
from tests.reference.traits import is_older, set_profile, set_trait
from tests.reference.triggers import fire_on_timer, go_on_or_fire


def record_step(m: Moment, placed_from: str | None) -> None:
    """Steps 2 to 6 for the record at hand."""
    assert m.record is not None
    set_facts(m)
    add_to_scores(m)
    for transition in m.program.stages[m.customer.stage or ""].transitions:
        if moves_at_record(m, transition):
            move(m, transition.target, transition.rule)
            break
    happen(m, placed_from)
    if m.record.event != PROFILE:
        m.customer.last_record = m.now


def happen(m: Moment, stage_before: str | None) -> None:
    """What follows step 4: changes arise and are remembered, then steps 5 and 6."""
    arose: list[Arising] = []
    assert m.customer.stage is not None
    if m.customer.stage != stage_before:
        arose.append(StageMoved(stage_before, m.customer.stage))
    arose += compare_watched(m)
    note_changes(m, arose)
    for arising in arose:
        note_absences(m, arising)
    credit_all(m, arose)
    leave_all(m, arose)
    go_on_or_fire(m, arose)


def set_facts(m: Moment) -> None:
    """Step 2: memory and touches include the record; then folds, reading the state before them."""
    note_record(m)
    if m.record is not None and m.record.event == PROFILE:
        set_profile(m)
    note_touches(m)
    folded: dict[str, tuple[Fold, Value]] = {}
    for trait in m.program.traits.values():
        for fold in trait.folds:
            if record_matches(m, fold.happenings):
                folded[trait.name] = (fold, evaluate(m, fold.value))
    for name, (fold, value) in folded.items():
        assert m.record is not None
        if fold.reads_itself or not is_older(m, name):
            set_trait(m, name, value, m.record.at)
    note_silence_broken(m)
    note_absences(m, None)


def add_to_scores(m: Moment) -> None:
    """Step 3: lines that match are added, then each score is clamped once."""
    amounts: list[tuple[Score, list[float]]] = []
    fades: dict[str, float] = {}
    for score in m.program.scores.values():
        lines = [line for line in score.lines if record_matches(m, line.happenings)]
        if lines:
            amounts.append((score, [evaluate(m, line.amount) for line in lines]))
            if score.fade is not None:
                fades[score.name] = evaluate(m, score.fade)
    for score, added in amounts:
        grid = None if score.half_life is None else Grid(score.half_life)
        g = 1.0 if grid is None else grid.g(m.now)
        x = score_x(m, score.name)
        if score.name in fades:
            x *= fades[score.name]
        for amount in added:
            x += amount * g
        x = max(x, score.low * g)
        x = min(x, score.high * g)
        m.customer.scores[score.name] = Points(x, 0 if grid is None else grid.epoch(m.now))


def moves_at_record(m: Moment, transition: Transition) -> bool:
    """Step 4: whether a transition holds at the record at hand and leads elsewhere."""
    if transition.target == m.customer.stage or not way_holds(m, transition):
        return False
    return holds(m, transition.guard)


def way_holds(m: Moment, transition: Transition) -> bool:
    """Whether the way of moving holds at the record at hand."""
    match transition.moving:
        case OnRecord(happenings=happenings):
            return record_matches(m, happenings)
        case WhenTrue(condition=condition):
            return holds(m.without_record(), condition)
        case AtPoints(reached=reached):
            return holds(m, reached)
        case After() | OnDates():
            return False
    assert_never(transition.moving)


def move(m: Moment, target: str, rule: str) -> None:
    """Into another stage."""
    customer = m.customer
    m.decide("transition", rule, **{"from": customer.stage, "to": target})
    if customer.stage is not None:
        customer.previous = customer.stage
    customer.stage = target
    customer.entered = m.now
    customer.stays.append((m.now, target))


def run_until(m: Moment, limit: int) -> None:
    """Step 1: the customer's timers due up to an instant, by due time, each at its own."""
    while (due := next_due(m.at(m.customer.clock), limit)) is not None:
        m.customer.move_clock(due)
        settle(m.at(due))


def settle(m: Moment) -> None:
    """Run what is due at this instant, in order, each rule at most once."""
    while True:
        due = (
            timer
            for timer in timers(m)
            if name_of(timer) not in m.customer.ran and is_due(m, timer)
        )
        timer = next(due, None)
        if timer is None:
            return
        m.customer.ran.add(name_of(timer))
        timer_step(m, timer)


def timer_step(m: Moment, timer: Timer) -> None:
    """One timer; if it moves the customer or changes what is watched, steps 5 and 6 follow."""
    match timer:
        case Transition():
            before = m.customer.stage
            use_up(m, timer)
            if timer.target != before and holds(m, timer.guard):
                move(m, timer.target, timer.rule)
                happen(m, before)
        case Watch():
            happen(m, m.customer.stage)
        case GoingOn(run):
            resume(m, run)
        case Occurring(trigger, each):
            fire_on_timer(m, trigger, use_up_occurrence(m, trigger, each))
        case _:
            assert_never(timer)
