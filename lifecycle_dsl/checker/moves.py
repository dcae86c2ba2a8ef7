"""When a transition moves: at a record, at an instant, when something becomes true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression
from lifecycle_dsl.checker.dates import dates_of, lone_date, trait_dates
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.localtime import LONGEST_WAIT, SHORTEST_WAIT
from lifecycle_dsl.program.expressions import (
    Constant,
    Expression,
    Forgiving,
    ParamRead,
    PointsSum,
)
from lifecycle_dsl.program.rules import After, AtPoints, Moving, OnDates, OnRecord, WhenTrue
from lifecycle_dsl.program.types import BOOL, NUMBER
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_moving(names: Dictionary, node: nodes.Moving) -> tuple[Moving, Expression | None] | None:
    """How a transition moves, and its guard; None if something in it is wrong."""
    match node:
        case nodes.MoveOn(happenings=happenings, condition=condition):
            moving: Moving | None = _at_record(names, happenings)
        case nodes.MoveOnDates(dates=dates, condition=condition):
            moving = dates_of(names, dates)
        case nodes.MoveWhen(condition=wanted):
            condition = None
            moving = _when(names, wanted)
        case nodes.MoveAtPoints(bar=bar, lines=lines):
            condition = None
            moving = _at_points(names, node, bar, lines)
        case nodes.MoveAfter(condition=condition):
            moving = _after(names, node)
    guard = None
    if condition is not None:
        guard = check_condition(names, condition, "a guard")
        if guard is None:
            return None
    return None if moving is None else (moving, guard)


def check_condition(names: Dictionary, node: nodes.Expression, place: str) -> Expression | None:
    """A condition on the customer's state."""
    return names.check(node, Scope(place, names.of_the_customer), BOOL)


def check_span(names: Dictionary, micros: int, span: Span) -> int:
    """A span that something waits for: 1 ms to 100 years."""
    if not SHORTEST_WAIT <= micros <= LONGEST_WAIT:
        names.report(quantity_problems.span_out_of_range(span))
        return SHORTEST_WAIT
    return micros


def _at_record(names: Dictionary, node: nodes.Happenings) -> OnRecord | OnDates | None:
    if (date := lone_date(names, node)) is not None:
        return trait_dates(names, date, (0,), yearly=False)
    heard = names.hearing.heard(node, "a transition", changes=False)
    return None if heard is None else OnRecord(happenings=heard.happenings)


def _when(names: Dictionary, node: nodes.Expression) -> WhenTrue | None:
    condition = check_condition(names, node, "the `when` of a transition")
    if condition is None:
        return None
    names.watches.append((condition, False))
    return WhenTrue(condition=condition)


def _at_points(
    names: Dictionary,
    node: nodes.MoveAtPoints,
    bar: nodes.Constant,
    lines: tuple[nodes.PointLine, ...],
) -> AtPoints | None:
    scope = Scope("points", names.of_the_customer)
    total = names.check(nodes.Points(node.span, lines), scope, NUMBER)
    if bar.param is not None and names.entry(bar.param, What.PARAM) is None:
        return None
    needed = names.check(as_expression(bar), scope, NUMBER)
    if needed is not None and not isinstance(needed, Constant | ParamRead):
        names.report(quantity_problems.not_a_constant(bar.span, "the bar of points"))
        return None
    if not isinstance(total, PointsSum) or needed is None:
        return None
    reached = Forgiving(span=node.span, symbol=">=", left=total, right=needed)
    return AtPoints(lines=total.lines, reached=reached)


def _after(names: Dictionary, node: nodes.MoveAfter) -> After | None:
    micros = check_span(names, node.micros, node.span)
    if node.without is None:
        return After(micros=micros, without=None)
    heard = names.hearing.heard(node.without, "`without`", changes=True)
    return None if heard is None else After(micros=micros, without=heard.happenings)
