"""Bytes into a source: what is no text is refused before anything else looks at it."""

from __future__ import annotations

import re

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax.problems import characters as problems

LARGEST = 8 * 2**20
"""Bytes of a rule file."""

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(name: str, data: bytes) -> Source | Diagnostic:
    """The text of a rule file in UTF-8, with or without a byte order mark; or why it has none."""
    if len(data) > LARGEST:
        return problems.file_too_large(name, len(data), LARGEST)
    text = data.removeprefix(_BOM)
    if found := _CONTROL.search(text):
        line = text.count(b"\n", 0, found.start()) + 1
        return problems.binary_file(name, found[0][0], line)
    try:
        return Source(name, text.decode("utf-8"))
    except UnicodeDecodeError as problem:
        return problems.not_utf8(name, problem.start + len(data) - len(text))
