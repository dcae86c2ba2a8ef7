"""Every condition of a rule set, with what is known where it is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from attrs import frozen

from lifecycle_dsl.lint.proving import Prover
from lifecycle_dsl.lint.ranges import Range
from lifecycle_dsl.lint.rules import Rules, known_at
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import EnterStage, Happenings
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursOn,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
    heard_by,
)
from lifecycle_dsl.program.steps import Await, IfStep, all_steps, step_expressions
from lifecycle_dsl.program.types import NO_STAGE
from lifecycle_dsl.program.walk import children


@frozen
class Condition:
    """A condition, what is known there, and what becomes of it, such as `this move`."""

    expression: e.Expression
    known: Known
    of: str


def conditions(rules: Rules) -> Iterator[Condition]:
    """All of them, but those of tests and promises."""
    yield from _stated(rules)
    for expression, known in _chosen_from(rules):
        yield from _choices(expression, known)


def _choices(expression: e.Expression, known: Known) -> Iterator[Condition]:
    """The conditions by which an expression chooses, each where what is above it is so."""
    if not isinstance(expression, e.If):
        for part in children(expression):
            yield from _choices(part, known)
        return
    yield Condition(expression.condition, known, "this `if`")
    yield from _choices(expression.condition, known)
    for holds, part in ((True, expression.yes), (False, expression.no)):
        there = known.given(expression.condition, holds=holds)
        if there is not None:
            yield from _choices(part, there)


def _chosen_from(rules: Rules) -> Iterator[tuple[e.Expression, Known]]:
    """The expressions that may choose by conditions, and what is known there."""
    program = rules.program
    for score in program.scores.values():
        yield from ((line.amount, rules.anywhere) for line in score.lines)
    for trait in program.traits.values():
        yield from ((fold.value, rules.anywhere) for fold in trait.folds)
    yield from ((let.value, rules.anywhere) for let in program.lets.values())
    yield from ((level.value, rules.anywhere) for level in program.levels.values())
    for table in program.tables.values():
        yield from ((each.value, rules.anywhere) for each in table.inputs)
    for attribution in program.attributions.values():
        yield from ((each, rules.anywhere) for each in attribution.expressions())
    for trigger in program.triggers:
        running = rules.known_in(trigger.stages)
        for step in all_steps(trigger.steps):
            yield from ((each, running) for each in step_expressions(step))


def _stated(rules: Rules) -> Iterator[Condition]:
    """Those that stand where a condition is asked for."""
    program = rules.program
    for score in program.scores.values():
        for line in score.lines:
            yield from _where(rules, line.happenings, "this line")
    for trait in program.traits.values():
        for fold in trait.folds:
            yield from _where(rules, fold.happenings, "this line")
    for term in program.memory:
        yield from _where(rules, term.happenings, "this memory")
    for segment in program.segments.values():
        yield from _there(segment.condition, rules.anywhere, f"`{segment.name}`")
    for transition in program.transitions:
        yield from _of_transition(rules, transition)
    for trigger in program.triggers:
        yield from _of_trigger(rules, trigger)
    yield from _of_attributions(rules)
    guards = [each.guards for each in program.channels.values()]
    guards += [each.guards for each in program.topics.values()]
    for guard in guards:
        yield from _there(guard.consent, rules.anywhere, "consent")
    blocks = [block for guard in guards for block in guard.blocks]
    for block in (*blocks, *program.message_guards.blocks):
        yield Condition(block.condition, rules.anywhere, f"the block `{block.name}`")


def _of_attributions(rules: Rules) -> Iterator[Condition]:
    for attribution in rules.program.attributions.values():
        for happenings in attribution.heard():
            yield from _where(rules, happenings, "this line")


def trigger_knowledge(rules: Rules, trigger: Trigger) -> Known:
    """What is known where the guards of a trigger are looked at."""
    match trigger.occurrence:
        case OccursOn(happenings=Happenings(events=(), changes=(EnterStage(stages=entered),))):
            stages = [
                stage for stage in entered if trigger.stages is None or stage in trigger.stages
            ]
            known = rules.known_in(stages or entered)
            before = _left_for(rules, entered)
            read: e.Expression = e.PreviousStage(span=trigger.span)
            values = {read: before} if before else {}
            return Known(rules.program, known.stages, Range(0, 0), values=values)
        case OccursOn(happenings=Happenings(events=events, changes=())):
            return rules.known_in(trigger.stages).at_record(events)
        case _:
            return rules.known_in(trigger.stages)


def _left_for(rules: Rules, entered: Collection[str]) -> frozenset[object]:
    """The stages out of which one comes into some others; no stage, where `start` leads there."""
    sources = {
        source
        for each in rules.program.transitions
        if each.target in entered
        for source in each.sources
        if source not in entered
    }
    placed = any(each.target in entered for each in rules.program.start)
    return frozenset((*sources, NO_STAGE) if placed else sources)


def _of_transition(rules: Rules, transition: Transition) -> Iterator[Condition]:
    stages = [each for each in transition.sources if each != transition.target]
    known = known_at(transition, rules.known_in(stages, timers=True))
    of = f"this move to `{transition.target}`"
    match transition.moving:
        case OnRecord(happenings=happenings):
            yield from _where(rules, happenings, of, known)
        case WhenTrue(condition=condition):
            yield Condition(condition, known, of)
        case AtPoints(lines=lines):
            for line in lines:
                yield from _there(line.condition, known, "this line")
        case After(without=Happenings() as without):
            yield from _where(rules, without, of, known)
        case _:
            pass
    yield from _there(transition.guard, known, of)


def _of_trigger(rules: Rules, trigger: Trigger) -> Iterator[Condition]:
    of = f"`{trigger.name}`"
    for happenings in (*heard_by(trigger.occurrence), *trigger.exits):
        yield from _where(rules, happenings, of)
    yield from _there(trigger.condition, trigger_knowledge(rules, trigger), of)
    running = rules.known_in(trigger.stages)
    for step in all_steps(trigger.steps):
        match step:
            case IfStep(condition=condition):
                yield Condition(condition, running, "this `if`")
            case Await(arms=arms):
                for arm in arms:
                    yield from _where(rules, arm.happenings, "this arm")
            case _:
                pass


def _where(
    rules: Rules, happenings: Happenings, of: str, known: Known | None = None
) -> Iterator[Condition]:
    yield from _there(happenings.where, known or rules.anywhere, of)


def _there(condition: e.Expression | None, known: Known, of: str) -> Iterator[Condition]:
    if condition is not None:
        yield Condition(condition, known, of)


@frozen
class Settled:
    """A part of a condition that never holds or always does, and what is known there."""

    part: e.Expression
    holds: bool
    known: Known
    proved: bool = False
    """Whether it took a proof over several quantities."""


@lru_cache(maxsize=1)  # Two checks ask this of the same rules, one after the other.
def all_settled(rules: Rules) -> tuple[tuple[Condition, Settled], ...]:
    """The parts of conditions that are settled, each with its condition."""
    return tuple(
        (condition, found)
        for condition in conditions(rules)
        for found in settled(condition.expression, condition.known, rules.prover)
    )


def settled(condition: e.Expression, known: Known, prover: Prover) -> Iterator[Settled]:
    """The parts of a condition that can never hold, or always do.

    Of a part that is settled what it is made of is not told as well. What is written out as `true`
    or `false` is meant.
    """
    if isinstance(condition, e.Constant):
        return
    truth = known.truth(condition)
    match condition:
        case e.And(operands=operands):
            found = list(_of_all(operands, known, prover))
            if truth is None or any(not each.holds for each in found):
                yield from found
            else:
                yield Settled(condition, truth, known)
        case e.Or(operands=operands) if truth is None:
            parts = [each for operand in operands for each in settled(operand, known, prover)]
            yield from parts or _proved(condition, known, prover)
        case e.Not(operand=operand) if truth is None:
            yield from settled(operand, known, prover)
        case _ if truth is not None:
            yield Settled(condition, truth, known)
        case _:
            yield from _proved(condition, known, prover)


def _proved(condition: e.Expression, known: Known, prover: Prover) -> Iterator[Settled]:
    truth = prover.truth(known, condition)
    if truth is not None:
        yield Settled(condition, truth, known, proved=True)


def _of_all(operands: tuple[e.Expression, ...], known: Known, prover: Prover) -> Iterator[Settled]:
    for operand in operands:
        found = list(settled(operand, known, prover))
        yield from found
        further = known.given(operand)
        if further is None or any(each.part is operand and not each.holds for each in found):
            return
        known = further
