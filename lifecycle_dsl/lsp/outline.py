"""The outline of a file: its declarations as symbols, what can be folded, what can be run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen
from lsprotocol import types

from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.lexer import Scanned, scan
from lifecycle_dsl.syntax.nodes.file import Declaration
from lifecycle_dsl.syntax.tokens import CLOSERS, OPENERS

_Kind = types.SymbolKind
_KINDS: dict[type[nodes.Node], types.SymbolKind] = {
    nodes.Event: _Kind.Event,
    nodes.Action: _Kind.Function,
    nodes.Trait: _Kind.Field,
    nodes.Group: _Kind.Array,
    nodes.Score: _Kind.Number,
    nodes.Let: _Kind.Variable,
    nodes.Level: _Kind.Enum,
    nodes.Segment: _Kind.Boolean,
    nodes.Param: _Kind.Constant,
    nodes.Model: _Kind.Variable,
    nodes.Stage: _Kind.Class,
    nodes.Trigger: _Kind.Method,
    nodes.Channel: _Kind.Interface,
    nodes.Topic: _Kind.Interface,
    nodes.Season: _Kind.Constant,
    nodes.Route: _Kind.Interface,
    nodes.Table: _Kind.Struct,
    nodes.Attribution: _Kind.Object,
    nodes.Test: _Kind.Method,
    nodes.Promise: _Kind.Method,
}


@frozen
class Titled:
    """What a declaration is called in the outline."""

    text: str
    detail: str
    span: Span


def symbols(file: nodes.File, places: Places) -> list[types.DocumentSymbol]:
    """The declarations, in the order of the text."""
    found: list[types.DocumentSymbol] = []
    for node in file.declarations:
        for titled in titles(node):
            children = [
                _symbol(each, each.span, _child_kind(node), places) for each in _children(node)
            ]
            found.append(_symbol(titled, node.span, kind_of(node), places, children))
    return found


def kind_of(node: Declaration) -> types.SymbolKind:
    """The kind that editors have an icon for."""
    return _KINDS.get(type(node), _Kind.Property)


def _child_kind(node: Declaration) -> types.SymbolKind:
    return _Kind.EnumMember if isinstance(node, nodes.Level) else _Kind.Field


def _symbol(
    titled: Titled,
    span: Span,
    kind: types.SymbolKind,
    places: Places,
    children: Sequence[types.DocumentSymbol] = (),
) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=titled.text or "…",
        kind=kind,
        range=places.range(span),
        selection_range=places.range(titled.span),
        detail=titled.detail,
        children=list(children),
    )


def titles(node: Declaration) -> Iterator[Titled]:
    """The names that a declaration gives; of one without a name, its first words."""
    word = node.span.text.split(maxsplit=1)[0] if node.span.text else ""
    match node:
        case nodes.Event() | nodes.Trait() | nodes.Stage() | nodes.Channel() | nodes.Topic():
            for each in node.names:
                yield Titled(each.name.text, word, each.name.span)
        case nodes.Action():
            yield Titled(node.path.text, word, node.path.span)
        case nodes.Lifecycle() | nodes.Block():
            yield Titled(node.name.text, word, node.name.span)
        case nodes.Test() | nodes.Promise():
            yield Titled(node.title, word, node.span)
        case (
            nodes.Group()
            | nodes.Score()
            | nodes.Let()
            | nodes.Model()
            | nodes.Level()
            | nodes.Segment()
            | nodes.Season()
            | nodes.Param()
            | nodes.Table()
            | nodes.Trigger()
            | nodes.Route()
            | nodes.Attribution()
        ):
            yield Titled(node.declared.name.text, word, node.declared.name.span)
        case _:
            yield Titled(_first_words(node.span), "", node.span)


def _first_words(span: Span) -> str:
    line = span.text.splitlines()[0] if span.text else ""
    return line.split("{")[0].strip()[:60]


def _children(node: Declaration) -> Iterator[Titled]:
    """The fields of an event, the labels of a level."""
    match node:
        case nodes.Event(fields=fields) | nodes.Action(fields=fields):
            for each in fields:
                yield Titled(each.name.text, each.type.span.text, each.name.span)
        case nodes.Level():
            for band in node.bands:
                yield Titled(band.label.text, f">= {band.bar.span.text}", band.label.span)
            yield Titled(node.lowest.text, "otherwise", node.lowest.span)
        case _:
            pass


def folds(source: Source) -> list[types.FoldingRange]:
    """What stands between brackets of different lines, and comments in a row."""
    scanned = scan(Span(source, 0, len(source.text)), lambda _: None, "")
    found = [*_brackets(scanned, source), *_comments(scanned.comments, source)]
    return sorted(found, key=lambda each: (each.start_line, each.end_line))


def _brackets(scanned: Scanned, source: Source) -> Iterator[types.FoldingRange]:
    opened: list[tuple[str, int]] = []
    for token in scanned.tokens:
        if token.kind in OPENERS and token.end > token.start:
            opened.append((token.kind, token.start))
        elif token.kind in CLOSERS and opened and OPENERS[opened[-1][0]] == token.kind:
            _, start = opened.pop()
            first, last = source.position(start)[0], source.position(token.start)[0]
            if last > first + 1:
                yield types.FoldingRange(first - 1, last - 2)


def _comments(comments: Iterable[nodes.Comment], source: Source) -> Iterator[types.FoldingRange]:
    first = last = -1
    for comment in comments:
        line = source.position(comment.span.start)[0] - 1
        if comment.own_line and first >= 0 and line == last + 1:
            last = line
            continue
        if last > first >= 0:
            yield types.FoldingRange(first, last, kind=types.FoldingRangeKind.Comment)
        first = last = line if comment.own_line else -1
    if last > first >= 0:
        yield types.FoldingRange(first, last, kind=types.FoldingRangeKind.Comment)


def lenses(file: nodes.File, command: str, uri: str, places: Places) -> list[types.CodeLens]:
    """A way to run each test: a command that is given the rule set's address and the title."""
    return [
        types.CodeLens(
            places.range(Span(node.span.source, node.span.start, node.span.start)),
            types.Command("run test", command, arguments=[uri, node.title]),
        )
        for node in file.declarations
        if isinstance(node, nodes.Test)
    ]
