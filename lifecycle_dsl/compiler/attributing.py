"""Attribution in handlers, written: touches are noted in step 2, conversions credited after step 4.

Where no attribution listens to the event, nothing is written. `touch_NAME` and `credit_NAME` are
linked in by the engine.
"""

from __future__ import annotations

import ast

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.function import Function, Writing
from lifecycle_dsl.compiler.functions import Written
from lifecycle_dsl.compiler.layout import Layout
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.attributions import Attribution, Touch
from lifecycle_dsl.program.program import Program


def write_touches(w: Writing) -> py.Statements:
    """What the record touches: of an attribution's lines the first that matches counts."""
    body: py.Statements = []
    for attribution in w.program.attributions.values():
        lines = [each for each in attribution.touches if w.event in each.happenings.events]
        noted: py.Statements = []
        for line in reversed(lines):
            test = w.f.test(line.happenings.where)
            note = _note(w, attribution, line)
            noted = [note] if test is None else [py.if_(test, [note], noted)]
            py.located(noted[0], line.span)
        body += noted
    return body


def _note(w: Writing, attribution: Attribution, line: Touch) -> ast.stmt:
    campaign = py.NONE if line.campaign is None else w.f.lowering.value(line.campaign)
    channel = py.constant(line.channel or w.event)
    noted = py.call(f"touch_{attribution.name}", py.name("c"), py.name("now"), channel, campaign)
    return py.do(noted)


def write_credits(w: Writing) -> py.Statements:
    """The conversions that the record is, where nothing else has changed."""
    body: py.Statements = []
    for attribution in w.program.attributions.values():
        for conversion in attribution.conversions:
            if w.event not in conversion.happenings.events:
                continue
            worth = w.f.lowering.value(conversion.worth)
            where = py.name("c"), py.name("now"), py.name("out"), worth
            credit = py.do(py.call(f"credit_{attribution.name}", *where))
            made = w.f.under(conversion.happenings.where, [credit])
            py.located(made[0], conversion.span)
            body += made
    return body


def write_worth(program: Program, layout: Layout, title: str, worth: e.Expression) -> Written:
    """`worth(c, r, now, event)`: what a conversion is worth, of a record or of a change."""
    f = Function.begin(program, layout, None)
    body: py.Statements = [py.give(f.lowering.value(worth))]
    parameters = ("c", "r", "now", "event")
    return f.finish(title, parameters, body, worth.span, ahead=False), f.needs


def write_weight(program: Program, layout: Layout, title: str, weight: e.Expression) -> Written:
    """`weight(r)`: how much of the credit a touch gets, by its place `r`."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.give(f.lowering.value(weight))]
    return f.finish(title, ("r",), body, weight.span, ahead=False), f.needs
