"""Scores: what records add, how it fades, between which clamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import number_of
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.localtime import MINUTE, YEAR
from lifecycle_dsl.program.declarations import Score, ScoreLine
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import NUMBER
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

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
    node = entry.node
    assert isinstance(node, nodes.Score)
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
        was=None if entry.was is None else entry.was.text,
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
    bounds: dict[str, float] = {}
    for item in node.items:
        setting = _SETTINGS.get(type(item))
        if setting is None:
            continue
        if setting in first:
            names.report(problems.duplicate_line(item.span, setting, first[setting]))
            continue
        first[setting] = item.span
        match item:
            case nodes.HalfLife(micros=micros):
                if not SHORTEST_HALF_LIFE <= micros <= LONGEST_HALF_LIFE:
                    names.report(problems.half_life_out_of_range(item.span))
            case nodes.AtLeast(bound=bound) | nodes.AtMost(bound=bound):
                value = number_of(bound)
                if value is None:
                    names.report(problems.not_a_constant(bound.span, f"`{setting}` of a score"))
                else:
                    bounds[setting] = value
            case _:
                pass
    if "half-life" in first and "fade" in first:
        later, earlier = sorted(
            (first["half-life"], first["fade"]), key=lambda span: span.start, reverse=True
        )
        names.report(problems.fade_beside_half_life(later, earlier))
    low, high = bounds.get("at least"), bounds.get("at most")
    if low is not None and high is not None and low > high:
        names.report(problems.clamps_crossed(first["at least"]))
    elif "half-life" in first:
        if low is not None and low > 0:
            names.report(problems.clamp_beyond_zero(first["at least"], "at least"))
        if high is not None and high < 0:
            names.report(problems.clamp_beyond_zero(first["at most"], "at most"))


def _fade(names: Dictionary, factor: nodes.Expression) -> Expression | None:
    scope = Scope("`fade`", FACTS & ~Reads.RECORD)
    checked = names.expressions.check(factor, scope, NUMBER)
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
    amount = names.expressions.check(item.amount, scope, NUMBER)
    if amount is None:
        return None
    return ScoreLine(span=item.span, happenings=heard.happenings, amount=amount)
