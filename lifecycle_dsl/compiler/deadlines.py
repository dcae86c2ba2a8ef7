"""The deadlines of a stage: `after D` of its transitions and of triggers, in one function.

Most customers have nothing but deadlines ahead of them, and a deadline that moves with every
activity is looked at often and found not due. Timers of other kinds (conditions, dates, watches)
the engine asks one by one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from attrs import frozen

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.function import Function
from lifecycle_dsl.compiler.layout import NEVER, Layout
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import After, OccursAfter


@frozen
class Deadline:
    """So long after the latest instant in some slots, unless that start is used up."""

    slots: tuple[str, ...]
    micros: int
    done: str | None


def deadlines(program: Program, layout: Layout, stage: str) -> Iterator[Deadline]:
    """The deadlines of a stage."""
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


def write_deadlines(program: Program, layout: Layout, stage: str) -> tuple[ast.FunctionDef, Needs]:
    """`deadlines(c)`: when the first of them is due, or NEVER."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.assign("due", py.constant(NEVER))]
    for deadline in deadlines(program, layout, stage):
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
