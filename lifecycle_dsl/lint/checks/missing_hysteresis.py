"""Stages that customers near a bar flutter between."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level
from lifecycle_dsl.program.rules import Transition, WhenTrue
from lifecycle_dsl.program.walk import walk


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Pairs of transitions `when C` there and back, of which one always holds."""
    ways = [each for each in rules.program.transitions if isinstance(each.moving, WhenTrue)]
    for at, there in enumerate(ways):
        for back in ways[at + 1 :]:
            if there.target in back.sources and back.target in there.sources:
                yield from _pair(rules, there, back)


def _pair(rules: Rules, there: Transition, back: Transition) -> Iterator[Diagnostic]:
    first, second = _condition(there), _condition(back)
    if not _moves_steadily(rules, first) or not _moves_steadily(rules, second):
        return
    known = rules.anywhere
    neither = known.given(first, holds=False)
    neither = None if neither is None else neither.given(second, holds=False)
    if neither is None:
        yield warning(
            "missing-hysteresis",
            f"customers near the bar go to and fro between `{back.target}` and `{there.target}`",
            back.span,
            f"holds as soon as {quote(first.span)} does not",
            secondary=[(there.span, "and this as soon as that does not")],
            help="leave a gap between the two bars, or ask for `in_stage >= 7d` on the way back",
        )


def _condition(transition: Transition) -> e.Expression:
    assert isinstance(transition.moving, WhenTrue)  # noqa: S101 — as the caller chose it
    return transition.moving.condition


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
