"""Colours for names by what they stand for, which a grammar of words cannot know.

The words of the language, numbers and texts are coloured by the editor's own grammar. A name that
stands for nothing gets no colour here, and so shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lsprotocol import types

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.lsp.mentions import Index, Mention, Space
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.source import Span

_Kind = types.SemanticTokenTypes
_BY_SPACE: Final = {
    Space.LABEL: _Kind.EnumMember,
    Space.FIELD: _Kind.Property,
    Space.SPLIT: _Kind.Variable,
    Space.BLOCK: _Kind.Variable,
}
_BY_WHAT: Final = {
    What.EVENT: _Kind.Event,
    What.GROUP: _Kind.Type,
    What.TRAIT: _Kind.Property,
    What.SCORE: _Kind.Variable,
    What.LET: _Kind.Variable,
    What.MODEL: _Kind.Variable,
    What.LEVEL: _Kind.Enum,
    What.SEGMENT: _Kind.Variable,
    What.SEASON: _Kind.Variable,
    What.PARAM: _Kind.Parameter,
    What.TABLE: _Kind.Struct,
    What.STAGE: _Kind.Class,
    What.TRIGGER: _Kind.Function,
    What.CHANNEL: _Kind.Interface,
    What.TOPIC: _Kind.Interface,
    What.ROUTE: _Kind.Interface,
    What.ACTION: _Kind.Method,
    What.ATTRIBUTION: _Kind.Struct,
}
_KINDS: Final = tuple(dict.fromkeys((*_BY_WHAT.values(), *_BY_SPACE.values())))
_NUMBERS: Final = {kind: number for number, kind in enumerate(_KINDS)}

LEGEND: Final = types.SemanticTokensLegend(
    [kind.value for kind in _KINDS], [types.SemanticTokenModifiers.Declaration.value]
)


def coloured(indexes: Iterable[Index], within: Span, places: Places) -> types.SemanticTokens:
    """The names in a piece of a source, as the protocol writes them: each by the one before it."""
    kinds = {
        (each.span.start, each.span.end): (number, int(each.declares))
        for index in indexes
        for each, number in _numbered(index)
        if each.span.source.name == within.source.name
        and within.start <= each.span.start < each.span.end <= within.end
    }
    data: list[int] = []
    line = column = end_before = 0
    for (start, end), (number, declares) in sorted(kinds.items()):
        if start < end_before:
            continue
        first = places.position(within.source, start)
        width = places.position(within.source, end).character - first.character
        down = first.line - line
        data += (down, first.character - (0 if down else column), width, number, declares)
        line, column, end_before = first.line, first.character, end
    return types.SemanticTokens(data)


def _numbered(index: Index) -> Iterator[tuple[Mention, int]]:
    """Each mention of what there is, with its place in the legend."""
    for each in index.mentions:
        if each.symbol.space is not Space.DECLARED:
            yield each, _NUMBERS[_BY_SPACE[each.symbol.space]]
        elif (entry := index.known.entries.get(each.symbol.name)) is not None:
            yield each, _NUMBERS[_BY_WHAT[entry.what]]
