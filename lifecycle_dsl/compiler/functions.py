"""The functions of a program that do not belong to one stage and event.

Conditions of timers and watches look ahead: they are asked about an instant later than the
customer's clock, over the state as it is. Everything else is asked about the clock's own instant.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.handlers import Function, zone_known
from lifecycle_dsl.compiler.layout import Layout, trait_set_slot, trait_slot
from lifecycle_dsl.compiler.lower import Needs
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.values import data_of, read_field
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Call, Exit, IfStep, Join, Quit, Send, SetTrait, Step
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
    """`set_traits(c, r)`: what a profile sets; null is back to the default, what is late stays."""
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
        puts: py.Statements = [
            py.put("c", slot, value),
            py.put("c", trait_set_slot(trait.name), py.attribute("r", "at")),
        ]
        if trait.name == "zone":
            puts.append(py.do(py.call("know_zone", py.attribute("c", slot))))
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
    return f.finish("set_traits", ("c", "r"), body, span, ahead=False), f.needs


def write_steps(program: Program, layout: Layout, trigger: Trigger) -> Written:
    """`steps(c, r, now, out, event, t)`: a trigger's steps by its `Firing` t; what they changed."""
    f = Function.begin(program, layout, None)
    body: py.Statements = [py.assign("changed", py.constant(False)), *_steps(f, trigger.steps)]
    body.append(py.give(py.name("changed")))
    parameters = ("c", "r", "now", "out", "event", "t")
    return f.finish(f"steps_{trigger.name}", parameters, body, trigger.span, ahead=False), f.needs


def _steps(f: Function, steps: Sequence[Step]) -> py.Statements:
    body: py.Statements = []
    for step in steps:
        made = _step(f, step)
        py.located(made, step.span)
        body.append(made)
        if isinstance(step, SetTrait) and step.trait == "zone":
            body.append(zone_known())
    return body


def _step(f: Function, step: Step) -> ast.stmt:
    where = (py.name("c"), py.name("now"), py.name("out"))
    match step:
        case Send():
            template = f.lowering.value(step.template)
            sent = py.method(
                "t",
                "send",
                *where,
                py.constant(step.name),
                py.constant(step.channel),
                template,
                _data(f, step.data),
            )
            return _changing(sent)
        case SetTrait():
            value = f.lowering.value(step.value)
            shown = data_of(f.program.traits[step.trait].type)
            write = py.NONE if shown is None else py.name(f.needs.value("data", shown))
            return _changing(py.method("t", "set", *where, py.constant(step.trait), value, write))
        case Join():
            return _changing(py.method("t", "join", *where, py.constant(step.segment)))
        case Quit():
            return _changing(py.method("t", "quit", *where, py.constant(step.segment)))
        case Call():
            called = py.method(
                "t",
                "call",
                *where,
                py.constant(step.name),
                py.constant(step.action),
                _data(f, step.data),
            )
            return py.do(called)
        case IfStep():
            test = f.lowering.condition(step.condition)
            return py.if_(test, _steps(f, step.steps), _steps(f, step.otherwise))
        case Exit():
            return py.give(py.name("changed"))


def _changing(changes: ast.expr) -> ast.stmt:
    return py.assign("changed", py.any_of([changes, py.name("changed")]))


def _data(f: Function, entries: tuple[tuple[str, e.Expression], ...]) -> ast.expr:
    keys: list[ast.expr | None] = [py.constant(key) for key, _ in entries]
    return ast.Dict(keys, [f.lowering.data(value) for _, value in entries])
