"""Rule text with a name, and spans of it.

A `Source` is what every pass points back into. Places are offsets in code points; lines and
the columns that other programs count in are worked out when somebody asks. Reading a file is
not done here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

import attrs

# What editors and the language server protocol take for the end of a line.
_LINE_END = re.compile(r"\r\n|\n|\r")


@attrs.frozen(eq=False)
class Source:
    """One rule text; two sources are never equal, even with the same name and text."""

    name: str
    text: str = attrs.field(repr=False)

    @cached_property
    def _lines(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The offsets at which lines start, and those at which their text ends."""
        ends = list(_LINE_END.finditer(self.text))
        starts = (0, *(end.end() for end in ends))
        return starts, (*(end.start() for end in ends), len(self.text))

    @property
    def line_count(self) -> int:
        """How many lines the text has; a last line without text counts."""
        return len(self._lines[0])

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both from 1, in code points."""
        self._require(offset)
        starts, _ = self._lines
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def utf16_column(self, offset: int) -> int:
        """The column of an offset in UTF-16 code units, from 1."""
        return len(self._before(offset).encode("utf-16-le", "surrogatepass")) // 2 + 1

    def byte_column(self, offset: int) -> int:
        """The column of an offset in UTF-8 bytes, from 1."""
        return len(self._before(offset).encode("utf-8", "surrogatepass")) + 1

    def line_start(self, line: int) -> int:
        """The offset at which a line, counted from 1, starts."""
        if not 1 <= line <= self.line_count:
            raise IndexError(f"{self.name} has no line {line}")
        return self._lines[0][line - 1]

    def line_text(self, line: int) -> str:
        """The text of a line, counted from 1, without its end."""
        return self.text[self.line_start(line) : self._lines[1][line - 1]]

    def _before(self, offset: int) -> str:
        """The text of the offset's line that stands before it."""
        line, _ = self.position(offset)
        return self.text[self.line_start(line) : offset]

    def _require(self, offset: int) -> None:
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"{self.name} has no offset {offset}")


@attrs.frozen
class Span:
    """The half-open range `start` to `end` of a source, in code points."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The smallest span that covers both; they must be of one source."""
        if other.source is not self.source:
            raise ValueError(f"no span from {self.source.name} to {other.source.name}")
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))
