"""The functions of a program that do not belong to one stage and event.

Conditions of timers and watches look ahead: they are asked about an instant later than the
customer's clock, over the state as it is. Everything else is asked about the clock's own instant.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.function import Function, dated
from lifecycle_dsl.compiler.layout import Layout, trait_set_slot, trait_slot
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.values import read_field
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span

Written = tuple[ast.FunctionDef, Needs]


def write_condition(
    program: Program, layout: Layout, title: str, condition: e.Expression, *, ahead: bool
) -> Written:
    """`condition(c, now)`: whether it holds."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.give(f.lowering.condition(condition))]
    return f.finish(title, ("c", "now"), body, condition.span, ahead=ahead), f.needs


def write_crossing(
    program: Program, layout: Layout, title: str, comparison: e.Expression, half_life: int
) -> Written:
    """`crossing(c, now, g)`: whether a comparison holds at a decay factor."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.give(f.lowering.condition(comparison))]
    f.needs.half_lives.discard(half_life)
    parameters = ("c", "now", f"g_{half_life}")
    return f.finish(title, parameters, body, comparison.span, ahead=True), f.needs


def write_where(program: Program, layout: Layout, title: str, where: e.Expression) -> Written:
    """`where(c, r, now)`: whether a record, or a change without one, passes a filter."""
    f = Function.begin(program, layout, None)
    body: py.Statements = [py.give(f.lowering.condition(where))]
    return f.finish(title, ("c", "r", "now"), body, where.span, ahead=False), f.needs


def write_values(
    program: Program, layout: Layout, title: str, values: Sequence[e.Expression], span: Span
) -> Written:
    """`values(c, now)`: a tuple of values, ahead of the clock too."""
    f = Function.begin(program, layout, "")
    items: list[ast.expr] = [f.lowering.value(value) for value in values]
    body: py.Statements = [py.give(ast.Tuple(items, ast.Load()))]
    return f.finish(title, ("c", "now"), body, span, ahead=True), f.needs


def write_look(program: Program, layout: Layout, title: str, looked_at: e.Expression) -> Written:
    """`look(c, r, now)`: a value, ahead of the clock too; fields are read off whatever `r` is."""
    f = Function.begin(program, layout, "")
    body: py.Statements = [py.give(f.lowering.value(looked_at))]
    return f.finish(title, ("c", "r", "now"), body, looked_at.span, ahead=True), f.needs


def write_start(program: Program, layout: Layout) -> Written:
    """`place(c, now)`: the stage in which a new customer begins."""
    f = Function.begin(program, layout, "")
    body: py.Statements = []
    for placing in program.start:
        give = py.give(py.constant(placing.target))
        test = f.test(placing.condition)
        made = give if test is None else py.if_(test, [give])
        py.located(made, placing.span)
        body.append(made)
        if test is None:
            break
    return f.finish("place", ("c", "now"), body, program.start[0].span, ahead=False), f.needs


def write_profile(program: Program, layout: Layout) -> Written:
    """`set_traits(c, r, now)`: what a profile sets; null is the default, what is late stays."""
    f = Function.begin(program, layout, "profile")
    body: py.Statements = []
    for trait in program.traits.values():
        slot = trait_slot(trait.name)
        given: ast.expr = py.name("given")
        convert = read_field(trait.type)
        if convert is not None:
            given = py.call(f.needs.value("read", convert), given)
        default = f.lowering.value(
            e.Constant(span=trait.span, type=trait.type, value=trait.default)
        )
        value = py.conditional(py.is_none(py.name("given")), default, given)
        puts: py.Statements = []
        new = value
        if trait.name == "zone" or trait.name in layout.dated:
            puts.append(py.assign("new", value))
            new = py.name("new")
        if trait.name in layout.dated:
            puts.append(dated(layout, trait.name, new))
        if trait.name == "zone":
            puts.append(py.do(py.call("rezone", py.name("c"), new, py.name("now"))))
        puts += [
            py.put("c", slot, new),
            py.put("c", trait_set_slot(trait.name), py.attribute("r", "at")),
        ]
        at = py.attribute("c", trait_set_slot(trait.name))
        fresh = py.any_of([py.is_none(at), py.binary(at, "<=", py.attribute("r", "at"))])
        sent = py.binary(
            py.named("given", py.attribute("r", attribute_of(trait.name))),
            "is not",
            py.name("UNSET"),
        )
        statement = py.if_(py.all_of([sent, fresh]), puts)
        py.located(statement, trait.span)
        body.append(statement)
    span = next(iter(program.traits.values())).span
    return f.finish("set_traits", ("c", "r", "now"), body, span, ahead=False), f.needs
