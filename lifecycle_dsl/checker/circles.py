"""Circles that lead through params and tables, which are looked at when all is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.ordering import order_of
from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.program.declarations import Let, Level, Param, Segment
from lifecycle_dsl.program.expressions import (
    Expression,
    LetRead,
    LevelRead,
    ParamRead,
    SegmentRead,
    TableRead,
)
from lifecycle_dsl.program.tables import Table
from lifecycle_dsl.program.walk import walk

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_circles(
    names: Dictionary,
    lets: Mapping[str, Let],
    levels: Mapping[str, Level],
    segments: Mapping[str, Segment],
    others: tuple[Mapping[str, Param], Mapping[str, Table]],
) -> bool:
    """Whether no value needs itself; circles are reported."""
    graph: dict[str, list[str]] = {}
    for let in lets.values():
        graph[let.name] = list(_needed([let.value]))
    for level in levels.values():
        graph[level.name] = list(_needed([level.value, *level.reaches]))
    for segment in segments.values():
        if segment.condition is not None:
            graph[segment.name] = list(_needed([segment.condition]))
    params, tables = others
    for param in params.values():
        graph[param.name] = [segment for segment, _ in param.cases]
    for table in tables.values():
        graph[table.name] = list(_needed(table.expressions()))
    _, circles = order_of(graph)
    for circle in circles:
        names.report(problems.circular_definition(names.entries[circle[0]].span, circle))
    return not circles


def _needed(expressions: Iterable[Expression]) -> Iterator[str]:
    for expression in expressions:
        for part in walk(expression):
            match part:
                case LetRead(let=name) | LevelRead(level=name) | SegmentRead(segment=name):
                    yield name
                case ParamRead(param=name) | TableRead(table=name):
                    yield name
                case _:
                    pass
