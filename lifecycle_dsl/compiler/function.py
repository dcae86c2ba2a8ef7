"""A Python function being written: what it needs set up, its tests, and its end."""

from __future__ import annotations

import ast

from attrs import define

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.layout import Layout, trait_slot
from lifecycle_dsl.compiler.lower import Lowering
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.compiler.plan import Plan
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span

AHEAD = "ahead_"
"""Before the title of a look-up in a table: the function that looks ahead of the clock."""


@define
class Function:
    """A function being written."""

    program: Program
    layout: Layout
    needs: Needs
    lowering: Lowering

    @classmethod
    def begin(cls, program: Program, layout: Layout, event: str | None) -> Function:
        """An empty function; `event` as in `Lowering`."""
        needs = Needs()
        return cls(program, layout, needs, Lowering(program, layout, needs, event))

    def test(self, *conditions: e.Expression | None) -> ast.expr | None:
        """All conditions in one test; None if there is none."""
        parts = [self.lowering.condition(c) for c in conditions if c is not None]
        return py.all_of(parts) if parts else None

    def under(self, condition: e.Expression | None, body: py.Statements) -> py.Statements:
        """Statements under a condition, if there is one."""
        test = self.test(condition)
        return body if test is None else [py.if_(test, body)]

    def finish(
        self,
        title: str,
        parameters: tuple[str, ...],
        body: py.Statements,
        span: Span,
        *,
        ahead: bool,
    ) -> ast.FunctionDef:
        """The function with what it needs set up first.

        `ahead` is for a function that looks at a later instant than the customer's clock: decay
        factors are then relative to the clock's epoch, and look-ups in tables are those ahead.
        """
        setup: py.Statements = []
        for half_life in sorted(self.needs.half_lives):
            setup.extend(_growth(half_life, ahead=ahead))
        if ahead:
            tables = sorted(self.needs.tables)
            setup.extend(py.assign(title, py.name(f"{AHEAD}{title}")) for title in tables)
        if self.needs.zone:
            setup.append(zone_known())
        made = py.function(title, parameters, setup + body)
        py.located(made, span)
        self.needs.file = span.source.name
        return made


def dated(layout: Layout, trait: str, value: ast.expr) -> ast.stmt:
    """Remembers when a trait with dates that triggers are on changes; before it is set."""
    differs = py.binary(py.attribute("c", trait_slot(trait)), "!=", value)
    return py.if_(differs, [py.put("c", layout.dated[trait], py.name("now"))])


def zone_known() -> ast.stmt:
    """Puts the customer's zone into its variable: first, and where it may have changed."""
    return py.assign("zone", py.call("zone_of", py.name("c")))


def _growth(half_life: int, *, ahead: bool) -> py.Statements:
    variable, cursor = f"g_{half_life}", f"cursor_{half_life}"
    if ahead:
        return [
            py.assign(
                variable, py.call(f"growth_{half_life}", py.attribute("c", "clock"), py.name("now"))
            )
        ]
    inside = ast.Compare(
        py.attribute(cursor, "low"),
        [ast.LtE(), ast.Lt()],
        [py.name("now"), py.attribute(cursor, "high")],
    )
    return [
        py.if_(py.negation(inside), [py.do(py.method(cursor, "move", py.name("now")))]),
        py.assign(variable, py.attribute(cursor, "g")),
    ]


@define
class Writing:
    """A handler being written: of which stage and event, and what it has come to."""

    f: Function
    plan: Plan
    stage: str
    event: str
    first: bool
    """Whether it is of a customer's first record."""
    rearms: bool = False
    """Whether a deadline can come nearer; `settle` then says whether it did."""

    @property
    def program(self) -> Program:
        """The rule set."""
        return self.f.program

    @property
    def layout(self) -> Layout:
        """The slots of the state."""
        return self.f.layout
