"""What the lexer gives and the parser takes."""

from __future__ import annotations

from typing import NamedTuple

from lifecycle_dsl.source import Source, Span

END = "$END"
"""Behind the last token."""
NAME = "<NAME>"
TEXT = "<TEXT>"
NUMBER = "<NUMBER>"
DURATION = "<DURATION>"
TIME = "<TIME>"
DATE = "<DATE>"
INSTANT = "<INSTANT>"
MEMORY_OF = "<MEMORY_OF>"
MEMORY_FIELD = "<MEMORY_FIELD>"

OPENERS = {"{": "}", "(": ")", "[": "]"}
CLOSERS = frozenset(OPENERS.values())


class Token(NamedTuple):
    """A piece of the text.

    `kind` is the symbol of the grammar, for words `<NAME>`: the parser makes keywords of them where
    it has a use for one. `text` is what was meant: it may differ from what stands at the place. A
    `stand_in` was made up so that reading can go on; what is built of it isn't.
    """

    kind: str
    text: str
    start: int
    end: int
    stand_in: bool = False

    def span(self, source: Source) -> Span:
        """Where it stands."""
        return Span(source, self.start, self.end)

    @property
    def words(self) -> str:
        """How a message calls it."""
        return self.text if self.kind == END else f"`{self.text}`"
