"""Lines of source with marks under them: the middle part of the full format.

Every label becomes one mark on one line; a label over several lines becomes two, under the text
of its first line and of its last. Marks on one line share a row of carets (dashes for context).
The text of the rightmost stands beside the row, the others hang below it on a `|`. A line that
is too long is cut to a window around the mark that matters most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import attrs

from lifecycle_dsl.diagnostics.model import Label
from lifecycle_dsl.diagnostics.render.glyphs import Glyph, glyphs, visible
from lifecycle_dsl.diagnostics.render.palette import Palette, paint
from lifecycle_dsl.source import Source

WIDEST = 120
"""Terminal cells of source shown of one line."""
LEAD = 30
"""Cells kept before the mark when a line is cut."""
_CUT = Glyph("…", 1)


@attrs.frozen
class Mark:
    """A label's part on one line, in characters of that line; `end` is after `start`."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


def excerpt(
    source: Source, labels: Sequence[Label], gutter: int, colour: str, palette: Palette
) -> Iterator[str]:
    """The numbered lines that the labels of one source touch, with marks.

    `gutter` is the width of the line numbers and `colour` the code for primary marks.
    """
    marks = sorted(
        (mark for label in labels for mark in _marks(source, label)),
        key=lambda mark: (mark.line, mark.start, mark.end),
    )
    bar = paint("|", palette.gutter)
    yield f"{' ' * gutter}  {bar}"
    before: int | None = None
    for number, group in groupby(marks, key=lambda mark: mark.line):
        if before is not None and number == before + 2:
            between = _cut(glyphs(source.line_text(number - 1)), ())[0]
            yield _numbered(number - 1, between, gutter, palette)
        elif before is not None and number > before + 2:
            yield paint("...", palette.gutter)
        shown, moved = _cut(glyphs(source.line_text(number)), list(group))
        yield _numbered(number, shown, gutter, palette)
        for row in _rows(shown, moved, colour, palette):
            yield f"{' ' * gutter}  {bar} {row}"
        before = number


def last_line(labels: Iterable[Label]) -> int:
    """The greatest line number that an excerpt of the labels shows."""
    return max((_ends(label)[1][0] for label in labels), default=1)


def _ends(label: Label) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last position of a label; the line end that a span may end with does not count."""
    span = label.span
    start = span.source.position(span.start)
    end = span.source.position(span.end)
    if end[1] == 1 and end[0] > start[0]:
        line = end[0] - 1
        end = line, len(span.source.line_text(line)) + 1
    return start, end


def _marks(source: Source, label: Label) -> Iterator[Mark]:
    (first, start), (last, end) = _ends(label)
    if first == last:
        yield Mark(first, start - 1, max(start, end - 1), label.text, label.primary)
        return
    opening = source.line_text(first)
    closing = source.line_text(last)
    indent = len(closing) - len(closing.lstrip())
    yield Mark(first, start - 1, max(start, len(opening.rstrip())), "", label.primary)
    indent = min(indent, end - 1)
    yield Mark(last, indent, max(indent + 1, end - 1), label.text, label.primary)


def _numbered(number: int, line: Sequence[Glyph], gutter: int, palette: Palette) -> str:
    text = "".join(glyph.shown for glyph in line)
    head = paint(f" {number:>{gutter}} |", palette.gutter)
    return f"{head} {text}".rstrip()


def _cut(line: list[Glyph], marks: Sequence[Mark]) -> tuple[list[Glyph], list[Mark]]:
    """The part of a line that is shown, and the marks moved to where their text now stands."""
    if sum(glyph.cells for glyph in line) <= WIDEST:
        return line, list(marks)
    main = next((mark for mark in marks if mark.primary), marks[0] if marks else None)
    start = 0
    if main is not None and sum(glyph.cells for glyph in line[: main.end]) > WIDEST - 2:
        start = main.start - _fitting(line[: main.start][::-1], LEAD)
    left = [_CUT] if start else []
    length = _fitting(line[start:], WIDEST - 2)
    right = [_CUT] if start + length < len(line) else []
    shown = [*left, *line[start : start + length], *right]

    def moved(offset: int) -> int:
        return min(max(offset - start + len(left), 0), len(shown))

    last = len(shown) - 1 if right else len(shown)
    cut = []
    for mark in marks:
        begin = min(moved(mark.start), last)
        cut.append(attrs.evolve(mark, start=begin, end=max(moved(mark.end), begin + 1)))
    return shown, cut


def _fitting(line: Sequence[Glyph], cells: int) -> int:
    """How many glyphs fit."""
    for count, glyph in enumerate(line):
        cells -= glyph.cells
        if cells < 0:
            return count
    return len(line)


@attrs.frozen
class _Row:
    """A mark in terminal cells."""

    start: int
    end: int
    text: str
    primary: bool
    colour: str


def _rows(
    line: Sequence[Glyph], marks: Sequence[Mark], colour: str, palette: Palette
) -> Iterator[str]:
    """The row of carets, then the texts that hang below it, the rightmost first."""
    placed = [_placed(line, mark, colour, palette) for mark in marks]
    hanging = [each for each in placed if each.text]
    rightmost = placed[-1]
    carets = _carets(placed)
    if rightmost.text and all(each.end <= rightmost.start for each in placed[:-1]):
        hanging.remove(rightmost)
        carets += " " + paint(rightmost.text, rightmost.colour)
    yield carets
    if hanging:
        yield _stems(hanging)
    while hanging:
        lowest = hanging.pop()
        taken = [each for each in hanging if each.start < lowest.start]
        yield _stems(taken, until=lowest.start) + paint(lowest.text, lowest.colour)


def _placed(line: Sequence[Glyph], mark: Mark, colour: str, palette: Palette) -> _Row:
    start = sum(glyph.cells for glyph in line[: mark.start])
    cells = sum(glyph.cells for glyph in line[mark.start : mark.end])
    return _Row(
        start,
        start + max(1, cells),
        visible(mark.text),
        mark.primary,
        colour if mark.primary else palette.context,
    )


def _carets(placed: Sequence[_Row]) -> str:
    """All marks in one row; where two overlap the primary one is seen."""
    cells: list[tuple[str, str]] = [(" ", "")] * max(each.end for each in placed)
    for each in sorted(placed, key=lambda each: each.primary):
        sign = "^" if each.primary else "-"
        cells[each.start : each.end] = [(sign, each.colour)] * (each.end - each.start)
    runs = groupby(cells, key=lambda cell: cell)
    return "".join(paint(sign * len(list(run)), colour) for (sign, colour), run in runs)


def _stems(hanging: Sequence[_Row], until: int = 0) -> str:
    """A `|` under the start of each mark whose text is still to come."""
    row, width = "", 0
    for each in hanging:
        if each.start >= width:
            row += " " * (each.start - width) + paint("|", each.colour)
            width = each.start + 1
    return row + " " * (until - width)
