"""What takes the lines of a log."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Sink(AbstractContextManager["Sink", bool | None], Protocol):
    """Takes the lines of a log; what left its `with` without an error is whole."""

    def write(self, data: bytes, /) -> object:
        """Add lines, each with its end."""

    def flush(self) -> object:
        """Hand on what can be handed on."""
