"""Where an expression stands: what it may read, what is wanted there, what is known there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import attrs
from attrs import field, frozen

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.behind import Behind
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.names import Names
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import Type
from lifecycle_dsl.syntax import nodes

DEEPEST = 200
"""Operators within one another; the syntax allows fewer, only long models come near."""


@frozen
class Knowledge:
    """What conditions that hold say about expressions; see `narrowing`."""

    present: frozenset[Expression] = frozenset()
    ranges: Mapping[Expression, Interval] = field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.present or self.ranges)

    def joined(self, other: Knowledge) -> Knowledge:
        """What both say."""
        if not other:
            return self
        ranges = dict(self.ranges)
        for expression, interval in other.ranges.items():
            known = ranges.get(expression)
            ranges[expression] = intervals.both(known, interval) if known else interval
        return Knowledge(self.present | other.present, ranges)

    def applied(self, found: Expression) -> Expression:
        """An expression with what is known about it."""
        if not self:
            return found
        if found.may_miss and found in self.present:
            found = attrs.evolve(found, may_miss=False)
        known = self.ranges.get(found) if found.bounds else None
        if known and found.bounds:
            found = attrs.evolve(found, bounds=intervals.both(found.bounds, known))
        return found


@frozen
class Place:
    """The place of an expression."""

    scope: Scope
    expected: Type | None = None
    """The type of the other side or of the place, for labels and bare numbers; no demand."""
    known: Knowledge = Knowledge()
    depth: int = 0

    def wanting(self, expected: Type | None) -> Place:
        """The same place with another expectation."""
        return Place(self.scope, expected, self.known, self.depth)

    def knowing(self, more: Knowledge) -> Place:
        """The same place where more is known."""
        return attrs.evolve(self, known=self.known.joined(more)) if more else self

    def deeper(self, by: int = 1) -> Place:
        """A place further inside."""
        return Place(self.scope, self.expected, self.known, self.depth + by)


class Elaborator(Protocol):
    """What the parts of the expression checker ask of the whole."""

    @property
    def names(self) -> Names:
        """The declarations."""

    @property
    def behind(self) -> Behind:
        """What stands behind names."""

    def report(self, diagnostic: Diagnostic) -> None:
        """Tell a problem."""

    def similar(self, name: str, candidates: Collection[str]) -> str | None:
        """A similar name, while suggestions are still read."""

    def infer(self, node: nodes.Expression, place: Place) -> Expression | None:
        """The checked expression, of whatever type; None after a report."""

    def infer_as(self, node: nodes.Expression, place: Place, wanted: Type) -> Expression | None:
        """The same, of the type wanted; None after a report."""

    def whole(self, node: nodes.Expression, place: Place, wanted: Type | None) -> Expression | None:
        """The same, and never missing (unless the place allows it)."""
