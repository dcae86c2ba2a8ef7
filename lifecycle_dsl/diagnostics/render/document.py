"""A document of structs as JSON text."""

from __future__ import annotations

import json

import msgspec


def written(document: msgspec.Struct | list[msgspec.Struct]) -> str:
    """The text, indented, with a line end after it.

    A file may have a name that is no text, of which every byte that is not becomes a `?`.
    """
    text = json.dumps(msgspec.to_builtins(document), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode() + "\n"
