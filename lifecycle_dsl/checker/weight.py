"""How deep and how large a value is with everything that stands behind its names.

Bounds on both keep every walk of a program short and every evaluation bounded, however lets are
built on one another.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from lifecycle_dsl.program.expressions import (
    Expression,
    LetRead,
    LevelRead,
    SegmentRead,
    TableRead,
)
from lifecycle_dsl.program.walk import children

DEEPEST = 200
LARGEST = 10_000


@frozen
class Weight:
    """Expressions within one another, and all of them."""

    depth: int = 1
    size: int = 1

    @property
    def is_too_much(self) -> bool:
        """Whether no rule set may have such a value."""
        return self.depth > DEEPEST or self.size > LARGEST


def weight_of(expression: Expression, behind: Mapping[str, Weight]) -> Weight:
    """The weight of an expression; `behind` has those of the values it names."""
    depth, size = 0, 0
    work = [(expression, 1)]
    while work:
        found, level = work.pop()
        match found:
            case (
                LetRead(let=name)
                | LevelRead(level=name)
                | SegmentRead(segment=name)
                | TableRead(table=name)
            ):
                named = behind.get(name, Weight())
                depth, size = max(depth, level + named.depth), size + named.size
            case _:
                depth, size = max(depth, level), size + 1
        work += ((child, level + 1) for child in children(found))
    return Weight(depth, size)
