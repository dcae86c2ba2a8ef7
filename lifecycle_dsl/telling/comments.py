"""What authors say of their own rules: the comments right above a declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.telling.marks import code

_HEADING: Final = re.compile(r"#\s*[-=]{3,}")
_CODE: Final = re.compile(r"`([^`]+)`")
_ORDER: Final = "lcr:"


@frozen
class Comments:
    """The comments of some files: by their source, the text of each line that is one."""

    lines: Mapping[Source, Mapping[int, str]]
    declarations: tuple[n.Node, ...]

    def above(self, span: Span) -> str:
        """The paragraph above the declaration in which something stands; empty if none does."""
        for each in self.declarations:
            found = each.span
            if found.source is span.source and found.start <= span.start < found.end:
                return self._paragraph(found.source, found.source.position(found.start)[0] - 1)
        return ""

    def head(self, source: Source) -> str:
        """The paragraph at the top of a file, if it stands for itself."""
        lines = self.lines.get(source, {})
        last = 0
        while last + 1 in lines:
            last += 1
        starts = {
            each.span.source.position(each.span.start)[0]
            for each in self.declarations
            if each.span.source is source
        }
        return "" if last + 1 in starts else self._paragraph(source, last)

    def _paragraph(self, source: Source, last: int) -> str:
        lines = self.lines.get(source, {})
        found: list[str] = []
        while last in lines and not _HEADING.match(lines[last]):
            found.insert(0, lines[last].lstrip("#").strip())
            last -= 1
        said = " ".join(line for line in found if line and not line.startswith(_ORDER))
        return _CODE.sub(lambda quoted: code(quoted[1]), said)


def comments_of(files: Iterable[n.File], declarations: Iterable[n.Node]) -> Comments:
    """The comments of the files of a rule set."""
    lines: dict[Source, dict[int, str]] = {}
    for file in files:
        found = lines.setdefault(file.span.source, {})
        for comment in file.comments:
            if comment.own_line:
                found[comment.span.source.position(comment.span.start)[0]] = comment.text
    return Comments(lines, tuple(declarations))
