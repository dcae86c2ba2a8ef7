"""Scores: what records add, how it fades, between which clamps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from lifecycle_dsl.checker.constants import number_of
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import scores as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.localtime import MINUTE, YEAR
from lifecycle_dsl.program.declarations import Score, ScoreLine
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import NUMBER
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

Item = TypeVar("Item", bound=nodes.ScoreItem)

SHORTEST_HALF_LIFE = MINUTE
LONGEST_HALF_LIFE = 100 * YEAR
UNBOUNDED = 1e30
"""Where a score without clamps stops."""
ROUNDING = 1e-9
"""Bounds are rounded outward, so that 1 may be a little more."""

FACTS = Reads.RECORD | Reads.TRAITS | Reads.CLOCKS | Reads.STATE
"""What a score line reads: no scores, no levels."""


def half_life(node: nodes.Score) -> int | None:
    """The half-life as far as it makes sense, in microseconds."""
    for item in node.items:
        if isinstance(item, nodes.HalfLife):
            return min(max(item.micros, SHORTEST_HALF_LIFE), LONGEST_HALF_LIFE)
    return None


def clamps(node: nodes.Score) -> tuple[float, float]:
    """The least and the greatest value."""
    low, high = -UNBOUNDED, UNBOUNDED
    for item in node.items:
        match item:
            case nodes.AtLeast(bound=bound) if (value := number_of(bound)) is not None:
                low = value
            case nodes.AtMost(bound=bound) if (value := number_of(bound)) is not None:
                high = value
    return (low, high) if low <= high else (-UNBOUNDED, UNBOUNDED)


def check_score(names: Dictionary, entry: Entry) -> Score:
    """A checked score; lines that are wrong are left out, and reported."""
    node = entry.as_node(nodes.Score)
    _check_settings(names, node)
    fade: Expression | None = None
    lines: list[ScoreLine] = []
    for item in node.items:
        match item:
            case nodes.Fade(factor=factor):
                fade = _fade(names, factor)
            case nodes.ScoreLine():
                line = _line(names, item)
                if line is not None:
                    lines.append(line)
            case _:
                pass
    low, high = clamps(node)
    return Score(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        half_life=half_life(node),
        fade=fade,
        low=low,
        high=high,
        lines=tuple(lines),
    )


_SETTINGS: dict[type, str] = {
    nodes.HalfLife: "half-life",
    nodes.Fade: "fade",
    nodes.AtLeast: "at least",
    nodes.AtMost: "at most",
}


def _check_settings(names: Dictionary, node: nodes.Score) -> None:
    first: dict[str, Span] = {}
    for item in node.items:
        setting = _SETTINGS.get(type(item))
        if setting is None:
            continue
        if setting in first:
            names.report(name_problems.duplicate_line(item.span, setting, first[setting]))
            continue
        first[setting] = item.span
        match item:
            case nodes.HalfLife(micros=micros):
                if not SHORTEST_HALF_LIFE <= micros <= LONGEST_HALF_LIFE:
                    names.report(quantity_problems.half_life_out_of_range(item.span))
            case nodes.AtLeast(bound=bound) | nodes.AtMost(bound=bound):
                if number_of(bound) is None:
                    names.report(
                        quantity_problems.not_a_constant(bound.span, f"`{setting}` of a score")
                    )
            case _:
                pass
    fading, factor = first.get("half-life"), first.get("fade")
    if fading is not None and factor is not None:
        names.report(problems.fade_beside_half_life(factor, fading))
    _check_clamps(names, node, fades=fading is not None)


def _check_clamps(names: Dictionary, node: nodes.Score, *, fades: bool) -> None:
    low: nodes.AtLeast | None = next(_items(node, nodes.AtLeast), None)
    high: nodes.AtMost | None = next(_items(node, nodes.AtMost), None)
    least = None if low is None else number_of(low.bound)
    most = None if high is None else number_of(high.bound)
    if low is not None and least is not None and most is not None and least > most:
        names.report(problems.clamps_crossed(low.span))
    if fades and low is not None and least is not None and least > 0:
        names.report(problems.clamp_beyond_zero(low.span, "at least"))
    if fades and high is not None and most is not None and most < 0:
        names.report(problems.clamp_beyond_zero(high.span, "at most"))


def _items(node: nodes.Score, kind: type[Item]) -> Iterator[Item]:
    return (item for item in node.items if isinstance(item, kind))


def _fade(names: Dictionary, factor: nodes.Expression) -> Expression | None:
    scope = Scope("`fade`", FACTS & ~Reads.RECORD)
    checked = names.check(factor, scope, NUMBER)
    if checked is not None and checked.bounds is not None:
        low, high = checked.bounds
        if low < -ROUNDING or high > 1 + ROUNDING:
            names.report(problems.fade_out_of_range(factor.span))
    return checked


def _line(names: Dictionary, item: nodes.ScoreLine) -> ScoreLine | None:
    heard = names.hearing.heard(item.happenings, "a score", changes=False, profile=False)
    if heard is None:
        return None
    scope = heard.scope("a line of a score", FACTS)
    amount = names.check(item.amount, scope, NUMBER)
    if amount is None:
        return None
    return ScoreLine(span=item.span, happenings=heard.happenings, amount=amount)
