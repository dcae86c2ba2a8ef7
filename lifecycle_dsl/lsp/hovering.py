"""What is said of a name when somebody points at it."""

from __future__ import annotations

import re

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.lsp.mentions import Index, Mention, Space
from lifecycle_dsl.lsp.words import WORDS
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes

_WORD = re.compile(r"half-life|[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MOST_LINES = 8


def word_at(source: Source, offset: int) -> Span | None:
    """The word that an offset touches."""
    line, column = source.position(offset)
    start = source.line_start(line)
    for found in _WORD.finditer(source.line_text(line)):
        if found.start() < column <= found.end() + 1:
            return Span(source, start + found.start(), start + found.end())
    return None


def built_in(word: str) -> str | None:
    """What a word of the language means."""
    return None if word not in WORDS else f"`{word}`: {WORDS[word]}"


def about(mention: Mention, index: Index, checked: Checked | None) -> str | None:
    """A mention's kind and type, its declaration and the comment before it, as Markdown."""
    symbol = mention.symbol
    entry = index.known.entries.get(symbol.name)
    if symbol.space is Space.DECLARED and entry is not None:
        head = f"{entry.what.value} `{symbol.name}`{_type(entry, checked)}"
        return "\n\n".join((head, *_declaration(entry.node.span, checked)))
    if symbol.space is Space.LABEL:
        labels = index.known.labels.get(symbol.owner, ())
        owner = symbol.owner.lstrip(".")
        return f"a label of `{owner}`: {', '.join(f'`{each}`' for each in labels)}"
    if symbol.space is Space.FIELD:
        return _field(mention, index)
    declared = next((each for each in index.of(symbol) if each.declares), None)
    if declared is None:
        return built_in(symbol.name)
    head = f"a {symbol.space.value} `{symbol.name}`"
    return "\n\n".join((head, *_declaration(_line(declared.span), checked)))


def _field(mention: Mention, index: Index) -> str | None:
    symbol = mention.symbol
    known = index.known
    owners = [symbol.owner] if symbol.owner else list(known.fields)
    lines = [
        f"field `{symbol.name}` of `{owner}`: `{known.fields[owner][symbol.name].span.text}`"
        for owner in owners
        if symbol.name in known.fields.get(owner, ())
        and (symbol.owner or isinstance(known.entries[owner].node, nodes.Event))
    ]
    return "\n\n".join(lines[:_MOST_LINES]) or built_in(symbol.name)


def _type(entry: Entry, checked: Checked | None) -> str:
    """The type of what has one, where the whole rule set is sound."""
    program = None if checked is None else checked.program
    if isinstance(entry.node, nodes.Trait):
        return f": {entry.node.type.span.text}"
    if program is not None and entry.name in program.lets:
        return f": {program.lets[entry.name].value.type}"
    if entry.what is What.SCORE:
        return ": number"
    return ""


def _declaration(span: Span, checked: Checked | None) -> tuple[str, ...]:
    """The source of a declaration, and the comment that stands right before it."""
    lines = span.text.splitlines()
    shown = lines[:_MOST_LINES] + (["…"] if len(lines) > _MOST_LINES else [])
    code = "```lcr\n" + "\n".join(shown) + "\n```"
    comment = _comment(span, checked)
    return (code, comment) if comment else (code,)


def _comment(span: Span, checked: Checked | None) -> str:
    source = span.source
    files = () if checked is None else checked.files
    file = next((each for each in files if each.span.source is source), None)
    by_line = {
        source.position(each.span.start)[0]: each.text
        for each in (() if file is None else file.comments)
        if each.own_line
    }
    line = source.position(span.start)[0] - 1
    found: list[str] = []
    while line in by_line:
        found.append(by_line[line].lstrip("#").strip())
        line -= 1
    return "\n".join(reversed(found))


def _line(span: Span) -> Span:
    """The whole line of a span."""
    source = span.source
    line, _ = source.position(span.start)
    start = source.line_start(line)
    text = source.line_text(line)
    return Span(source, start + len(text) - len(text.lstrip()), start + len(text))
