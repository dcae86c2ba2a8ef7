"""Bars that so many events would reach exactly, if nothing faded."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.conditions import conditions
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Score
from lifecycle_dsl.program.walk import walk

MOST = 5
"""Larger bars are rarely meant as a count."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Comparisons of a score of one weight with a few times it: fading takes one event more.

    Bars of levels and cells of tables are left alone: they part a scale, and hardly ever count.
    """
    seen: set[tuple[str, float]] = set()
    for condition in conditions(rules):
        for part in walk(condition.expression):
            match part:
                case e.Forgiving(
                    symbol=">=" | "<",
                    left=e.ScoreRead(score=name),
                    right=e.Constant(value=int() | float() as bar),
                ):
                    score = rules.program.scores[name]
                    weight = _weight(score)
                    if not weight or (name, bar) in seen:
                        continue
                    seen.add((name, bar))
                    count = bar / weight
                    if 2 <= count <= MOST and count == int(count) and bar <= score.high:
                        yield _finding(rules, part, score, int(count), weight)
                case _:
                    pass


def _weight(score: Score) -> float:
    """The one amount by which a fading score grows; 0 where there are several."""
    amounts = {
        float(line.amount.value)
        if isinstance(line.amount, e.Constant) and isinstance(line.amount.value, int | float)
        else 0.0
        for line in score.lines
    }
    growing = {amount for amount in amounts if amount >= 0}
    return growing.pop() if score.half_life is not None and len(growing) == 1 else 0.0


def _finding(
    rules: Rules, part: e.Forgiving, score: Score, count: int, weight: float
) -> Diagnostic:
    bar = count * weight
    return advice(
        "bar-equals-sum",
        f"{count} events do not make `{score.name}` reach {number(bar)}",
        part.span,
        f"{count} times {number(weight)} is {number(bar)} only in the same instant",
        secondary=[(score.span, "fades from the first moment on")],
        help=f"to mean {count} events say {number(bar - weight / 2)}; to mean more, say so by a"
        " bar between two counts",
        notes=_witness(rules, score, count, bar),
    )


def _witness(rules: Rules, score: Score, count: int, bar: float) -> tuple[str, ...]:
    lines = [line for line in score.lines if line.happenings.where is None]
    if len(lines) != len(score.lines):
        return ()
    growing = [line for line in lines if (line.amount.bounds or (0, 0))[0] > 0]
    event = growing[0].happenings.events[0] if growing else ""
    if sum(event in line.happenings.events for line in lines) != 1:
        return ()
    happens = record(rules.program, event)
    if happens is None:
        return ()
    return witness(
        f"{count} are not enough",
        (f"{happens} x {count} every 1d", f"expect {score.name} < {number(bar)}"),
    )
