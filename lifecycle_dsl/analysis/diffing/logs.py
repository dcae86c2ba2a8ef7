"""Decision logs as lines: JSON Lines, plain or packed; Parquet is told as such lines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

import msgspec
from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.deadletters import REFUSALS
from lifecycle_dsl.inputs.packing import BLOCK, DAMAGED, InputError, format_of, unpacked

ANY_DECISION: Final = (
    d.Transition
    | d.Fired
    | d.Sent
    | d.Held
    | d.Called
    | d.Joined
    | d.Quit
    | d.Changed
    | d.Arm
    | d.Left
    | d.Credit
    | d.Broken
)
"""What a line may say."""
PARQUET: Final = frozenset({".parquet", ".pq"})
HEAD: Final = "rules"
"""The kind of a head."""


@frozen
class Line:
    """A line of a log, without its end."""

    number: int
    """From 1."""
    text: bytes
    customer: str = ""
    """Empty of a head."""


@frozen
class Head:
    """Whose decisions follow."""

    line: Line
    lifecycle: str
    fingerprint: str


class Lines(Protocol):
    """A log that is read from its beginning to its end."""

    def __iter__(self) -> Iterator[Line | Head]:
        """Its lines.

        Raises:
            AnalysisError: where something in it is no decision.
        """


def open_log(path: Path) -> Lines:
    """The log of a name.

    Raises:
        OSError: where there is none.
        ImportError: where it is Parquet and the library is missing.
    """
    path.stat()
    if path.is_dir() or path.suffix in PARQUET:
        made: Lines = import_module("lifecycle_dsl.analysis.diffing.tables").TableLog(path)
        return made
    return Log(path)


class _Said(msgspec.Struct):
    """As much of a line as says what it is."""

    kind: str
    customer: str = ""
    lifecycle: str = ""
    fingerprint: str = ""


_SAID: Final = msgspec.json.Decoder(_Said)


@frozen
class Log:
    """A file of JSON Lines, plain, `.gz` or `.zst`."""

    path: Path

    def __iter__(self) -> Iterator[Line | Head]:
        for number, text in enumerate(self._texts(), 1):
            if not text and number > 1:
                raise AnalysisError(f"{self.path}: line {number} is empty")
            yield self._line(number, text)

    def _line(self, number: int, text: bytes) -> Line | Head:
        try:
            said = _SAID.decode(text)
        except REFUSALS as error:
            raise AnalysisError(f"{self.path}: line {number} is no decision") from error
        line = Line(number, text, said.customer)
        return Head(line, said.lifecycle, said.fingerprint) if said.kind == HEAD else line

    def _texts(self) -> Iterator[bytes]:
        rest = b""
        try:
            packing = format_of(self.path).packing
            with self.path.open("rb") as raw:
                stream = unpacked(raw, packing)
                while block := stream.read(BLOCK):
                    *texts, rest = (rest + block).split(b"\n")
                    yield from texts
        except InputError as error:
            raise AnalysisError(
                f"{self.path} is no log of decisions: neither .jsonl, as .gz or .zst, nor .parquet"
            ) from error
        except DAMAGED as error:
            raise AnalysisError(f"{self.path} is damaged or cut off: {error}") from error
        if rest:
            yield rest
