"""What takes the lines of a log."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self


class Sink(Protocol):
    """Takes the lines of a log; what left its `with` without an error is whole."""

    def write(self, data: bytes, /) -> object:
        """Add lines, each with its end."""

    def flush(self) -> object:
        """Hand on what can be handed on."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> bool | None: ...
