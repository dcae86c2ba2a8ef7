"""Every memory term of a program, once, in the order in which the program reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from lifecycle_dsl.checker.saturation import saturate
from lifecycle_dsl.program.expressions import Expression, MemoryRead
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    Call,
    IfStep,
    Moving,
    OccursAfter,
    OccursOn,
    OnRecord,
    Send,
    SetTrait,
    Step,
    WhenTrue,
)
from lifecycle_dsl.program.walk import walk


def memory_of(program: Program) -> Program:
    """The program with its memory, and how much of it suffices."""
    terms = {
        part.term: None
        for expression in expressions_of(program)
        for part in walk(expression)
        if isinstance(part, MemoryRead)
    }
    lets = {name: let.value for name, let in program.lets.items()}
    return evolve(program, memory=tuple(terms), keeps=saturate(expressions_of(program), lets))


def expressions_of(program: Program) -> Iterator[Expression]:
    """Every expression that stands in a program, outermost, in order."""
    yield from _of_facts(program)
    yield from _of_values(program)
    for placing in program.start:
        yield from _there(placing.condition)
    for transition in program.transitions:
        yield from moving_parts(transition.moving)
        yield from _there(transition.guard)
    for trigger in program.triggers:
        match trigger.occurrence:
            case OccursOn(happenings=happenings) | OccursAfter(without=happenings):
                yield from _there(happenings.where)
        yield from _there(trigger.condition)
        yield from step_parts(trigger.steps)


def _of_facts(program: Program) -> Iterator[Expression]:
    for trait in program.traits.values():
        for fold in trait.folds:
            yield from _there(fold.happenings.where)
            yield fold.value
    for score in program.scores.values():
        yield from _there(score.fade)
        for line in score.lines:
            yield from _there(line.happenings.where)
            yield line.amount


def _of_values(program: Program) -> Iterator[Expression]:
    for let in program.lets.values():
        yield let.value
    for level in program.levels.values():
        yield level.value
        yield from level.reaches
    for segment in program.segments.values():
        yield from _there(segment.condition)


def moving_parts(moving: Moving) -> Iterator[Expression]:
    """The expressions of a way of moving."""
    match moving:
        case OnRecord(happenings=happenings):
            yield from _there(happenings.where)
        case WhenTrue(condition=condition):
            yield condition
        case AtPoints(reached=reached):
            yield reached
        case After(without=Happenings() as without):
            yield from _there(without.where)
        case _:
            pass


def step_parts(steps: Iterable[Step]) -> Iterator[Expression]:
    """The expressions of steps, those inside `if` too."""
    work = list(steps)[::-1]
    while work:
        match work.pop():
            case Send(template=template, data=data):
                yield template
                yield from (value for _, value in data)
            case Call(data=data):
                yield from (value for _, value in data)
            case SetTrait(value=value):
                yield value
            case IfStep(condition=condition, steps=inner, otherwise=otherwise):
                yield condition
                work += (*inner, *otherwise)[::-1]
            case _:
                pass


def _there(expression: Expression | None) -> Iterator[Expression]:
    if expression is not None:
        yield expression
