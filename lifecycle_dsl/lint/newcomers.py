"""A customer who has just been put into a stage, and what a few records of one event can move.

It is what a test begins with: traits at their defaults, scores at 0, no time gone by.
"""

from __future__ import annotations

from lifecycle_dsl.lint.ranges import Range, point
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known, Values
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Score, Trait
from lifecycle_dsl.program.rules import After, AtPoints, OnRecord, Transition, WhenTrue
from lifecycle_dsl.program.steps import SetTrait, all_steps
from lifecycle_dsl.program.types import BOOL, NUMBER, Labels


def stays_put(
    rules: Rules, stage: str, event: str, count: int, but: Transition | None = None
) -> bool:
    """Whether so many records of an event, all in one instant, surely leave a newcomer there.

    `but` is a transition of which that is known already.
    """
    known = newcomer(rules, stage, event, count)
    leaving = (each for each in rules.out_of(stage) if each is not but)
    return not any(_may_move(known, each, event) for each in leaving)


def newcomer(rules: Rules, stage: str, event: str, count: int) -> Known:
    """What is known of a newcomer while so many records of an event come, with a value of 1."""
    ranges: dict[e.Expression, Range] = {}
    values: dict[e.Expression, Values] = {}
    truths: dict[e.Expression, bool] = {}
    stages = frozenset[object]((stage,))
    for score in rules.program.scores.values():
        read = e.ScoreRead(span=score.span, score=score.name)
        ranges[read] = _grown(rules, score, event, count, stages)
    for trait in rules.program.traits.values():
        if trait.default is None or _is_touched(rules, trait, event):
            continue
        held = e.TraitRead(
            span=trait.span, type=trait.type, may_miss=trait.optional, trait=trait.name
        )
        match trait.default:
            case bool() as truth if trait.type == BOOL:
                truths[held] = truth
            case int() | float() as number if trait.type == NUMBER:
                ranges[held] = point(number)
            case str() as label if isinstance(trait.type, Labels):
                values[held] = frozenset((label,))
            case _:
                pass
    return Known(rules.program, stages, Range(0, 0), ranges=ranges, values=values, truths=truths)


def _grown(rules: Rules, score: Score, event: str, count: int, stages: Values) -> Range:
    low = high = 0.0
    for line in score.lines:
        if event not in line.happenings.events:
            continue
        one = {part: point(1) for part in _values_read(line.amount)}
        amount = Known(rules.program, stages, ranges=one).range(line.amount)
        low += count * min(amount.low, 0.0)
        high += count * max(amount.high, 0.0)
    return Range(max(low, min(score.low, 0.0)), min(high, max(score.high, 0.0)))


def _values_read(amount: e.Expression) -> list[e.Expression]:
    parts = [amount, *(amount.arguments if isinstance(amount, e.Apply) else ())]
    return [part for part in parts if isinstance(part, e.FieldRead) and part.name == "value"]


def _is_touched(rules: Rules, trait: Trait, event: str) -> bool:
    if any(event in fold.happenings.events for fold in trait.folds):
        return True
    return any(
        isinstance(step, SetTrait) and step.trait == trait.name
        for trigger in rules.program.triggers
        for step in all_steps(trigger.steps)
    )


def _may_move(known: Known, transition: Transition, event: str) -> bool:
    match transition.moving:
        case OnRecord(happenings=happenings):
            return event in happenings.events
        case WhenTrue(condition=condition):
            return known.truth(condition) is not False
        case AtPoints(lines=lines, reached=e.Forgiving(right=right)):
            most = 0.0
            for line in lines:
                is_off = line.condition is not None and known.truth(line.condition) is False
                if not is_off and (line.events is None or event in line.events):
                    most += max(known.range(line.points).high, 0.0)
            return most >= known.range(right).low - 1e-6
        case After():
            return False  # No time goes by.
        case _:
            return True  # A date that is long past is due at once.
