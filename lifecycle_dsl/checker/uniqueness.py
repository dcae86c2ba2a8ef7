"""Whether the rows of a table leave nothing out, and in `unique` nothing is taken twice.

Each input's values are cut into pieces (`axes`), so that a case is one piece of each input, and a
row a box of cases. Two rows overlap if their boxes do in every input: with the rows that take each
piece as bits of one number, all rows that overlap one are found together. Rows that do not overlap
leave nothing out just if their sizes add up to that of the whole; where they do not add up, a case
is found input by input, in a piece whose sizes do not. Where rows overlap, cases are searched for
input by input among the rows that are left, each set of rows once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.axes import (
    TRUTHS,
    Axis,
    Run,
    labelled_axis,
    level_axis,
    ordered_axis,
    text_axis,
)
from lifecycle_dsl.checker.cells import may_be_none
from lifecycle_dsl.checker.expressions.wholeness import whole_number
from lifecycle_dsl.checker.problems import tables as problems
from lifecycle_dsl.program.tables import Cell, Input, Mode, Row, Table
from lifecycle_dsl.program.types import BOOL, NO_STAGE, TEXT, Labels, LevelType, StageType
from lifecycle_dsl.source import Span

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

MOST_LOOKED_AT = 20_000
"""Sets of rows in a search; a table that needs more is asked for its `otherwise`."""
MOST_TOLD = 20
"""Overlaps of one table."""

Case = tuple[int, ...]
"""A piece of each input."""


def check_coverage(names: Dictionary, table: Table, spans: Sequence[Span]) -> None:
    """Report cases that no row takes, and in `unique` those that two do."""
    if table.mode is Mode.UNIQUE:
        boxes = Boxes(names, table.inputs, table.rows)
        shown = _Shown(boxes, spans)
        overlaps = boxes.overlaps(MOST_TOLD)
        for later, earlier, case in overlaps:
            places = table.rows[later].span, table.rows[earlier].span
            names.report(problems.overlapping_rows(*places, shown.text(case) or ""))
        if table.otherwise is not None:
            return
        if (gap := boxes.hole() if overlaps else boxes.gap()) is not None:
            names.report(problems.missing_case(table.span, shown.text(gap)))
    elif table.otherwise is None:
        _check_totality(names, table, spans)


def _check_totality(names: Dictionary, table: Table, spans: Sequence[Span]) -> None:
    """Report the first output that has no value in some case."""
    for at, output in enumerate(table.outputs):
        if output.optional or output.default is not None:
            continue
        rows = [row for row in table.rows if row.results[at] is not None]
        boxes = Boxes(names, table.inputs, rows)
        gap = boxes.hole()
        if gap is not None:
            case = _Shown(boxes, spans).text(gap)
            names.report(problems.table_not_total(table.span, output.name, case))
            return


class _Shown:
    """Cases in the user's words."""

    def __init__(self, boxes: Boxes, spans: Sequence[Span]) -> None:
        self._boxes = boxes
        self._names = [" ".join(span.text.split()) for span in spans]

    def text(self, case: Case) -> str | None:
        """`stage lead, engagement high`; what no cell looks at is left out. None for no case."""
        if not case:
            return None
        asked = [
            f"{name} {axis.examples[piece]}"
            for name, axis, piece in zip(self._names, self._boxes.axes, case, strict=False)
            if axis.is_asked
        ]
        return ", ".join(asked)


