"""Step 3 of a record, written: lines that match are added, then each score is clamped once."""

from __future__ import annotations

import ast

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.function import Writing
from lifecycle_dsl.compiler.layout import score_slot
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Score

HARMLESS = 1e17
"""A score that grows by less than this an event needs ten trillion events to reach its bound."""


def write_scores(w: Writing) -> py.Statements:
    """The statements of step 3."""
    body: py.Statements = []
    for score in w.program.scores.values():
        lines = [line for line in score.lines if w.event in line.happenings.events]
        if lines:
            added = _score(w, score)
            for statement in added:
                py.located(statement, lines[0].span)
            body += added
    return body


def _score(w: Writing, score: Score) -> py.Statements:
    lines = [line for line in score.lines if w.event in line.happenings.events]
    lowering = w.f.lowering
    growth = None if score.half_life is None else lowering.growth(score.half_life)
    body: py.Statements = [py.assign("x", py.attribute("c", score_slot(score.name)))]
    wheres = [w.f.test(line.happenings.where) for line in lines]
    names = [f"line_{number}" for number in range(len(lines))]
    tests = [(name, where) for name, where in zip(names, wheres, strict=True) if where is not None]
    body += [py.assign(name, where) for name, where in tests]
    if score.fade is not None:
        faded = py.assign("x", py.binary(py.name("x"), "*", lowering.value(score.fade)))
        always = len(tests) < len(lines)
        matched = [py.name(name) for name, _ in tests]
        body.append(faded if always else py.if_(py.any_of(matched), [faded]))
    for line, variable, where in zip(lines, names, wheres, strict=True):
        amount = _amount(w, line.amount)
        if growth is not None:
            amount = growth if amount is None else py.binary(amount, "*", growth)
        addition = py.add_to("x", py.constant(1.0) if amount is None else amount)
        body.append(addition if where is None else py.if_(py.name(variable), [addition]))
    grows = any(not _harmless(line.amount) for line in lines)
    body += _clamp(score.low, "<", growth, default=-1e30, grows=grows)
    body += _clamp(score.high, ">", growth, default=1e30, grows=grows)
    if not w.first and score.name in w.plan.falling(w.stage):
        fell = py.binary(py.name("x"), "<", py.attribute("c", score_slot(score.name)))
        w.rearms = True
        looked_at = [py.assign("settle", py.constant(True))]
        if ("score", score.name) in w.plan.watched:
            looked_at.append(py.put("c", "steady_until", py.constant(0)))
        body.append(py.if_(fell, looked_at))
    body.append(py.put("c", score_slot(score.name), py.name("x")))
    return body


def _amount(w: Writing, amount: e.Expression) -> ast.expr | None:
    """The Python of an amount; None if it is 1, by which nothing changes."""
    match amount:
        case e.Constant(value=value) if value == 1.0:
            return None
        case e.Apply(arguments=(e.Constant(value=1.0), other)) if amount.operation.name == "*":
            return w.f.lowering.value(other)
        case _:
            return w.f.lowering.value(amount)


def _clamp(
    bound: float, symbol: str, growth: ast.expr | None, *, default: float, grows: bool
) -> py.Statements:
    if bound == default and not grows:
        return []
    limit: ast.expr = py.constant(bound)
    if growth is not None and bound != 0.0:
        limit = py.binary(limit, "*", growth)
    return [py.if_(py.binary(py.name("x"), symbol, limit), [py.assign("x", limit)])]


def _harmless(amount: e.Expression) -> bool:
    bounds = amount.bounds
    return bounds is not None and bounds[0] >= -HARMLESS and bounds[1] <= HARMLESS
