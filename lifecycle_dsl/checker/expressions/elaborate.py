"""The expression checker: each construct to its own module, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, get_args

import attrs

from lifecycle_dsl.checker.expressions.applying import QUANTITIES, interval
from lifecycle_dsl.checker.expressions.arithmetic import ARITHMETIC, arithmetic, negative
from lifecycle_dsl.checker.expressions.behind import Behind
from lifecycle_dsl.checker.expressions.calls import call
from lifecycle_dsl.checker.expressions.comparing import TEXTUAL, compare, look_into, one_of
from lifecycle_dsl.checker.expressions.facts import Fact, fact
from lifecycle_dsl.checker.expressions.fitting import fit, is_bare, with_unit
from lifecycle_dsl.checker.expressions.literals import (
    Literal,
    list_literal,
    literal,
    record_out_of_place,
    text,
)
from lifecycle_dsl.checker.expressions.logic import (
    chain,
    conditional,
    default,
    is_present,
    negation,
)
from lifecycle_dsl.checker.expressions.memory import memory
from lifecycle_dsl.checker.expressions.missing import cause, reason
from lifecycle_dsl.checker.expressions.naming import member, name_read
from lifecycle_dsl.checker.expressions.place import DEEPEST, Place
from lifecycle_dsl.checker.expressions.points import points
from lifecycle_dsl.checker.names import Names
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import MONEY, TIME, Type
from lifecycle_dsl.syntax import nodes


class Expressions:
    """Checks the expressions of one rule set."""

    def __init__(self, names: Names, report: Callable[[Diagnostic], None]) -> None:
        self._names = names
        self._report = report
        self._behind = Behind(names)

    def check(
        self,
        node: nodes.Expression,
        scope: Scope,
        expected: Type | None = None,
        *,
        complete: bool = True,
    ) -> e.Expression | None:
        """The checked expression, of the type expected; None after a report.

        With `complete` it is an error that the value may be missing, unless the scope allows it.
        """
        place = Place(scope)
        if complete:
            return self.whole(node, place, expected)
        if expected is None:
            return self.infer(node, place)
        return self.infer_as(node, place, expected)

    # What the parts ask for; see `place.Elaborator`

    @property
    def names(self) -> Names:
        """The declarations."""
        return self._names

    @property
    def behind(self) -> Behind:
        """What stands behind names."""
        return self._behind

    def report(self, diagnostic: Diagnostic) -> None:
        """Tell a problem."""
        self._report(diagnostic)

    def similar(self, name: str, candidates: Collection[str]) -> str | None:
        """A similar name, while suggestions are still read."""
        return self._names.similar(name, candidates)

    def whole(
        self, node: nodes.Expression, place: Place, wanted: Type | None
    ) -> e.Expression | None:
        """A checked expression that is never missing; None after a report."""
        found = (
            self.infer(node, place.wanting(None))
            if wanted is None
            else self.infer_as(node, place, wanted)
        )
        if found is None or not found.may_miss or place.scope.missing_is_false:
            return found
        missing = cause(found)
        presentable = not isinstance(missing, e.Apply)
        self.report(problems.may_be_missing(missing.span, reason(missing), presentable=presentable))
        return None

    def infer_as(self, node: nodes.Expression, place: Place, wanted: Type) -> e.Expression | None:
        """A checked expression of a type; None after a report."""
        found = self.infer(node, place.wanting(wanted))
        return None if found is None else fit(self, node, found, wanted)

    def infer(self, node: nodes.Expression, place: Place) -> e.Expression | None:
        """A checked expression of whatever type; None after a report."""
        while isinstance(node, nodes.Bracketed):
            node = node.inner
        if place.depth > DEEPEST:
            self.report(problems.too_deep(node.span))
            return None
        found = _CONSTRUCTS[type(node)](self, node, place.deeper())
        if found is None:
            return None
        if place.expected == MONEY and is_bare(node):
            found = with_unit(found, MONEY)
        if found.bounds is None and found.type in QUANTITIES:
            found = attrs.evolve(found, bounds=interval(found))
        return place.known.applied(found)


def _binary(checker: Expressions, node: nodes.Binary, place: Place) -> e.Expression | None:
    if node.operator in ("and", "or"):
        return chain(checker, node, place)
    if node.operator in ARITHMETIC:
        return arithmetic(checker, node, place)
    if node.operator in TEXTUAL:
        return look_into(checker, node, place)
    return compare(checker, node, place)


def _unary(checker: Expressions, node: nodes.Unary, place: Place) -> e.Expression | None:
    return (negation if node.operator == "not" else negative)(checker, node, place)


def _time_of_day(checker: Expressions, node: nodes.TimeOfDay, _place: Place) -> None:
    checker.report(problems.type_mismatch(node.span, TIME, "a value with a date"))


def _literal(_checker: Expressions, node: Literal, _place: Place) -> e.Expression:
    return literal(node)


_CONSTRUCTS: dict[
    type[nodes.Expression], Callable[[Expressions, Any, Place], e.Expression | None]
] = {
    **dict.fromkeys(get_args(Literal), _literal),
    **dict.fromkeys(get_args(Fact), fact),
    nodes.NameRead: name_read,
    nodes.Member: member,
    nodes.Text: text,
    nodes.ListLiteral: list_literal,
    nodes.RecordLiteral: record_out_of_place,
    nodes.TimeOfDay: _time_of_day,
    nodes.Unary: _unary,
    nodes.Binary: _binary,
    nodes.IsOneOf: one_of,
    nodes.IsPresent: is_present,
    nodes.Conditional: conditional,
    nodes.Default: default,
    nodes.Call: call,
    nodes.Memory: memory,
    nodes.Points: points,
}
