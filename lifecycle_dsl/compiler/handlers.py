"""The function for a stage and an event: steps 2 to 6 of a record, with only what can matter there.

`handle(c, r, now, out)` changes the customer's state `c` and adds decisions to `out`; it gives
something true if what it changed can be due at once. Everything it calls by name is linked in by
the engine: `move`, `react`, `fire_TRIGGER`, `note_memory_N`, `read_memory_N`, `touch_ATTRIBUTION`,
`credit_ATTRIBUTION`, `zone_of`, cursors.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.attributing import write_credits
from lifecycle_dsl.compiler.facts import sets_zone, write_facts
from lifecycle_dsl.compiler.function import Function, Writing, zone_known
from lifecycle_dsl.compiler.layout import Layout, watched_slot
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.compiler.plan import Plan
from lifecycle_dsl.compiler.points import reaches
from lifecycle_dsl.compiler.scoring import write_scores
from lifecycle_dsl.compiler.touches import inputs
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    AtPoints,
    OccursOn,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
)
from lifecycle_dsl.program.types import LevelType

PARAMETERS = ("c", "r", "now", "out")


def write_handler(
    program: Program, layout: Layout, plan: Plan, stage: str, event: str, *, first: bool
) -> tuple[ast.FunctionDef, Needs]:
    """The handler of a stage and an event; `first` for a customer's first record."""
    w = Writing(Function.begin(program, layout, event), plan, stage, event, first)
    facts = write_facts(w)
    scores = write_scores(w)
    moves, moves_always = _transitions(w)
    rest = [*scores, *moves]
    if not moves_always:
        rest += _reaction(w) if first else _triggers(w)
    if w.f.needs.zone and sets_zone(w):
        facts.append(zone_known())
    body = facts + rest
    if w.rearms:
        body.insert(0, py.assign("settle", py.constant(False)))
    title = f"{'first_' if first else ''}{stage}_{event}"
    made = w.f.finish(title, PARAMETERS, body, program.stages[stage].span, ahead=False)
    return made, w.f.needs


def _transitions(w: Writing) -> tuple[py.Statements, bool]:
    """Step 4, and whether a transition without a test ends the function."""
    body: py.Statements = []
    for transition in w.plan.movable(w.stage, w.event):
        test = _holds(w, transition)
        move = py.give(
            py.call(
                "move",
                *(py.name(parameter) for parameter in PARAMETERS),
                py.constant(w.event),
                py.constant(w.plan.number(transition)),
                py.constant(None if w.first else w.stage),
            )
        )
        made = move if test is None else py.if_(test, [move])
        py.located(made, transition.span)
        body.append(made)
        if test is None:
            return body, True
    return body, False


def _holds(w: Writing, transition: Transition) -> ast.expr | None:
    moving = transition.moving
    match moving:
        case OnRecord():
            return w.f.test(moving.happenings.where, transition.guard)
        case WhenTrue():
            return w.f.test(moving.condition)
        case AtPoints():
            reached = reaches(moving, w.event, w.f.lowering)
            guard = w.f.test(transition.guard)
            both = [part for part in (reached, guard) if part is not None]
            return py.all_of(both) if both else None
        case _:
            raise AssertionError(type(moving))


# ---- steps 5 and 6


def _reaction(w: Writing, *, settles: bool = False) -> py.Statements:
    """What follows a change; it settles by itself where that changes the customer's state."""
    reaction = py.call(
        "react",
        *(py.name(parameter) for parameter in PARAMETERS),
        py.constant(w.event),
        py.constant(None if w.first else w.stage),
    )
    if settles:
        return [py.do(reaction), py.give(py.constant(True))]
    return [py.give(py.any_of([reaction, py.name("settle")]) if w.rearms else reaction)]


