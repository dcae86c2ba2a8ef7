"""Tables of operations: a row for every list of types, and what each row needs and gives.

An operation that is not defined everywhere has several rows for the same types, the most demanding
first: `/` is plain division where the divisor cannot be 0, and else one that may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from attrs import frozen

from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import Type

Evaluate = TypeVar("Evaluate", bound=Callable[..., Any])
Bounds = Callable[..., Interval]
Domain = Callable[..., bool]


@frozen
class Row:
    """An operation with what is known of its result from the intervals of its arguments."""

    operation: Operation
    bounds: Bounds | None = None
    """Of a result that is a quantity; gets None for arguments that are none."""
    domain: Domain | None = None
    """Whether arguments within these intervals are allowed; None if all are."""


class Table:
    """Rows by name and types; `others` are names whose rows are made when asked for."""

    def __init__(self, *others: str) -> None:
        self._others = others
        self._rows: dict[tuple[str, tuple[Type, ...]], list[Row]] = {}

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order they were added."""
        return tuple(row for rows in self._rows.values() for row in rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all operations, each once."""
        return tuple(dict.fromkeys((*self._others, *(name for name, _ in self._rows))))

    def row(
        self,
        name: str,
        *types: Type,
        bounds: Bounds | None = None,
        domain: Domain | None = None,
        inline: str | None = None,
        needs_zone: bool = False,
        may_miss: bool = False,
    ) -> Callable[[Evaluate], Evaluate]:
        """A decorator that makes a function a row: its parameters' types, then its result's."""
        *parameters, result = types

        def add(evaluate: Evaluate) -> Evaluate:
            operation = Operation(
                name, tuple(parameters), result, evaluate, needs_zone, may_miss, inline
            )
            rows = self._rows.setdefault((name, operation.parameters), [])
            rows.append(Row(operation, bounds, domain))
            return evaluate

        return add

    def find(
        self, name: str, types: Sequence[Type], intervals: Sequence[Interval | None]
    ) -> Row | None:
        """The first row for these types whose domain the arguments surely lie in."""
        for row in self._rows.get((name, tuple(types)), ()):
            if row.domain is None or row.domain(*intervals):
                return row
        return None

    def signatures(self, name: str) -> tuple[tuple[Type, ...], ...]:
        """The lists of types that an operation of the name takes."""
        return tuple(types for found, types in self._rows if found == name)