class Boxes:
    """The rows of a table as boxes of cases."""

    def __init__(self, names: Dictionary, inputs: Sequence[Input], rows: Sequence[Row]) -> None:
        self.axes = [
            axis_of(names, given, [row.cells[at] for row in rows])
            for at, given in enumerate(inputs)
        ]
        self._count = len(rows)
        self._sides: list[_Side] = []
        for at, axis in enumerate(self.axes):
            taken: dict[Cell, tuple[Run, ...]] = {}
            for row in rows:
                if row.cells[at] not in taken:
                    taken[row.cells[at]] = axis.runs(row.cells[at])
            self._sides.append(_Side(axis.size, [taken[row.cells[at]] for row in rows]))

    def overlaps(self, most: int) -> list[tuple[int, int, Case]]:
        """Rows that overlap one before them, the first such, and a case that both take."""
        found = []
        for row in range(self._count):
            earlier = (1 << row) - 1
            for side in self._sides:
                earlier &= side.touching(row)
                if not earlier:
                    break
            if earlier:
                other = (earlier & -earlier).bit_length() - 1
                case = tuple(side.shared(row, other) for side in self._sides)
                found.append((row, other, case))
                if len(found) == most:
                    break
        return found

    def gap(self) -> Case | None:
        """A case that no row takes, where no two rows overlap."""
        if any(side.size == 0 for side in self._sides):
            return None
        rows = list(range(self._count))
        sizes = [prod(side.lengths[row] for side in self._sides) for row in rows]
        if sum(sizes) == prod(side.size for side in self._sides):
            return None
        case = []
        for at, side in enumerate(self._sides):
            rest = self._sides[at + 1 :]
            weights = {row: prod(other.lengths[row] for other in rest) for row in rows}
            full = prod(other.size for other in rest)
            piece = next(piece for piece, size in enumerate(side.sizes(weights)) if size < full)
            case.append(piece)
            rows = [row for row in rows if side.takers[piece] >> row & 1]
        return tuple(case)

    def hole(self) -> Case | None:
        """A case that no row takes, whatever rows overlap; () where the search is too long."""
        if any(side.size == 0 for side in self._sides):
            return None
        seen: set[tuple[int, int]] = set()
        work: list[tuple[int, Case]] = [((1 << self._count) - 1, ())]
        whole = [0] * (len(self._sides) + 1)
        whole[-1] = (1 << self._count) - 1
        for at in range(len(self._sides) - 1, -1, -1):
            whole[at] = whole[at + 1] & self._sides[at].full
        while work:
            rows, case = work.pop()
            at = len(case)
            if rows & whole[at]:
                continue
            if not rows:
                return (*case, *(0 for _ in self._sides[at:]))
            if (at, rows) in seen:
                continue
            if len(seen) >= MOST_LOOKED_AT:
                return ()
            seen.add((at, rows))
            following: dict[int, int] = {}
            for piece, takers in enumerate(self._sides[at].takers):
                following.setdefault(takers & rows, piece)
            work += ((left, (*case, piece)) for left, piece in reversed(following.items()))
        return None


class _Side:
    """One input of all boxes: the pieces of each row, and the rows of each piece as bits."""

    def __init__(self, size: int, runs: Sequence[tuple[Run, ...]]) -> None:
        self.size = size
        self._runs = runs
        self.lengths = [sum(last - first for first, last in each) for each in runs]
        self.full = sum(1 << row for row, length in enumerate(self.lengths) if length == size)
        self._touching: dict[tuple[Run, ...], int] = {}

    @cached_property
    def takers(self) -> list[int]:
        """The rows that take each piece."""
        turns = [0] * (self.size + 1)
        for row, each in enumerate(self._runs):
            for first, last in each:
                turns[first] ^= 1 << row
                turns[last] ^= 1 << row
        return list(accumulate(turns[: self.size], int.__xor__))

    @cached_property
    def _starting(self) -> list[int]:
        """The rows of which a run starts in each stretch of pieces: a tree, its leaves last."""
        tree = [0] * (2 * self.size)
        for row, each in enumerate(self._runs):
            for first, _ in each:
                tree[self.size + first] |= 1 << row
        for node in range(self.size - 1, 0, -1):
            tree[node] = tree[2 * node] | tree[2 * node + 1]
        return tree

    def touching(self, row: int) -> int:
        """The rows that share a piece with a row."""
        runs = self._runs[row]
        found = self._touching.get(runs)
        if found is None:
            found = 0
            for first, last in runs:
                found |= self.takers[first] | self._starting_in(first, last)
            self._touching[runs] = found
        return found

    def _starting_in(self, first: int, last: int) -> int:
        tree, found = self._starting, 0
        low, high = first + self.size, last + self.size
        while low < high:
            if low & 1:
                found |= tree[low]
                low += 1
            if high & 1:
                high -= 1
                found |= tree[high]
            low, high = low >> 1, high >> 1
        return found

    def shared(self, row: int, other: int) -> int:
        """The first piece that two rows share."""
        starts = (
            max(a, c)
            for a, b in self._runs[row]
            for c, d in self._runs[other]
            if max(a, c) < min(b, d)
        )
        return min(starts)

    def sizes(self, weights: Mapping[int, int]) -> Iterable[int]:
        """The sum of the weights of the rows that take each piece."""
        turns = [0] * (self.size + 1)
        for row, weight in weights.items():
            for first, last in self._runs[row]:
                turns[first] += weight
                turns[last] -= weight
        return accumulate(turns[: self.size])


def axis_of(names: Dictionary, given: Input, cells: Sequence[Cell]) -> Axis:
    """The pieces of an input's values."""
    kind = given.value.type
    is_asked = any(cells)
    match kind:
        case StageType():
            stages = (*names.stages, *((NO_STAGE,) if may_be_none(names, given.value) else ()))
            return labelled_axis(stages, stages, is_asked=is_asked)
        case Labels(labels=labels):
            return labelled_axis(labels, labels, is_asked=is_asked)
        case LevelType():
            return level_axis(kind, is_asked=is_asked)
        case _ if kind == BOOL:
            return labelled_axis(*TRUTHS, is_asked=is_asked)
        case _ if kind == TEXT:
            return text_axis(cells)
        case _:
            is_whole = whole_number(given.value, names.expressions.behind.value)
            return ordered_axis(given, cells, is_whole=is_whole)
