"""Places as editors count them: lines from 0, columns in units that both sides agreed on.

Takes offsets and spans of a source and gives the protocol's positions and ranges, and back. A
position outside the text is taken for the nearest place inside it.
"""

from __future__ import annotations

from bisect import bisect_left

from attrs import frozen
from lsprotocol import types

from lifecycle_dsl.source import Source, Span


@frozen
class Places:
    """The conversions, in the units of an encoding."""

    encoding: str = "utf-16"

    def position(self, source: Source, offset: int) -> types.Position:
        """The position of an offset."""
        line, column = source.position(offset)
        if self.encoding == "utf-16":
            column = source.utf16_column(offset)
        elif self.encoding == "utf-8":
            column = source.byte_column(offset)
        return types.Position(line - 1, column - 1)

    def range(self, span: Span) -> types.Range:
        """The range of a span."""
        return types.Range(
            self.position(span.source, span.start), self.position(span.source, span.end)
        )

    def whole(self, source: Source) -> types.Range:
        """The range of a whole text."""
        return self.range(Span(source, 0, len(source.text)))

    def edited(self, source: Source, range_: types.Range, text: str) -> str:
        """The text of a source with another one in a range."""
        start, end = self.offset(source, range_.start), self.offset(source, range_.end)
        return source.text[:start] + text + source.text[max(start, end) :]

    def offset(self, source: Source, position: types.Position) -> int:
        """The offset of a position; inside a character, that of the character."""
        if position.line >= source.line_count:
            return len(source.text)
        start = source.line_start(position.line + 1)
        text = source.line_text(position.line + 1)
        if self.encoding == "utf-32" or text.isascii():
            return start + min(position.character, len(text))
        width = 4 if self.encoding == "utf-16" else 0
        ends: list[int] = [0]
        for char in text:
            units = 1 + (ord(char) > 0xFFFF) if width else len(char.encode("utf-8", "replace"))
            ends.append(ends[-1] + units)
        at = bisect_left(ends, position.character)
        if at < len(ends) and ends[at] > position.character:
            at -= 1
        return start + min(at, len(text))
