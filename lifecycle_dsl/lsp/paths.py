"""The files that can be named at a place: rule files behind `use`, rows behind `from`."""

from __future__ import annotations

import posixpath
import re

from lsprotocol import types

from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source, Span

_BEGUN = re.compile(r'\b(?P<word>use|from)[ \t]+"(?P<path>[^"\\]*)\Z')
_ENDINGS = {"use": ".lcr", "from": ".csv"}


def paths(source: Source, offset: int, texts: Texts, places: Places) -> list[types.CompletionItem]:
    """The files beside a source, and in folders below, whose path is being written."""
    line, _ = source.position(offset)
    begun = _BEGUN.search(source.text[source.line_start(line) : offset])
    if begun is None or not posixpath.isabs(source.name):
        return []
    folder = posixpath.dirname(source.name)
    written = places.range(Span(source, offset - len(begun["path"]), offset))
    return [
        types.CompletionItem(
            path, kind=types.CompletionItemKind.File, text_edit=types.TextEdit(written, path)
        )
        for name in texts.below(folder, _ENDINGS[begun["word"]])
        if (path := posixpath.relpath(name, folder)) and name != source.name
    ]
