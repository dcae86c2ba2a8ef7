"""Rule text laid out by chance: other blanks and line ends, comments between any two tokens."""

from __future__ import annotations

from random import Random

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax.lexer import scan
from lifecycle_dsl.syntax.tokens import MEMORY_FIELD, MEMORY_OF

GAPS = (" ", "  ", "\t", "\n", "\n\n", "\n    ", "\r\n", "\n\n\n")


def _ignored(_: Diagnostic) -> None:
    """What is wrong with the text is for those who read it."""


def relayout(text: str, random: Random, *, comments: float) -> str:
    """The same tokens otherwise laid out, with comments before so many of them on average."""
    source = Source("before.lcr", text)
    tokens = scan(Span(source, 0, len(text)), _ignored, "the end").tokens
    parts: list[str] = []
    last = ""
    count = 0
    touching = -1
    for token in tokens:
        gap = random.choice(GAPS)
        if token.start == touching and random.random() < 0.5:
            gap = ""
        # `count` and `(` must see each other to be a memory
        if last not in (MEMORY_OF, MEMORY_FIELD) and random.random() < comments:
            for _ in range(random.randint(1, 2)):
                count += 1
                gap += random.choice(GAPS) + f"# {count}" + random.choice(("\n", "  \n\n"))
        parts += [gap, text[token.start : token.end]]
        last, touching = token.kind, token.end
    return "".join(parts)
