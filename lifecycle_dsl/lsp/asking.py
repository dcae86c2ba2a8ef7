"""What editors ask about the name at a place: where it is declared, used, and what it is."""

from __future__ import annotations

from lsprotocol import types

from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.lsp.hovering import about, built_in, word_at
from lifecycle_dsl.lsp.mentions import Mention
from lifecycle_dsl.lsp.outline import kind_of, titles
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.renaming import broken_by, kept, refused, renamed
from lifecycle_dsl.source import Source

NO_NAME = "only names that the rules declare can be changed"
MOST_SYMBOLS = 500
"""Symbols of the workspace that are told at once."""


def hover(analysis: Analysis, places: Places, source: Source, offset: int) -> types.Hover | None:
    """The kind, type and declaration of a name; of a word of the language, a sentence."""
    found = analysis.mention(source, offset)
    span = found[0].span if found is not None else word_at(source, offset)
    if span is None:
        return None
    text = None
    if found is not None:
        root = analysis.texts.roots(source.name)[0]
        text = about(*found, analysis.check(root))
    text = text or built_in(span.text)
    if text is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.Hover(content, places.range(span))


def definition(
    analysis: Analysis, places: Places, source: Source, offset: int
) -> list[types.Location]:
    """Where the name at a place is declared."""
    found = analysis.mention(source, offset)
    if found is None:
        return []
    mentions = analysis.mentions(found[0].symbol, source.name)
    return [_location(analysis, places, each) for each in mentions if each.declares]


def references(
    analysis: Analysis, places: Places, source: Source, offset: int, *, declared: bool
) -> list[types.Location]:
    """Where the name at a place is used, and declared if that is wanted."""
    found = analysis.mention(source, offset)
    if found is None:
        return []
    mentions = analysis.mentions(found[0].symbol, source.name)
    return [_location(analysis, places, each) for each in mentions if declared or not each.declares]


def highlights(
    analysis: Analysis, places: Places, source: Source, offset: int
) -> list[types.DocumentHighlight]:
    """Where the name at a place stands in the same file."""
    found = analysis.mention(source, offset)
    if found is None:
        return []
    return [
        types.DocumentHighlight(
            places.range(each.span),
            types.DocumentHighlightKind.Write
            if each.declares
            else types.DocumentHighlightKind.Read,
        )
        for each in found[1].of(found[0].symbol)
        if each.span.source is source
    ]


def renameable(
    analysis: Analysis, places: Places, source: Source, offset: int
) -> types.Range | None:
    """The name at a place, if it may be changed."""
    found = analysis.mention(source, offset)
    if found is None or kept(found[0].symbol, found[1]) is not None:
        return None
    return places.range(found[0].span)


def rename(
    analysis: Analysis, places: Places, source: Source, offset: int, new: str
) -> types.WorkspaceEdit | str:
    """The edits that change a name everywhere, or why it is not changed."""
    found = analysis.mention(source, offset)
    if found is None:
        return NO_NAME
    symbol = found[0].symbol
    for index in analysis.indexes(source.name):
        if (reason := refused(symbol, new, index)) is not None:
            return reason
    mentions = analysis.mentions(symbol, source.name)
    texts = renamed(mentions, new)
    for root in analysis.texts.roots(source.name):
        checked = analysis.check(root)
        if checked is None:
            continue
        main = checked.file.span.source
        broken = broken_by(main, checked.diagnostics, texts, analysis.texts.read)
        if broken is not None:
            return f"with that name there would be an error: {broken}"
    changes: dict[str, list[types.TextEdit]] = {}
    for each in mentions:
        edits = changes.setdefault(analysis.texts.uri(each.span.source.name), [])
        edits.append(types.TextEdit(places.range(each.span), new))
    return types.WorkspaceEdit(changes=changes)


def symbols_called(analysis: Analysis, places: Places, query: str) -> list[types.WorkspaceSymbol]:
    """What is declared in the workspace's files under names that have the letters of a query."""
    found: list[types.WorkspaceSymbol] = []
    for name in analysis.texts.everything():
        source = analysis.texts.read(name)
        if source is None:
            continue
        for node in analysis.file(source).declarations:
            for titled in titles(node):
                if _has_letters(titled.text, query) and len(found) < MOST_SYMBOLS:
                    place = types.Location(analysis.texts.uri(name), places.range(titled.span))
                    found.append(types.WorkspaceSymbol(place, titled.text, kind_of(node)))
    return found


def _has_letters(name: str, query: str) -> bool:
    """Whether the letters of a query stand in a name in their order; other letters between them."""
    letters = iter(name.casefold())
    return all(letter in letters for letter in query.casefold() if not letter.isspace())


def _location(analysis: Analysis, places: Places, mention: Mention) -> types.Location:
    return types.Location(analysis.texts.uri(mention.span.source.name), places.range(mention.span))
