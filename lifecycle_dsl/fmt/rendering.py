"""Documents into lines: what fits stays together.

One pass with a stack, as Oppen's. Whether a group fits is looked up to the first line end that may
follow it. Comments count for no width: they may run over the edge.
"""

from __future__ import annotations

from typing import NamedTuple

from lifecycle_dsl.fmt.documents import (
    Document,
    Group,
    Indent,
    Line,
    Remark,
    Row,
    Text,
    Word,
)


class Written(NamedTuple):
    """A line of the output and the comment behind it."""

    text: str
    remark: Remark | None


Entry = tuple[int, bool, Document]
"""Something still to be written: its indentation, whether on one line, and the document."""


def rendered(document: Document, width: int) -> list[Written]:
    """The lines of a document, which starts at the left edge."""
    return _Rendering(width).run(document)


class _Rendering:
    def __init__(self, width: int) -> None:
        self._width = width
        self._lines: list[Written] = []
        self._line: list[str] = []
        self._column = 0
        self._fresh = True
        self._remark: Remark | None = None
        self._ended = False

    def run(self, document: Document) -> list[Written]:
        stack: list[Entry] = [(0, False, document)]
        while stack:
            indent, flat, doc = stack.pop()
            match doc:
                case Text():
                    self._put(doc.text, indent)
                case Row():
                    stack.extend([(indent, flat, part) for part in reversed(doc.parts)])
                case Group():
                    one_line = flat or self._fits(doc, stack)
                    stack.append((indent, one_line, doc.flat if one_line else doc.tall))
                case Indent():
                    stack.append((indent + doc.by, flat, doc.inner))
                case Line():
                    if flat and not self._ended:
                        self._put(doc.flat, indent)
                    else:
                        self._end_line(indent, blank=doc.blank and not flat)
                case Word():
                    self._put_word(doc, indent)
        self._end_line(0, blank=False)
        return self._lines

    def _put(self, text: str, indent: int) -> None:
        if self._ended:
            self._end_line(indent, blank=False)
            text = text.lstrip(" ")
        if text:
            self._line.append(text)
            self._column += len(text)
            self._fresh = self._fresh and not text.strip(" ")

    def _put_word(self, word: Word, indent: int) -> None:
        if self._fresh:
            indent = self._column
        for at, remark in enumerate(word.above):
            if self._ended or not self._fresh:
                self._end_line(indent, blank=at > 0 and remark.blank)
            self._put(remark.text, indent)
            self._ended = True
        if not word.text:
            return
        if word.above:
            self._end_line(indent, blank=word.blank)
        self._put(word.text, indent)
        if word.behind is not None:
            self._remark = word.behind
            self._ended = True

    def _end_line(self, indent: int, *, blank: bool) -> None:
        self._lines.append(Written("".join(self._line).rstrip(" "), self._remark))
        if blank:
            self._lines.append(Written("", None))
        self._line = [" " * indent]
        self._column = indent
        self._fresh = True
        self._remark = None
        self._ended = False

    def _fits(self, group: Group, stack: list[Entry]) -> bool:
        """Whether a group can be on the present line, with what must follow it there."""
        left = self._width - self._column - group.width
        if left < 0 or group.trails or self._ended:
            return left >= 0
        return _rest_fits(stack, left)


def _rest_fits(stack: list[Entry], left: int) -> bool:
    """Whether what is still to be written fits into a width, up to where the line may end."""
    todo: list[tuple[bool, Document]] = []
    at = len(stack)
    while left >= 0 and (todo or at):
        if todo:
            flat, doc = todo.pop()
        else:
            at -= 1
            _, flat, doc = stack[at]
        match doc:
            case Row():
                todo.extend([(flat, part) for part in reversed(doc.parts)])
            case Group():
                todo.append((flat, doc.flat if flat else doc.tall))
            case Indent():
                todo.append((flat, doc.inner))
            case _:
                if doc.leads or (isinstance(doc, Line) and not flat):
                    return True
                left -= doc.width
                if doc.trails:
                    break
    return left >= 0
