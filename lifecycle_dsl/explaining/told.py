"""An answer as the edges hand it out: as a tree, as data, in words."""

from __future__ import annotations

from functools import cached_property
from textwrap import fill
from typing import Any

from lifecycle_dsl.explaining.data import as_json
from lifecycle_dsl.explaining.model import Explanation
from lifecycle_dsl.explaining.words import WordLine, in_words

WIDTH = 100


class Told:
    """An explanation; `str` tells it in words, `data` is what JSON says of it."""

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation

    @cached_property
    def data(self) -> dict[str, Any]:
        """The answer as JSON-able data."""
        return as_json(self.explanation)

    @cached_property
    def lines(self) -> tuple[WordLine, ...]:
        """The answer in words."""
        return tuple(in_words(self.explanation))

    def __str__(self) -> str:
        return "\n".join(wrapped(line) for line in self.lines)

    def __repr__(self) -> str:
        return f"<Told {self.explanation.customer}>"


def wrapped(line: WordLine, width: int = WIDTH) -> str:
    """A line of words as lines of a screen."""
    if not line.text:
        return ""
    return fill(
        line.text,
        width,
        initial_indent=" " * line.indent,
        subsequent_indent=" " * (line.indent + line.hang),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
