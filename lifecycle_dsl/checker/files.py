"""The files of a rule set: `use` inlined, each file once, where it first stands."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from lifecycle_dsl.checker.declared import Report
from lifecycle_dsl.checker.problems import files as problems
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes, parse
from lifecycle_dsl.syntax.nodes.file import Declaration

Read = Callable[[str], Source | None]


class Files:
    """Reads the files of one rule set."""

    def __init__(self, main: Source, read: Read | None, report: Report) -> None:
        self._read = read
        self._report = report
        folder = posixpath.normpath(posixpath.dirname(main.name))
        self._root = "" if folder == "." else folder
        self._seen = {posixpath.normpath(main.name)}
        parsed = parse(main)
        self._main = main
        self.file = parsed.file
        """The main file."""
        self.has_gaps = False
        """Whether something could not be read, so that declarations may be missing."""
        self.every: list[nodes.File] = [parsed.file]
        """The main file, and those it uses in the order in which they are read."""
        self._take(parsed.diagnostics)

    def declarations(self) -> list[Declaration]:
        """All declarations, those of used files where `use` stands."""
        found: list[Declaration] = []
        self._inline(self.file.declarations, [self._main.name], found)
        return found

    def beside(self, span: Span, path: str) -> Source | None:
        """The file of that path beside the one with the span; None (reported) if there is none."""
        name = self._name_of(span, path)
        source = None if name is None or self._read is None else self._read(name)
        if name is not None and source is None:
            self._report(problems.missing_file(span, path))
        return source

    def _inline(
        self, declarations: Iterable[Declaration], using: list[str], found: list[Declaration]
    ) -> None:
        """Go through a file; `using` are the files on the way to it, which bound the recursion."""
        for node in declarations:
            if not isinstance(node, nodes.Use):
                found.append(node)
                continue
            name = self._name_of(node.span, node.path)
            if name is None:
                self.has_gaps = True
                continue
            if name in map(posixpath.normpath, using):
                at = [posixpath.normpath(each) for each in using].index(name)
                self._report(problems.file_uses_itself(node.span, [*using[at:], name]))
                continue
            if name in self._seen:
                continue
            self._seen.add(name)
            source = None if self._read is None else self._read(name)
            if source is None or len(using) > 50:
                self._report(problems.missing_file(node.span, node.path))
                self.has_gaps = True
                continue
            parsed = parse(source)
            self.every.append(parsed.file)
            self._take(parsed.diagnostics)
            self._inline(parsed.file.declarations, [*using, name], found)

    def _take(self, diagnostics: Iterable[Diagnostic]) -> None:
        for each in diagnostics:
            self._report(each)
            self.has_gaps |= each.severity is Severity.ERROR

    def _name_of(self, span: Span, path: str) -> str | None:
        """A path from the main file's folder on; None (reported) if it leads elsewhere."""
        folder = posixpath.dirname(span.source.name)
        name = posixpath.normpath(posixpath.join(folder, path))
        root = self._root
        inside = name.startswith(f"{root}/") if root else not name.startswith("..")
        odd = posixpath.isabs(path) or "\\" in path or "\0" in path or not path
        if odd or not inside or name in (".", root):
            self._report(problems.file_outside(span, path))
            return None
        return name
