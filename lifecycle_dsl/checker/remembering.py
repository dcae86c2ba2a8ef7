"""Every memory term of a program, once, in the order in which the program reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from lifecycle_dsl.checker.saturation import saturate
from lifecycle_dsl.program.expressions import Expression, MemoryRead
from lifecycle_dsl.program.happenings import (
    EnterSegment,
    Happenings,
    LeaveSegment,
    LevelFalls,
    LevelRises,
)
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.messages import MessageGuards
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    Moving,
    OnRecord,
    Trigger,
    WhenTrue,
    heard_by,
)
from lifecycle_dsl.program.steps import all_steps, step_expressions
from lifecycle_dsl.program.tests import FactRead, compared_with, read_by
from lifecycle_dsl.program.walk import walk


def memory_of(program: Program) -> Program:
    """The program with its memory, and how much of it suffices."""
    return _remembering(program, list(expressions_of(program)))


def memory_with_tests(program: Program) -> Program:
    """The program with the memory, too, that its tests and promises read, and what that hears."""
    expressions = [*expressions_of(program), *_of_tests(program)]
    found = _remembering(program, expressions)
    heard = {name for term in found.memory for name in _watched_by(term)}
    levels = {
        name: evolve(each, watched=each.watched or name in heard)
        for name, each in found.levels.items()
    }
    segments = {
        name: evolve(each, watched=each.watched or name in heard)
        for name, each in found.segments.items()
    }
    return evolve(found, levels=levels, segments=segments)


def _watched_by(term: MemoryTerm) -> Iterator[str]:
    """The segments and levels whose changes a term notes."""
    for change in term.happenings.changes:
        match change:
            case EnterSegment(segment=name) | LeaveSegment(segment=name):
                yield name
            case LevelRises(level=name) | LevelFalls(level=name):
                yield name
            case _:
                pass


def _remembering(program: Program, expressions: Sequence[Expression]) -> Program:
    terms = {
        part.term: None
        for expression in expressions
        for part in walk(expression)
        if isinstance(part, MemoryRead)
    }
    lets = {name: let.value for name, let in program.lets.items()}
    return evolve(program, memory=tuple(terms), keeps=saturate(expressions, lets))


def _of_tests(program: Program) -> Iterator[Expression]:
    outermost = [promise.condition for promise in program.promises]
    outermost += [each for test in program.tests for step in test.steps for each in read_by(step)]
    for expression in outermost:
        yield expression
        for part in walk(expression):
            if isinstance(part, FactRead):
                yield from compared_with(part.fact)


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
        yield from trigger_parts(trigger)
    for attribution in program.attributions.values():
        yield from attribution.expressions()
    yield from message_parts(program)


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
    for table in program.tables.values():
        yield from table.expressions()


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


def trigger_parts(trigger: Trigger) -> Iterator[Expression]:
    """The expressions of a trigger, those of its steps last."""
    for happenings in (*heard_by(trigger.occurrence), *trigger.exits):
        yield from _there(happenings.where)
    yield from _there(trigger.condition)
    for step in all_steps(trigger.steps):
        yield from step_expressions(step)


def own_guards(program: Program) -> Iterator[MessageGuards]:
    """What channels and topics ask of their messages."""
    yield from (channel.guards for channel in program.channels.values())
    yield from (topic.guards for topic in program.topics.values())


def message_parts(program: Program) -> Iterator[Expression]:
    """The expressions of what guards messages and chooses their channels."""
    for guards in own_guards(program):
        yield from _there(guards.consent)
        yield from (block.condition for block in guards.blocks)
    yield from (block.condition for block in program.message_guards.blocks)
    for route in program.routes.values():
        yield from (value for _, value in route.preferences)


def _there(expression: Expression | None) -> Iterator[Expression]:
    if expression is not None:
        yield expression
