"""An input that is read more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.inputs import Batch
from lifecycle_dsl.inputs.selection import Selection


@frozen
class Feed:
    """Events, and how they are to be taken."""

    pieces: Callable[[], Iterable[Batch | DeadLetter]]
    """Opens the input anew."""
    until: int | None = None
    """Later records are passed over."""
    key: str | None = None
    """The field that names the customer."""

    def batches(self, records: Records) -> Iterator[bytes]:
        """All of it, from the beginning, as the engine takes it."""
        selection = Selection(records, self.until, self.key)
        for piece in self.pieces():
            if isinstance(piece, Batch):
                yield selection.select(piece).data
