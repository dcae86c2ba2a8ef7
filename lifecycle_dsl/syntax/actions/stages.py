"""Stages and how customers move between them."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    braced,
    gathered,
    node,
    several,
)


def _when(b: Builder, span: Span, parts: Parts) -> n.Expression:
    expression: n.Expression = parts[0]
    return expression


def _moving_when(b: Builder, span: Span, parts: Parts) -> n.MoveWhen:
    return n.MoveWhen(span, parts[0])


def _moving_after(b: Builder, span: Span, parts: Parts) -> n.MoveAfter:
    return n.MoveAfter(span, b.plain(parts[0]).micros, parts[1], parts[2])


ACTIONS: dict[str, Action] = {
    "start": gathered(n.Start),
    "placing": node(n.Placing),
    "when": _when,
    "stage": braced(n.Stage),
    "transitions": several,
    "transition": node(n.Transition),
    "from_rule": node(n.FromRule),
    "moving_on": node(n.MoveOn),
    "moving_on_dates": node(n.MoveOnDates),
    "moving_when": _moving_when,
    "moving_at_points": node(n.MoveAtPoints),
    "moving_after": _moving_after,
    "point_block": several,
    "point_when": node(n.PointWhen),
    "point_on": node(n.PointOn),
    "retired": node(n.Retired),
}
