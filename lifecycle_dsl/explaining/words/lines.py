"""The lines of an explanation in words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import frozen


class Tone(Enum):
    """What a line is, for those who colour it."""

    HEAD = "head"
    PLAIN = "plain"
    YES = "yes"
    NO = "no"
    NEED = "need"
    FAINT = "faint"


@frozen
class WordLine:
    """A line; one that is too long goes on below its `hang`."""

    indent: int
    text: str
    tone: Tone = Tone.PLAIN
    hang: int = 2


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def plural(count: int, noun: str) -> str:
    """`1 record`, `2 records`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
