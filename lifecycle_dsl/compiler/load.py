"""Written functions into code, on first use, and code into functions of one engine.

The code of a function is made once per rule set. An engine links it with its own globals (its decay
cursors, its zones, its counters), so that engines share nothing that changes. Rule sets that differ
in what their params are share the code of all functions that read none of those.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from attrs import define, evolve, field, frozen

from lifecycle_dsl.compiler import functions
from lifecycle_dsl.compiler.attributing import write_weight, write_worth
from lifecycle_dsl.compiler.deadlines import write_deadlines
from lifecycle_dsl.compiler.function import AHEAD
from lifecycle_dsl.compiler.handlers import write_handler
from lifecycle_dsl.compiler.layout import Layout, lay_out
from lifecycle_dsl.compiler.lower import table_title
from lifecycle_dsl.compiler.plan import Plan
from lifecycle_dsl.compiler.steps import Entry, write_keep, write_steps
from lifecycle_dsl.compiler.tables import write_look_up
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.tables import Table
from lifecycle_dsl.program.text import program_text
from lifecycle_dsl.source import Span

Links = MutableMapping[str, Any]
"""What one engine gives its functions, by name; look-ups in tables are added when they are made."""


@frozen
class _Code:
    """The code of a function, the globals that are its own, and the params that stand in it."""

    code: CodeType
    globals: Mapping[str, Any]
    params: frozenset[str]


@define
class Compiled:
    """A program with the code of its functions."""

    program: Program
    like: Compiled | None = None
    """Of a program that is the same but for the values of `differs`."""
    differs: frozenset[str] = frozenset()
    """Params."""
    _code: dict[object, _Code] = field(factory=dict)

    def with_params(self, program: Program) -> Compiled:
        """Of a program that has other values of params; it shares what code it can."""
        first = self.like or self
        params = first.program.params
        differs = frozenset(name for name in params if params[name] != program.params.get(name))
        return (
            Compiled(program, first, differs)
            if _same(first.program, program)
            else Compiled(program)
        )

    @cached_property
    def layout(self) -> Layout:
        """The slots of a customer's state."""
        return lay_out(self.program)

    @cached_property
    def plan(self) -> Plan:
        """What can matter where."""
        return Plan(self.program)

    def python(self, stage: str, event: str) -> str:
        """The handler of a stage and an event, as Python text."""
        made, _ = write_handler(self.program, self.layout, self.plan, stage, event, first=False)
        return ast.unparse(made)

    def handler(self, stage: str, event: str, links: Links, *, first: bool) -> Any:
        """The function for a record of the event in the stage; see `handlers`."""
        return self._linked(
            ("handler", stage, event, first),
            lambda: write_handler(self.program, self.layout, self.plan, stage, event, first=first),
            links,
        )

    def condition(
        self, title: str, condition: e.Expression, links: Links, *, ahead: bool
    ) -> Callable[[Any, int], Any]:
        """See `functions.write_condition`."""
        return self._linked(  # type: ignore[no-any-return]
            ("condition", title, ahead),
            lambda: functions.write_condition(
                self.program, self.layout, title, condition, ahead=ahead
            ),
            links,
        )

    def crossing(
        self, title: str, comparison: e.Expression, half_life: int, links: Links
    ) -> Callable[[Any, int, float], Any]:
        """See `functions.write_crossing`."""
        return self._linked(  # type: ignore[no-any-return]
            ("crossing", title),
            lambda: functions.write_crossing(
                self.program, self.layout, title, comparison, half_life
            ),
            links,
        )

    def where(
        self, title: str, where: e.Expression, links: Links
    ) -> Callable[[Any, Any, int], Any]:
        """See `functions.write_where`."""
        return self._linked(  # type: ignore[no-any-return]
            ("where", title),
            lambda: functions.write_where(self.program, self.layout, title, where),
            links,
        )

    def values(
        self, title: str, values: list[e.Expression], span: Span, links: Links
    ) -> Callable[[Any, int], tuple[Any, ...]]:
        """See `functions.write_values`."""
        return self._linked(  # type: ignore[no-any-return]
            ("values", title),
            lambda: functions.write_values(self.program, self.layout, title, values, span),
            links,
        )

    def look(self, looked_at: e.Expression, links: Links) -> Callable[[Any, Any, int], Any]:
        """See `functions.write_look`."""
        return self._linked(  # type: ignore[no-any-return]
            ("look", looked_at),
            lambda: functions.write_look(self.program, self.layout, "look", looked_at),
            links,
        )

    def deadlines(self, stage: str, links: Links) -> Callable[[Any], int]:
        """See `deadlines.write_deadlines`."""
        return self._linked(  # type: ignore[no-any-return]
            ("deadlines", stage),
            lambda: write_deadlines(self.program, self.layout, stage),
            links,
        )

    def start(self, links: Links) -> Callable[[Any, int], str]:
        """See `functions.write_start`."""
        return self._linked(  # type: ignore[no-any-return]
            "start", lambda: functions.write_start(self.program, self.layout), links
        )

    def profile(self, links: Links) -> Callable[[Any, Any, int], None]:
        """See `functions.write_profile`."""
        if not self.program.traits:
            return _nothing
        return self._linked(  # type: ignore[no-any-return]
            "profile", lambda: functions.write_profile(self.program, self.layout), links
        )

    def steps(self, trigger: Trigger, entry: Entry, links: Links) -> Callable[..., bool]:
        """See `steps`."""
        return self._linked(  # type: ignore[no-any-return]
            ("steps", trigger.name, entry),
            lambda: write_steps(self.program, self.layout, trigger, entry),
            links,
        )

    def keep(self, trigger: Trigger, links: Links) -> Callable[[Any], Any]:
        """See `steps.write_keep`."""
        return self._linked(  # type: ignore[no-any-return]
            ("keep", trigger.name),
            lambda: write_keep(self.program, self.layout, trigger),
            links,
        )

    def worth(
        self, title: str, worth: e.Expression, links: Links
    ) -> Callable[[Any, Any, int, str], float]:
        """See `attributing.write_worth`."""
        return self._linked(  # type: ignore[no-any-return]
            ("worth", title),
            lambda: write_worth(self.program, self.layout, title, worth),
            links,
        )

    def weight(self, title: str, weight: e.Expression, links: Links) -> Callable[[Any], float]:
        """See `attributing.write_weight`."""
        return self._linked(  # type: ignore[no-any-return]
            ("weight", title),
            lambda: write_weight(self.program, self.layout, title, weight),
            links,
        )

    @cached_property
    def _look_ups(self) -> dict[str, tuple[Table, str, bool]]:
        """By title: a table, the output that is looked up, and whether ahead of the clock."""
        return {
            f"{AHEAD if ahead else ''}{table_title(self.program, name, output.name)}": (
                table,
                output.name,
                ahead,
            )
            for name, table in self.program.tables.items()
            for output in table.outputs
            for ahead in (False, True)
        }

    def _link_tables(self, code: CodeType, links: Links) -> None:
        """Make the look-ups that a function calls, each when the first function calls it."""
        for title in code.co_names:
            if title in self._look_ups and title not in links:
                links[title] = self._look_up(title, links)

    def _look_up(self, title: str, links: Links) -> Callable[[Any, int], Any]:
        table, output, ahead = self._look_ups[title]
        return self._linked(  # type: ignore[no-any-return]
            title,
            lambda: write_look_up(self.program, self.layout, title, table, output, ahead=ahead),
            links,
        )

    def _linked(
        self,
        key: object,
        write: Callable[[], functions.Written],
        links: Links,
    ) -> Any:
        found = self._code.get(key)
        if found is None:
            found = self._code[key] = self._shared(key, write) or _made(write)
        code = found.code
        self._link_tables(code, links)
        # Names of attributes are among these too; one that is also a link does no harm.
        names = {name: links[name] for name in code.co_names if name in links}
        return FunctionType(code, {"__builtins__": {}, **found.globals, **names}, code.co_name)

    def _shared(self, key: object, write: Callable[[], functions.Written]) -> _Code | None:
        """The code of the program that this one is like, where no other value stands in it."""
        if self.like is None:
            return None
        # Which params stand in a function does not depend on what they are.
        theirs = self.like._code  # noqa: SLF001 — one of its own kind
        if key not in theirs:
            made = _made(write)
            if not made.params.isdisjoint(self.differs):
                return made
            theirs[key] = made
        return theirs[key] if theirs[key].params.isdisjoint(self.differs) else None


def _same(program: Program, other: Program) -> bool:
    """Whether two programs are the same but for the values of params."""
    cases = [
        {name: [case for case, _ in each.cases] for name, each in one.params.items()}
        for one in (program, other)
    ]
    return (
        cases[0] == cases[1]
        and program.memory == other.memory
        and program.keeps == other.keeps
        and program_text(program) == program_text(evolve(other, params=program.params))
    )


def _made(write: Callable[[], functions.Written]) -> _Code:
    made, needs = write()
    return _Code(_compiled(made, needs.file), needs.globals, frozenset(needs.params))


def _nothing(_c: Any, _r: Any, _now: int) -> None:
    """What a profile sets where there are no traits."""


def _compiled(made: ast.FunctionDef, file: str) -> CodeType:
    """The code of one function, located in the rule file."""
    module = ast.fix_missing_locations(ast.Module([made], []))
    code = compile(module, file, "exec", dont_inherit=True)
    return next(part for part in code.co_consts if isinstance(part, CodeType))
