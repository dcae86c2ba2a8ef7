"""Lets, models, levels and segments: names for values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression, constant_value
from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.ordering import order_of
from lifecycle_dsl.checker.parts import parts_of
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import scores as problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.program.declarations import Band, Let, Level, Segment
from lifecycle_dsl.program.expressions import Expression, ParamRead
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

_WITH_VALUES = (What.LET, What.MODEL, What.LEVEL, What.SEGMENT, What.TABLE)


def value_order(entries: Mapping[str, Entry]) -> list[str]:
    """Lets, models, levels, segments and tables, each behind those that its text names.

    Checking them in this order keeps the way down short, however long their chains are.
    """
    graph = {
        name: tuple(
            part.name.text if isinstance(part, nodes.NameRead) else part.owner.text
            for part in parts_of(entry.node)
            if isinstance(part, nodes.NameRead | nodes.Member)
        )
        for name, entry in entries.items()
        if entry.what in _WITH_VALUES
    }
    return order_of(graph)[0]


def model_node(node: nodes.Model) -> nodes.Expression:
    """`logistic(intercept + weight * feature + …)`."""
    total: nodes.Expression = as_expression(node.intercept)
    for coefficient in node.coefficients:
        feature = nodes.Bracketed(coefficient.feature.span, coefficient.feature)
        weight = as_expression(coefficient.weight)
        product = nodes.Binary(coefficient.span, "*", feature, weight, coefficient.span)
        total = nodes.Binary(coefficient.span, "+", total, product, coefficient.span)
    return nodes.Call(node.span, nodes.Name(node.declared.span, "logistic"), (total,))


def check_let(names: Dictionary, entry: Entry) -> Let | None:
    """A checked let or model."""
    if isinstance(entry.node, nodes.Model):
        for constant in (entry.node.intercept, *(c.weight for c in entry.node.coefficients)):
            if constant.is_duration:
                names.report(quantity_problems.not_a_constant(constant.span, "a weight"))
    value = names.let_value(entry.name, entry.span)
    if value is None:
        return None
    return Let(span=entry.span, name=entry.name, was=entry.was, value=value)


def check_segment(names: Dictionary, entry: Entry) -> Segment | None:
    """A checked segment."""
    node = entry.as_node(nodes.Segment)
    condition = names.segment_condition(entry.name, entry.span)
    if condition is None and node.condition is not None:
        return None
    return Segment(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        condition=condition,
        watched=entry.name in names.hearing.watched,
    )


def check_level(names: Dictionary, entry: Entry) -> Level | None:
    """A checked level: its value, and what it takes to reach each label but the lowest."""
    node = entry.as_node(nodes.Level)
    _check_labels(names, node)
    value = names.level_value(entry.name, entry.span)
    bands = [band(names, each.label.text, each.bar, node.value) for each in node.bands]
    checked = [each for each in bands if each is not None]
    if value is None or len(checked) < len(bands):
        return None
    _check_bars(names, node, [each for each, _ in checked])
    return Level(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        value=value,
        labels=(node.lowest.text, *(each.label for each, _ in reversed(checked))),
        reaches=tuple(reached for _, reached in reversed(checked)),
        watched=entry.name in names.hearing.watched,
    )


def band(
    names: Dictionary, label: str, bar: nodes.Constant, value: nodes.Expression
) -> tuple[Band, Expression] | None:
    """A label's bar, and the comparison of a value with it."""
    if bar.param is not None and names.entry(bar.param, What.PARAM) is None:
        return None
    written = as_expression(bar)
    compared = nodes.Binary(bar.span, ">=", value, written, bar.span)
    scope = Scope("a level", names.of_the_customer)
    reached = names.check(compared, scope, None)
    if reached is None:
        return None
    right = getattr(reached, "right", None) or getattr(reached, "arguments", (None,))[-1]
    if not isinstance(right, Expression):
        return None
    return Band(label=label, bar=right), reached


def _check_labels(names: Dictionary, node: nodes.Level) -> None:
    first: dict[str, Span] = {}
    for label in (*(band.label for band in node.bands), node.lowest):
        if label.text in first:
            names.report(name_problems.duplicate_name(label.span, label.text, first[label.text]))
        first.setdefault(label.text, label.span)


def _check_bars(names: Dictionary, node: nodes.Level, bands: list[Band]) -> None:
    """Each bar is below the one before, whatever values params have."""
    for at, (higher, lower) in enumerate(pairwise(bands)):
        least, greatest = _range(names, higher.bar)[0], _range(names, lower.bar)[1]
        if not greatest < least:
            names.report(
                problems.bars_not_descending(node.bands[at + 1].bar.span, node.bands[at].bar.span)
            )


def _range(names: Dictionary, bar: Expression) -> tuple[float, float]:
    if isinstance(bar, ParamRead):
        return names.parameter(bar.param).bounds
    known, value = constant_value(bar)
    if known and isinstance(value, int | float):
        return float(value), float(value)
    return bar.bounds or (0.0, 0.0)