def _triggers(w: Writing) -> py.Statements:
    body: py.Statements = []
    changed = [_changes(w, read, slot) for read, slot in _watched(w)]
    if changed:
        body.append(py.if_(py.any_of(changed), _reaction(w)))
    settle = w.plan.must_settle(w.stage, w.event)
    if w.event in w.plan.concerning_runs:
        waiting = py.binary(py.attribute("c", "runs"), "is not", py.NONE)
        body.append(py.if_(waiting, _reaction(w, settles=settle)))
    body += write_credits(w)
    triggers = _listening(w)
    fires: list[ast.expr] = []
    tests: py.Statements = []
    for trigger in triggers:
        where = [*(py.name(parameter) for parameter in PARAMETERS), py.constant(w.event)]
        if trigger.between is not None and len(triggers) > 1:
            in_hours = py.call(f"in_hours_{trigger.name}", py.name("c"), py.name("now"))
            tests.append(py.assign(f"hours_{trigger.name}", in_hours))
            where.append(py.name(f"hours_{trigger.name}"))
        fire = py.call(f"fire_{trigger.name}", *where)
        test = _matches(w, trigger)
        if not _may_fire(w, trigger):
            assert test is not None
            tests.append(py.do(test))
            continue
        if test is not None and len(triggers) > 1:
            # All are matched before the first one's steps run.
            variable = f"match_{trigger.name}"
            tests.append(py.assign(variable, test))
            test = py.name(variable)
        fires.append(fire if test is None else py.all_of([test, fire]))
        py.located(fires[-1], trigger.span)
    body += tests
    if settle:
        return [*body, *(py.do(fire) for fire in fires), py.give(py.constant(True))]
    results: list[ast.expr] = [py.name("settle")] if w.rearms else []
    if len(fires) == 1:
        results.insert(0, fires[0])
    else:
        body += [py.assign(f"fired_{number}", fire) for number, fire in enumerate(fires)]
        results += [py.name(f"fired_{number}") for number in range(len(fires))]
    return [*body, py.give(py.any_of(results))] if results else body


def _watched(w: Writing) -> Iterator[tuple[e.Expression, str]]:
    """What is watched and can be changed by the event, and the slots of what it was."""
    program, changed = w.program, w.plan.changed_by(w.event)
    for segment in program.segments.values():
        if segment.watched and segment.condition is not None:
            read: e.Expression = e.SegmentRead(span=segment.span, segment=segment.name)
            if changed.matters_to(inputs(program, [segment.condition])):
                yield read, watched_slot("segment", segment.name)
    for level in program.levels.values():
        if level.watched and changed.matters_to(inputs(program, level.reaches)):
            kind = LevelType(level.name, level.labels)
            read = e.LevelRead(span=level.span, type=kind, level=level.name)
            yield read, watched_slot("level", level.name)


def _changes(w: Writing, read: e.Expression, slot: str) -> ast.expr:
    return py.binary(w.f.lowering.value(read), "!=", py.attribute("c", slot))


def _listening(w: Writing) -> list[Trigger]:
    """Triggers on the event, and all sequences in which it is a step, in order."""
    found = {t.name for t in w.plan.listening(w.stage, w.event)}
    found |= {t.name for t in w.plan.sequences(w.event)}
    return [t for t in w.program.triggers if t.name in found] if found else []


def _may_fire(w: Writing, trigger: Trigger) -> bool:
    return trigger.stages is None or w.stage in trigger.stages


def _matches(w: Writing, trigger: Trigger) -> ast.expr | None:
    """Whether a trigger is matched; a sequence goes on whatever its guards say."""
    occurrence = trigger.occurrence
    if isinstance(occurrence, OccursOn):
        return w.f.test(occurrence.happenings.where, trigger.condition)
    where = (py.name("c"), py.name("r"), py.name("now"), py.constant(w.event))
    completed = py.call(f"advance_{trigger.name}", *where)
    condition = w.f.test(trigger.condition) if _may_fire(w, trigger) else None
    return completed if condition is None else py.all_of([completed, condition])
