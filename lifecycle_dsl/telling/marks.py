"""Sentences with marked words: names that the author gave, and pieces of code.

A sentence is a text in which private signs stand around marked words, so that sentences are put
together like any text; `pieces` takes them apart again. The signs are taken out of what is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_OPEN: Final = {"name": "\ue000", "code": "\ue001"}
_CLOSE: Final = "\ue002"
_KINDS: Final = {sign: kind for kind, sign in _OPEN.items()}
_SIGNS: Final = re.compile("[\ue000-\ue002]")
_MARKED: Final = re.compile("([\ue000\ue001])([^\ue000-\ue002]*)\ue002")


def name(text: str) -> str:
    """A name of the rule file."""
    return f"{_OPEN['name']}{_SIGNS.sub('', text)}{_CLOSE}"


def code(text: str) -> str:
    """Something as it is written in the rule file."""
    return f"{_OPEN['code']}{_SIGNS.sub('', text)}{_CLOSE}"


def pieces(sentence: str) -> Iterator[tuple[str, str]]:
    """The parts of a sentence with what they are: `plain`, `name` or `code`."""
    at = 0
    for found in _MARKED.finditer(sentence):
        if found.start() > at:
            yield "plain", _SIGNS.sub("", sentence[at : found.start()])
        yield _KINDS[found[1]], found[2]
        at = found.end()
    if at < len(sentence):
        yield "plain", _SIGNS.sub("", sentence[at:])


def plain(sentence: str) -> str:
    """A sentence without its marks, code between backticks."""
    return "".join(f"`{text}`" if kind == "code" else text for kind, text in pieces(sentence))


def capital(sentence: str) -> str:
    """A sentence with a capital; what begins with a marked word stays."""
    return sentence[:1].upper() + sentence[1:]
