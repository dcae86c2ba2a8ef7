"""The lines of an explanation in words."""

from __future__ import annotations

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
