"""Sources with spans written into them, for the tests of this folder."""

from __future__ import annotations

import re

from lifecycle_dsl.source import Source, Span

_SIGN = re.compile("[«»]")


def marked(text: str, name: str = "main.lcr") -> tuple[Source, list[Span]]:
    """The source without its `«…»`, and the spans they stood around, by where they close."""
    source = Source(name, _SIGN.sub("", text))
    opened: list[int] = []
    spans = []
    for signs, found in enumerate(_SIGN.finditer(text)):
        offset = found.start() - signs
        if found[0] == "«":
            opened.append(offset)
        else:
            spans.append(Span(source, opened.pop(), offset))
    return source, spans
