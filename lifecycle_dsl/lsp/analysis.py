"""What is known about the files at hand: nodes, checks and lints, each made once for a text.

A check belongs to a root: the file that nobody else uses (see `texts`). What it finds in the files
that the root uses is told there. What a lint found is told until there is a new one, carried along
with the text as it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, evolve, field, frozen

from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.lsp.carrying import Carry
from lifecycle_dsl.lsp.hints import Hint, hints_of
from lifecycle_dsl.lsp.mentions import Index, Mention, Symbol
from lifecycle_dsl.lsp.options import Options
from lifecycle_dsl.lsp.reading import index_of
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes, parse


@frozen(eq=False)
class _Known:
    """A check, and all the texts that it has read; None where there was none."""

    checked: Checked
    read: dict[str, Source | None]


@define(eq=False)
class Analysis:
    """The latest of everything."""

    texts: Texts
    _files: dict[str, nodes.File] = field(factory=dict)
    _known: dict[str, _Known] = field(factory=dict)
    _linted: dict[str, tuple[Checked | None, tuple[Diagnostic, ...]]] = field(factory=dict)
    _indexes: dict[str, tuple[Checked, Index]] = field(factory=dict)
    _hints: dict[str, tuple[Checked, Options, tuple[Hint, ...]]] = field(factory=dict)

    def file(self, source: Source) -> nodes.File:
        """The nodes of a text, with errors as far as it can be read."""
        known = self._files.get(source.name)
        if known is None or known.span.source is not source:
            known = self._files[source.name] = parse(source).file
        return known

    def check(self, root: str) -> Checked | None:
        """The check of a root and the files it uses; None if there is no such file."""
        source = self.texts.read(root)
        if source is None:
            self._known.pop(root, None)
            return None
        known = self._known.get(root)
        if known is None or any(
            self.texts.read(name) is not was for name, was in known.read.items()
        ):
            known = self._known[root] = self._check(source)
            for file in known.checked.files:
                self._files[file.span.source.name] = file
        return known.checked

    def _check(self, source: Source) -> _Known:
        read: dict[str, Source | None] = {source.name: source}

        def reading(name: str) -> Source | None:
            read[name] = self.texts.read(name)
            return read[name]

        return _Known(check(source, reading), read)

    def to_lint(self) -> list[tuple[str, Checked]]:
        """The sound rule sets that no lint has looked at since they were checked."""
        return [
            (root, known.checked)
            for root, known in self._known.items()
            if known.checked.program is not None
            and (root not in self._linted or self._linted[root][0] is not known.checked)
        ]

    def put_lint(self, root: str, checked: Checked, found: Iterable[Diagnostic]) -> None:
        """Take what a lint found beyond the errors."""
        told = set(checked.diagnostics)
        self._linted[root] = checked, tuple(each for each in found if each not in told)

    def distrust_lints(self) -> None:
        """What is wanted of a lint may have changed: what is known is told until there is more."""
        self._linted = {root: (None, found) for root, (_, found) in self._linted.items()}

    def forget_lints(self) -> None:
        """No lints are wanted."""
        self._linted = {}

    def forget(self, roots: set[str]) -> None:
        """Leave out what is known of all other roots."""
        for known in (self._known, self._linted, self._indexes, self._hints):
            for root in known.keys() - roots:
                del known[root]

    def diagnostics(self, name: str) -> list[Diagnostic]:
        """What the latest checks found in a file, each once."""
        found: dict[tuple[object, ...], Diagnostic] = {}
        for root in self._known:
            for each in self._found(root):
                if (each.file_name or root) == name:
                    start = each.span.start if each.span else -1
                    found.setdefault((start, each.name, each.headline), each)
        return list(found.values())

    def _found(self, root: str) -> Iterator[Diagnostic]:
        yield from self._known[root].checked.diagnostics
        if root in self._linted:
            yield from Carry(self.texts.read).diagnostics(self._linted[root][1])

    def hints(self, name: str, options: Options) -> list[Hint]:
        """What can be remarked in a file; while there are errors, what was before them."""
        carry = Carry(self.texts.read)
        found: dict[tuple[Span, str], Hint] = {}
        for root in self.texts.roots(name):
            for hint in self._hints_of(root, options):
                span = carry.span(hint.span) if hint.span.source.name == name else None
                if span is not None:
                    found.setdefault((span, hint.text), evolve(hint, span=span))
        return list(found.values())

    def _hints_of(self, root: str, options: Options) -> tuple[Hint, ...]:
        checked, known = self.check(root), self._hints.get(root)
        if checked is None:
            return ()
        is_fresh = known is not None and known[:2] == (checked, options)
        if not is_fresh and (checked.program is not None or known is None):
            known = self._hints[root] = checked, options, hints_of(checked, options)
        return () if known is None else known[2]

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
            name
            for known in self._known.values()
            for name, source in known.read.items()
            if source is not None
        }
