"""The deadlines of a stage: `after D` of its transitions and of triggers, in one function.

Most customers have nothing but deadlines ahead of them, and a deadline that moves with every
activity is looked at often and found not due. Where a stage has other timers too (conditions,
dates, watches), the engine asks each timer by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from attrs import frozen

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.handlers import Function
from lifecycle_dsl.compiler.layout import NEVER, Layout
from lifecycle_dsl.compiler.lower import Needs
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OnDates,
    Trigger,
    WhenTrue,
)


@frozen
class Deadline:
    """So long after the latest instant in some slots, unless that start is used up."""

    slots: tuple[str, ...]
    micros: int
    done: str | None


def deadlines(program: Program, layout: Layout, stage: str) -> tuple[Deadline, ...] | None:
    """The deadlines of a stage, or None if it has timers of other kinds."""
    watched = [s.watched for s in program.segments.values()]
    watched += [level.watched for level in program.levels.values()]
    if any(watched) or any(_is_other(trigger, stage) for trigger in program.triggers):
        return None
    transitions = program.stages[stage].transitions
    for transition in transitions:
        moving = transition.moving
        if isinstance(moving, OnDates):
            return None
        if isinstance(moving, WhenTrue) and transition.target != stage:
            return None
    return tuple(_deadlines(program, layout, stage))


def _is_other(trigger: Trigger, stage: str) -> bool:
    """Whether a trigger has timers that are no deadlines of the stage."""
    match trigger.occurrence:
        case OccursAbsence():
            return True
        case OccursEvery() | OccursDates():
            return stage in (trigger.stages or (stage,))
        case _:
            return False


def _deadlines(program: Program, layout: Layout, stage: str) -> Iterator[Deadline]:
    for transition in program.stages[stage].transitions:
        moving = transition.moving
        if isinstance(moving, After):
            slots = layout.starts(transition.sources, moving.without, since_first=False)
            yield Deadline(slots, moving.micros, layout.done.get(transition.rule))
    for trigger in program.triggers:
        occurrence = trigger.occurrence
        if isinstance(occurrence, OccursAfter) and stage in (trigger.stages or (stage,)):
            slots = layout.starts(trigger.stages, occurrence.without, since_first=True)
            yield Deadline(slots, occurrence.micros, layout.done[f"trigger {trigger.name}"])


def write_deadlines(
    program: Program, layout: Layout, stage: str, found: tuple[Deadline, ...]
) -> tuple[ast.FunctionDef, Needs]:
    """`deadlines(c)`: when the first of them is due, or NEVER."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.assign("due", py.constant(NEVER))]
    for deadline in found:
        body += _sooner(deadline)
    body.append(py.give(py.name("due")))
    span = program.stages[stage].span
    return f.finish(f"deadlines_{stage}", ("c",), body, span, ahead=True), f.needs


def _sooner(deadline: Deadline) -> py.Statements:
    first, *others = deadline.slots
    start = py.name("start")
    body: py.Statements = [py.assign("start", py.attribute("c", first))]
    for slot in others:
        instant = py.attribute("c", slot)
        there = py.binary(instant, "is not", py.NONE)
        later = py.all_of([there, py.binary(instant, ">", start)])
        body.append(py.if_(later, [py.assign("start", instant)]))
    due = py.binary(start, "+", py.constant(deadline.micros))
    test = py.binary(due, "<", py.name("due"))
    if deadline.done is not None:
        test = py.all_of([test, py.binary(py.attribute("c", deadline.done), "!=", start)])
    body.append(py.if_(test, [py.assign("due", due)]))
    return body
