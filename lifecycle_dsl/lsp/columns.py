"""Which column of a table a cursor stands in, and so whose labels its cell may have."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.syntax.tokens import CLOSERS, OPENERS, Token


def column_owner(tokens: Sequence[Token]) -> Sequence[Token]:
    """What stands in the head of a table for the cell behind some tokens of its declaration.

    For an input the words of it, for an output the names of the table and of the output; nothing
    where the tokens do not end in a row.
    """
    if len(tokens) < 2 or tokens[0].text != "table":
        return ()
    rows = [at for at, token in enumerate(tokens) if token.text in ("row", "otherwise")]
    heads = [at for at, token in enumerate(tokens) if token.kind == "{"]
    if not rows or not heads or rows[-1] < heads[0]:
        return ()
    row, head = tokens[rows[-1] + 1 :], tokens[2 : heads[0]]
    arrow = next((at for at, token in enumerate(row) if token.kind == "=>"), None)
    if arrow is None:
        inputs = _split(_bracketed(head))
        column = len(_split(row)) - 1
        return inputs[column] if column < len(inputs) else ()
    behind = next((at for at, token in enumerate(head) if token.kind == "->"), len(head))
    outputs = _split(head[behind + 1 :])
    column = len(_split(row[arrow + 1 :])) - 1
    if column >= len(outputs) or not outputs[column]:
        return ()
    return tokens[1], outputs[column][0]


def _bracketed(head: Sequence[Token]) -> Sequence[Token]:
    """What stands in the first brackets."""
    depth, start = 0, 0
    for at, token in enumerate(head):
        depth += (token.kind == "(") - (token.kind == ")")
        if depth == 1 and token.kind == "(":
            start = at + 1
        elif depth == 0 and token.kind == ")":
            return head[start:at]
    return ()


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between commas that stand in no brackets."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in OPENERS) - (token.kind in CLOSERS)
        if token.kind == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found
