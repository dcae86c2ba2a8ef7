"""How text of strangers looks on a terminal: what each character shows, and how wide that is.

Tabs become spaces and control characters become visible signs, so that a rule file can neither
break the alignment nor send commands to a terminal.
"""

from __future__ import annotations

import unicodedata

import attrs

TAB = 4
_JOINER = "\u200d"
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@attrs.frozen
class Glyph:
    """What one character of the source shows, and in how many terminal cells."""

    shown: str
    cells: int


def glyphs(line: str) -> list[Glyph]:
    """One glyph per character of a line."""
    found: list[Glyph] = []
    column = 0
    before = ""
    for character in line:
        glyph = _glyph(character, before, column)
        found.append(glyph)
        column += glyph.cells
        before = character
    return found


def visible(text: str) -> str:
    """A message on one line, without anything a terminal would act on."""
    words = " ".join(text.split())
    return words if words.isascii() and words.isprintable() else _shown(words)


def _shown(text: str) -> str:
    return "".join(glyph.shown for glyph in glyphs(text))


def _glyph(character: str, before: str, column: int) -> Glyph:
    if character.isascii() and character.isprintable():
        return Glyph(character, 1)
    if character == "\t":
        cells = TAB - column % TAB
        return Glyph(" " * cells, cells)
    if character == _JOINER:
        return Glyph(character, 0)
    category = unicodedata.category(character)
    if category in _INVISIBLE:
        code = ord(character)
        return Glyph(chr(0x2400 + code) if code < 0x20 else "\ufffd", 1)
    if category in {"Mn", "Me"} or before == _JOINER or ord(character) in _SKIN_TONES:
        return Glyph(character, 0)
    wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return Glyph(character, 2 if wide else 1)
