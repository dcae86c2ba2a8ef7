"""Whose fields can be read where a cursor stands: the events of the record that is at hand there.

Takes the tokens of a declaration before the cursor and goes back through what is still open. A
`where` reads the records that it filters; a value behind `on … :` and the steps of an arm those of
that `on`; the steps of a trigger the record that fired it. Guards, and what has a value without any
record, read none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lifecycle_dsl.syntax.tokens import CLOSERS, NAME, OPENERS, Token

_MEMORIES: Final = frozenset(
    ("count", "sum", "largest", "smallest", "distinct", "most", "since", "seen", "last", "streak")
)
_GUARDS: Final = frozenset(
    ("in", "when", "between", "once", "at", "for", "topic", "priority", "draft", "restart", "exit")
)
_AFTER_STEPS: Final = _GUARDS | {"within", "without", "do"}


def heard(tokens: Sequence[Token]) -> tuple[str, ...] | None:
    """The events and groups whose fields can be read behind some tokens; None where of any."""
    in_else, braces = False, 0
    for at, token in _open(tokens):
        before = tokens[at - 1].text if at else ""
        match token.text:
            case "(" if before in _MEMORIES:
                inside = [each.text for each in tokens[at + 1 :]]
                return _names(tokens, at + 2 + inside.index("of")) if "of" in inside else None
            case "where":
                return _names_before(tokens, at)
            case "do":
                return occurrence(tokens[:at])
            case "when" | "->":
                return ()
            case "{":
                in_else, braces = before == "else" or in_else, at
            case "if":
                in_else = False
            case "on" | "touch" | "conversion" if before not in ("exit", "quiet") and not in_else:
                return _names(tokens, at + 1)
            case "await":
                names = _names(tokens, at + 1)
                is_open = braces > at and all(each.kind != "{" for each in tokens[at:braces])
                if names and is_open and not in_else:
                    return names
                in_else = False
            case _:
                pass
    return ()


def occurrence(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The events of the record that fires a trigger, whose tokens these are."""
    begin = next(
        (
            at
            for at, token in enumerate(tokens)
            if token.text == "on" and tokens[at - 1].text != "exit"
        ),
        None,
    )
    if begin is None:
        return ()
    for at in range(begin + 1, len(tokens)):
        if tokens[at].text in _AFTER_STEPS:
            break
        if tokens[at].text == "then":
            begin = at
    return _names(tokens, begin + 1)


def _open(tokens: Sequence[Token]) -> list[tuple[int, Token]]:
    """The tokens that stand in no closed brackets, with their places, the last first."""
    found, depth = [], 0
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind in CLOSERS:
            depth += 1
        elif token.kind in OPENERS and depth:
            depth -= 1
        elif not depth:
            found.append((at, token))
    return found


def _names(tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    """The names in a list that begins at a place."""
    found = []
    while at < len(tokens) and tokens[at].kind == NAME and tokens[at].text not in _AFTER_STEPS:
        found.append(tokens[at].text)
        if at + 1 >= len(tokens) or tokens[at + 1].kind != ",":
            break
        at += 2
    return tuple(found)


def _names_before(tokens: Sequence[Token], end: int) -> tuple[str, ...]:
    """The names in a list that ends before a place."""
    at = end - 1
    while at > 1 and tokens[at].kind == NAME and tokens[at - 1].kind == ",":
        at -= 2
    return _names(tokens[:end], max(at, 0))
