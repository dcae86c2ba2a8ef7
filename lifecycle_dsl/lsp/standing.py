"""Where a cursor stands: what the grammar has room for there.

The tokens before the cursor are fed to the parser's own automaton, from the start of the
declaration that the cursor is in. What it would take next are the words; where it would take a
name, the rules it would take it for say which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from attrs import frozen

from lifecycle_dsl.lsp.words import DECLARATIONS
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax.lexer import scan
from lifecycle_dsl.syntax.machine import automaton
from lifecycle_dsl.syntax.tables import is_terminal
from lifecycle_dsl.syntax.tokens import END, NAME, Token

_TYPED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_WORD = re.compile(r"[a-z]+([-_][a-z]+)?", re.ASCII)
_LISTS = ("<names>", "<stages>", "<capped>", "<path>", "<template>")


class Surroundings(Enum):
    """What a cursor can stand in."""

    CODE = "code"
    TEXT = "text"
    VALUE_IN_TEXT = "value in a text"
    COMMENT = "comment"


@frozen
class Standing:
    """A place, and what fits there."""

    surroundings: Surroundings
    typed: Span
    """The word that is being written."""
    tokens: Sequence[Token] = ()
    """Before that word, from the start of the declaration."""
    words: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """The rules for which a name would be taken; of a name in a list, those the list is for."""
    is_understood: bool = True
    """Whether what stands before fits the grammar."""


def standing(source: Source, offset: int) -> Standing:
    """What fits at an offset."""
    line, _ = source.position(offset)
    before = source.text[source.line_start(line) : offset]
    match = _TYPED.search(before)
    typed = Span(source, offset - len(match[0] if match else ""), offset)
    surroundings, begin = _surroundings(source, offset)
    if surroundings is Surroundings.VALUE_IN_TEXT:
        scanned = scan(Span(source, 0, begin), lambda _: None, "")
        return Standing(surroundings, typed, _own(source, scanned.tokens[:-1]))
    if surroundings is not Surroundings.CODE:
        return Standing(surroundings, typed)
    scanned = scan(Span(source, 0, typed.start), lambda _: None, "")
    tokens = _own(source, scanned.tokens[:-1])
    run = automaton()
    states = [run.tables.starts["file"]]
    for token in tokens:
        if not _take(states, token):
            return Standing(surroundings, typed, tokens, is_understood=False)
    words = tuple(
        symbol
        for symbol in run.rows[states[-1]]
        if is_terminal(symbol)
        and symbol != END
        and _WORD.fullmatch(symbol)
        and follow(list(states), symbol)
    )
    return Standing(surroundings, typed, tokens, words, _rules(states))


def _surroundings(source: Source, offset: int) -> tuple[Surroundings, int]:
    """What an offset stands in, and where the last text before it in its line begins."""
    line, _ = source.position(offset)
    start = source.line_start(line)
    before = source.text[start:offset]
    inside, opened, at, begin = False, False, 0, 0
    while at < len(before):
        char = before[at]
        if inside and char == "\\":
            at += 1
        elif char == '"':
            inside, opened, begin = not inside, False, begin if inside else start + at
        elif inside and char in "{}":
            doubled = before[at : at + 2] == char * 2
            opened = opened if doubled else char == "{"
            at += doubled
        elif char == "#" and not inside:
            return Surroundings.COMMENT, begin
        at += 1
    if not inside:
        return Surroundings.CODE, begin
    return Surroundings.VALUE_IN_TEXT if opened else Surroundings.TEXT, begin


def _own(source: Source, tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens of the last declaration: from a word for one at the start of a line on."""
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.text in DECLARATIONS and token.kind == NAME and _starts_line(source, token):
            return tokens[at:]
    return tokens


def _starts_line(source: Source, token: Token) -> bool:
    return token.start == 0 or source.text[token.start - 1] in "\r\n"


def _take(states: list[int], token: Token) -> bool:
    """Feed a token: as a word if it fits as one, else as a name."""
    if token.kind == NAME and token.text in automaton().rows[states[-1]]:
        trial = list(states)
        if follow(trial, token.text):
            states[:] = trial
            return True
    return follow(states, token.kind)


def follow(states: list[int], kind: str) -> bool:
    """Feed a symbol to a stack of states; whether it fits."""
    run = automaton()
    while True:
        action = run.rows[states[-1]].get(kind)
        if action is None:
            return False
        if action >= 0:
            states.append(action)
            return True
        size = run.sizes[~action]
        if size:
            del states[-size:]
        states.append(run.rows[states[-1]][run.origins[~action]])


def _rules(states: list[int]) -> tuple[str, ...]:
    run = automaton()
    after = list(states)
    if not follow(after, NAME):
        return ()
    found = [run.rules[number].name for number, _ in run.tables.kernels[after[-1]]]
    if not any(name in ("names", "path") or name.startswith("__") for name in found):
        return tuple(dict.fromkeys(found))
    for state in reversed(after[:-1]):
        kernel = ((run.rules[number], read) for number, read in run.tables.kernels[state])
        parents = [
            f"{rule.name}.{read}"
            for rule, read in kernel
            if read < len(rule.symbols) and (rule.symbols[read] in _LISTS or rule.name == "route")
        ]
        if parents:
            return tuple(dict.fromkeys(parents))
    return tuple(dict.fromkeys(found))
