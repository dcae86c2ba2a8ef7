"""Stages that customers near a bar flutter between."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.lint.wording import number, quote, span_of_time
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level
from lifecycle_dsl.program.rules import AtPoints, OnRecord, Transition, WhenTrue
from lifecycle_dsl.program.walk import walk


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Pairs of transitions there and back of which the condition of one always holds.

    Two `when C` follow the score by themselves; two `on EVENT when C` do at each such event.
    """
    ways = [(each, asked) for each in rules.program.transitions if (asked := _asked(each))]
    for at, (there, first) in enumerate(ways):
        for back, second in ways[at + 1 :]:
            around = there.target in back.sources and back.target in there.sources
            if around and _heard_together(there, back):
                yield from _pair(rules, (there, first), (back, second))


def _asked(transition: Transition) -> e.Expression | None:
    """The condition on the customer's state, of a transition that has one."""
    match transition.moving:
        case WhenTrue(condition=condition):
            return condition
        case OnRecord(happenings=happenings) if happenings.where is None:
            return transition.guard
        case _:
            return None


def _heard_together(one: Transition, other: Transition) -> bool:
    """Whether both are looked at by themselves, or at records of the same event."""
    match one.moving, other.moving:
        case WhenTrue(), WhenTrue():
            return True
        case OnRecord(happenings=mine), OnRecord(happenings=its):
            return any(event in its.events for event in mine.events)
        case _:
            return False


_Way = tuple[Transition, e.Expression]


def _pair(rules: Rules, there: _Way, back: _Way) -> Iterator[Diagnostic]:
    (going, first), (coming, second) = there, back
    if not _moves_steadily(rules, first) or not _moves_steadily(rules, second):
        return
    known = rules.anywhere
    neither = known.given(first, holds=False)
    neither = None if neither is None else neither.given(second, holds=False)
    if neither is None:
        yield warning(
            "missing-hysteresis",
            f"customers near the bar go to and fro between `{coming.target}` and `{going.target}`",
            coming.span,
            f"holds as soon as {quote(first.span)} does not",
            secondary=[(going.span, "and this as soon as that does not")],
            help="leave a gap between the two bars, or ask for `in_stage >= 7d` on the way back",
            notes=_witness(rules, there, back) or _witness(rules, back, there),
        )


def _witness(rules: Rules, up: _Way, down: _Way) -> tuple[str, ...]:
    """Somebody at the bar, whose score fades; only of a score beside its bar."""
    match up[1], down[1]:
        case (
            e.Forgiving(symbol=">=", left=e.ScoreRead(score=name), right=e.Constant(value=bar)),
            e.Forgiving(symbol="<", left=e.ScoreRead(score=other), right=e.Constant(value=same)),
        ) if other == name and same == bar and isinstance(bar, int | float):
            score = rules.program.scores[name]
        case _:
            return ()
    low, high = down[0].target, up[0].target
    ways = {up[0], down[0]}
    leaving = [each for stage in (low, high) for each in rules.out_of(stage) if each not in ways]
    timed = any(not isinstance(each.moving, OnRecord | AtPoints) for each in leaving)
    by_itself = isinstance(up[0].moving, WhenTrue)
    if timed or not by_itself or score.half_life is None or not 0 < bar <= score.high:
        return ()
    return witness(
        f"to {high} and back",
        (
            f"given stage {low}, {name} {number(bar)}",
            "wait 1ms",
            f"expect entered {high}",
            f"wait {span_of_time(score.half_life)}",
            f"expect entered {low}",
        ),
    )


def _moves_steadily(rules: Rules, condition: e.Expression) -> bool:
    """Whether a condition is one comparison of a score, or of a level over one, with a bar."""
    match condition:
        case e.LetRead(let=name):
            return _moves_steadily(rules, rules.program.lets[name].value)
        case e.Not(operand=operand):
            return _moves_steadily(rules, operand)
        case e.Forgiving():
            return True
        case (
            e.Apply(arguments=(e.LevelRead(level=name), _))
            | e.Apply(arguments=(_, e.LevelRead(level=name)))
        ):
            return _reads_score(rules.program.levels[name])
        case _:
            return False


def _reads_score(level: Level) -> bool:
    return any(isinstance(part, e.Forgiving) for reach in level.reaches for part in walk(reach))
