"""How much room a text takes, whatever sans-serif the reader's machine has: rather too much."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_LABEL: Final = 30
MOST_LINES: Final = 3
"""How long a line beside an arrow may be, in signs, and how many a way may have."""
_NARROW: Final = frozenset("ijl.,:;'|!()[]{}ftr I-`")
_WIDE: Final = frozenset("mwMW%@&=+<>…×→—")
_EM: Final = {"narrow": 0.42, "wide": 0.98, "plain": 0.635, "capital": 0.76, "full": 1.05}
"""Widths in the size of the letters: those of DejaVu Sans, which is wide, rounded up."""


def text_width(text: str, size: float) -> float:
    """The width of a line of text, in the unit of its size."""
    return sum(_EM[_kind(sign)] for sign in text) * size


def _kind(sign: str) -> str:
    if sign in _NARROW:
        return "narrow"
    if sign in _WIDE:
        return "wide"
    if unicodedata.east_asian_width(sign) in "WF" or ord(sign) > 0x2FFF:
        return "full"
    return "capital" if sign.isupper() or not sign.isascii() else "plain"


def wrapped(text: str, widest: int, most: int) -> list[str]:
    """A text in even lines of at most so many signs, the last of so many cut off with `…`."""
    lines = _filled(text, widest)
    if len(lines) > most:
        return [*lines[: most - 1], f"{lines[most - 1][: widest - 1]}…"]
    even = (_filled(text, narrower) for narrower in range(widest // 3, widest))
    return next((found for found in even if len(found) == len(lines)), lines)


def _filled(text: str, widest: int) -> list[str]:
    """Lines of as many words as fit; a word that does not fit is cut in pieces."""
    lines: list[str] = []
    for word in text.split():
        rest = word
        if lines and len(lines[-1]) + 1 + len(rest) <= widest:
            lines[-1] += f" {rest}"
            continue
        while len(rest) > widest:
            lines.append(rest[:widest])
            rest = rest[widest:]
        lines.append(rest)
    return lines
