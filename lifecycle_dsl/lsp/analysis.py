"""What is known about the files at hand: nodes and checks, each made once for a text.

A check belongs to a root: the file that nobody else uses (see `texts`). What it finds in the files
that the root uses is told there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field

from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.lsp.mentions import Index, Mention, Symbol
from lifecycle_dsl.lsp.reading import index_of
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse


@define(eq=False)
class Analysis:
    """The latest of everything."""

    texts: Texts
    _files: dict[str, nodes.File] = field(factory=dict)
    _checked: dict[str, Checked] = field(factory=dict)
    _indexes: dict[str, tuple[Checked, Index]] = field(factory=dict)

    def file(self, source: Source) -> nodes.File:
        """The nodes of a text, with errors as far as it can be read."""
        known = self._files.get(source.name)
        if known is None or known.span.source is not source:
            with _without_collection():
                known = self._files[source.name] = parse(source).file
        return known

    def check(self, root: str) -> Checked | None:
        """The check of a root and the files it uses; None if there is no such file."""
        source = self.texts.read(root)
        if source is None:
            self._checked.pop(root, None)
            return None
        known = self._checked.get(root)
        if known is None or not self._is_fresh(known, source):
            with _without_collection():
                known = self._checked[root] = check(source, self.texts.read)
            for file in known.files:
                self._files[file.span.source.name] = file
        return known

    def forget(self, roots: set[str]) -> None:
        """Leave out the checks of all other roots."""
        self._checked = {name: each for name, each in self._checked.items() if name in roots}
        self._indexes = {name: each for name, each in self._indexes.items() if name in roots}

    def diagnostics(self, name: str) -> list[Diagnostic]:
        """What the latest checks found in a file, each once."""
        found: dict[tuple[object, ...], Diagnostic] = {}
        for checked in self._checked.values():
            for each in checked.diagnostics:
                if (each.file_name or checked.file.span.source.name) == name:
                    start = each.span.start if each.span else -1
                    found.setdefault((start, each.name, each.headline), each)
        return list(found.values())

    def index(self, root: str) -> Index | None:
        """The names of a root and the files it uses."""
        checked = self.check(root)
        if checked is None:
            return None
        known = self._indexes.get(root)
        if known is None or known[0] is not checked:
            known = self._indexes[root] = checked, index_of(checked.declarations)
        return known[1]

    def indexes(self, name: str) -> list[Index]:
        """The names of all rule sets that a file belongs to."""
        found = (self.index(root) for root in self.texts.roots(name))
        return [each for each in found if each is not None]

    def mention(self, source: Source, offset: int) -> tuple[Mention, Index] | None:
        """The name at a place, with the names of its rule set."""
        for index in self.indexes(source.name):
            if (found := index.at(source, offset)) is not None:
                return found, index
        return None

    def mentions(self, symbol: Symbol, name: str) -> list[Mention]:
        """All mentions of a symbol in the rule sets of a file, each once, in order of the files."""
        found = {
            (each.span.source.name, each.span.start): each
            for index in self.indexes(name)
            for each in index.of(symbol)
        }
        return [found[key] for key in sorted(found)]

    def names(self) -> set[str]:
        """All files that the latest checks looked at."""
        return {
            file.span.source.name for checked in self._checked.values() for file in checked.files
        }

    def _is_fresh(self, checked: Checked, main: Source) -> bool:
        """Whether no text has changed since; a file that was missing may have come."""
        sources = [file.span.source for file in checked.files]
        missing = any(each.name == "missing-file" for each in checked.diagnostics)
        return (
            sources[0] is main
            and not missing
            and all(self.texts.read(source.name) is source for source in sources[1:])
        )


@contextmanager
def _without_collection() -> Iterator[None]:
    """A check makes many objects that all stay: looking for garbage among them is half its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
