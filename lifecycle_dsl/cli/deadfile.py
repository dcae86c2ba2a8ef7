"""The dead letters of a run: counted by reason, and written to a file if one is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import BinaryIO, Final

import msgspec

from lifecycle_dsl.engine.deadletters import DeadLetter

MOST_REASONS: Final = 1_000
OTHER: Final = "other reasons"


class DeadFile:
    """Takes dead letters; without a file it only counts."""

    def __init__(self, file: BinaryIO | None) -> None:
        self.reasons: Counter[str] = Counter()
        self._file = file
        self._first: DeadLetter | None = None

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """Counts letters and writes them, one JSON object a line."""
        for letter in letters:
            known = letter.reason in self.reasons or len(self.reasons) < MOST_REASONS
            self.reasons[letter.reason if known else OTHER] += 1
            self._first = self._first or letter
            if self._file is not None:
                self._file.write(msgspec.json.encode(letter) + b"\n")

    def first_text(self) -> str:
        """The place and the reason of the first one, for people."""
        return "" if self._first is None else f"record {self._first.line}: {self._first.reason}"
