"""Whether everything that is watched can be noticed at the instant it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.watchable import watch_problem
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.expressions import Expression, ListOf, TableRead
from lifecycle_dsl.program.tables import Table
from lifecycle_dsl.program.types import TEXT, ListType

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_watches(
    names: Dictionary,
    levels: Mapping[str, Level],
    segments: Mapping[str, Segment],
    tables: Mapping[str, Table],
) -> None:
    """Report what cannot be watched."""

    def resolve(found: Expression) -> Expression | None:
        if isinstance(found, TableRead) and found.table in tables:
            items = tables[found.table].reads(found.output)
            return ListOf(span=found.span, type=ListType(TEXT, 0), items=items)
        return names.expressions.behind.value(found)

    def look_at(condition: Expression, *, both_ways: bool) -> None:
        problem = watch_problem(condition, resolve, both_ways=both_ways)
        if problem is not None:
            names.report(problem)

    for condition, both_ways in names.watches:
        look_at(condition, both_ways=both_ways)
    for level in levels.values():
        if level.watched:
            for reached in level.reaches:
                look_at(reached, both_ways=True)
    for segment in segments.values():
        if segment.watched and segment.condition is not None:
            look_at(segment.condition, both_ways=True)
