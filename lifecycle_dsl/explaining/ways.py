"""Transitions for a customer: whether each leads on, when its time comes, and what it lacks."""

from __future__ import annotations

from itertools import combinations

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.stagetimers import stage_timers
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining import remedies
from lifecycle_dsl.explaining.conditions import explained, points
from lifecycle_dsl.explaining.forecast import HORIZON, later
from lifecycle_dsl.explaining.model import Condition, Line, Moving, Points, Way
from lifecycle_dsl.explaining.probe import Probe, hides_time
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OnDates,
    OnRecord,
    Transition,
    WhenTrue,
)

Wish = tuple[e.Expression | None, float, n.Need | None]
"""A line of points that does not count, its points, and what it needs."""
MOST_LINES = 10
"""Of so many lines of points every choice is tried."""


def way(probe: Probe, transition: Transition, *, taken: bool = False) -> Way:
    """A transition; `taken` if it was the one that moved the customer then."""
    moving = transition.moving
    guard = transition.guard
    condition = None if guard is None else explained(probe, guard)
    guard_need = None if condition is None or condition.fits else condition.need
    fits = condition is None or condition.fits
    leads = transition.target != probe.state.stage
    match moving:
        case OnRecord(happenings=happenings):
            return _at_record(probe, transition, happenings, condition, taken=taken)
        case WhenTrue(condition=when):
            found = explained(probe, when, lasting=taken)
            is_open = taken or (found.fits and leads)
            return Way(transition, Moving.CONDITION, found, None, None, is_open, found.need)
        case AtPoints():
            reached = points(probe, moving)
            need = None if taken else n.every([_reach(probe, moving, reached), *_asked(condition)])
            is_open = taken or (fits and probe.holds(moving.reached) and leads)
            return Way(transition, Moving.POINTS, condition, reached, None, is_open, need)
        case After() | OnDates():
            kind = Moving.AFTER if isinstance(moving, After) else Moving.DATES
            due = None if taken else due_at(probe, transition)
            wait: n.Need | None = None if due is None else n.Wait(due, due - probe.now)
            if due is not None and condition is not None:
                # The guard is looked at when it is due, as things then are.
                assert guard is not None
                condition = explained(later(probe, due), guard)
                guard_need = condition.need
                wait = wait if condition.fits else None
            if due is not None and hides_time(probe.program, moving):
                due, wait = None, n.Hidden()
            need = wait if guard_need is None else n.every([wait, guard_need])
            return Way(transition, kind, condition, None, due, taken, need)


def _asked(condition: Condition | None) -> list[n.Need | None]:
    return [] if condition is None or condition.fits else [condition.need]


def _at_record(
    probe: Probe,
    transition: Transition,
    happenings: Happenings,
    guard: Condition | None,
    *,
    taken: bool,
) -> Way:
    condition = guard
    if taken and happenings.where is not None:
        # What the record had to pass stands before what the customer had to.
        where = explained(probe, happenings.where)
        condition = where if guard is None else _both(where, guard)
    need = None if taken else n.every([n.Happening(happenings), *_asked(guard)])
    return Way(transition, Moving.RECORD, condition, None, None, taken, need)


def _both(first: Condition, second: Condition) -> Condition:
    span = first.expression.span
    whole = e.And(span=span, operands=(first.expression, second.expression))
    value = bool(first.value) and bool(second.value)
    return Condition(whole, value, False, False, (first, second), True, None)


def due_at(probe: Probe, transition: Transition) -> int | None:
    """When the time of a transition comes, if nothing happens before."""
    for timer in stage_timers(probe.machine, probe.state.stage).first:
        if timer.key == transition.rule:
            due = timer.due(probe.state, probe.now + HORIZON)
            return None if due >= NEVER else max(due, probe.now)
    return None


# ---- points


def _reach(probe: Probe, moving: AtPoints, found: Points) -> n.Need | None:
    """The lines with which the bar is reached at the next record, by the least effort."""
    missing = found.bar - found.total
    lines = list(zip(moving.lines, found.lines, strict=True))
    steady = [(line, shown) for line, shown in lines if line.events is None]
    lacking: list[Wish] = [
        (line.condition, shown.points, remedies.need(probe, line.condition))
        for line, shown in steady
        if not shown.counts and line.condition is not None and shown.points > 0
    ]
    wishes: list[Wish] = [each for each in lacking if each[2] is not None][:MOST_LINES]
    choices: list[n.Need | None] = []
    for events, given in _by_event(lines):
        choices.append(_cheapest(events, missing, given, wishes))
    return n.either(choices)


def _by_event(
    lines: list[tuple[e.PointLine, Line]],
) -> list[tuple[tuple[str, ...] | None, float]]:
    """What a record's own lines give: of any event nothing, of those that have lines theirs."""
    given: dict[str, float] = {}
    for line, shown in lines:
        for event in line.events or ():
            given[event] = given.get(event, 0.0) + shown.points
    found: list[tuple[tuple[str, ...] | None, float]] = [(None, 0.0)]
    for amount in sorted(set(given.values()), reverse=True):
        events = tuple(event for event, each in given.items() if each == amount)
        found.append((events, amount))
    return found


def _cheapest(
    events: tuple[str, ...] | None,
    missing: float,
    given: float,
    wishes: list[Wish],
) -> n.Reach | None:
    lacks = missing - given
    best: n.Reach | None = None
    for size in range(len(wishes) + 1):
        for chosen in combinations(wishes, size):
            if sum(worth for _, worth, _ in chosen) < lacks - remedies.MOST_EACH:
                continue
            found = n.Reach(max(0.0, remedies.rounded_up(max(0.0, missing))), events, chosen)
            if best is None or n.effort(found) < n.effort(best):
                best = found
    return best


# ---- how to get somewhere


def shortest(program: Program, source: str, target: str) -> tuple[Transition, ...] | None:
    """The fewest moves from a stage to another, the first of the file where there are several."""
    ways: dict[str, tuple[Transition, ...]] = {source: ()}
    waiting = [source]
    while waiting:
        stage = waiting.pop(0)
        if stage == target:
            return ways[stage]
        for transition in program.stages[stage].transitions:
            if transition.target not in ways:
                ways[transition.target] = (*ways[stage], transition)
                waiting.append(transition.target)
    return None
