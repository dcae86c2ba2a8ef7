"""An input that is read more than once, and by several processes: a file, and how it is taken."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.records import Decoded, Records
from lifecycle_dsl.engine.structs import customer_of
from lifecycle_dsl.inputs import Batch, Input, open_input
from lifecycle_dsl.inputs.selection import Selection, share_of

Pieces = Iterable[Batch | DeadLetter]
Watching = Callable[[Pieces, Input], Pieces]
"""Looks on while an input is read, as a progress bar does."""
SHARED: Final = 4 << 20
"""From so many bytes on another process saves more time than it takes to start."""
_PACKED: Final = 8
"""How many times larger a packed file is than it looks."""


def _unwatched(pieces: Pieces, source: Input) -> Pieces:
    del source
    return pieces


@frozen
class Feed:
    """Events, and how they are to be taken. It can be sent to another process."""

    path: str
    """A file."""
    until: int | None = None
    """Later records are left out."""
    key: str | None = None
    """The field that names the customer."""
    called: str | None = None
    """How its users know it, if not by its path."""
    rows: str | None = None
    """A file with the number of each record where it came from, if it was put in order since."""
    watched: Watching = _unwatched

    @property
    def name(self) -> str:
        """What a message calls it."""
        return self.called or self.path

    @property
    def size(self) -> int:
        """About how many bytes of events there are, before packing."""
        path = Path(self.path)
        return path.stat().st_size * (_PACKED if path.suffix in {".gz", ".zst"} else 1)

    @property
    def is_worth_sharing(self) -> bool:
        """Whether several processes are faster than one."""
        return self.size >= SHARED

    def unwatched(self) -> Feed:
        """The same, for one who reads it beside another."""
        return evolve(self, watched=_unwatched)

    def pieces(self) -> Iterator[Batch | DeadLetter]:
        """All of it, from the beginning.

        Raises:
            InputError, OSError: where it cannot be read.
        """
        numbers = None if self.rows is None else _numbers(self.rows)
        with open_input(self.path) as source:
            for piece in self.watched(source, source):
                if numbers is None or isinstance(piece, DeadLetter):
                    yield piece
                    continue
                start = piece.first - 1
                rows = numbers[start : start + piece.data.count(b"\n")]
                yield evolve(piece, rows=rows)

    def decoded(self, records: Records) -> Iterator[Decoded]:
        """Its records up to `until`, and what is none, with its place.

        Raises:
            InputError, OSError: where it cannot be read.
        """
        selection = Selection(records, key=self.key)
        for piece in self.pieces():
            if isinstance(piece, DeadLetter):
                yield Decoded([], [piece])
                continue
            selected = selection.select(piece)
            found = records.decode(selected.data)
            yield Decoded(self.up_to_until(found.records), selected.placed(found.dead_letters))

    def records(self, records: Records) -> Iterator[list[Any]]:
        """As `decoded`, without what is no record."""
        for each in self.decoded(records):
            yield each.records

    def up_to_until(self, records: list[Any]) -> list[Any]:
        """The records that are not left out."""
        until = self.until
        return records if until is None else [each for each in records if each.at <= until]


class Share(dict[str, bool]):
    """Whether a customer is in a share of all."""

    def __init__(self, place: int, count: int) -> None:
        super().__init__()
        self._place = place
        self._count = count

    def __missing__(self, customer: str) -> bool:
        found = self[customer] = share_of(customer, self._count) == self._place
        return found


def of_customers(records: list[Any], mine: Mapping[str, bool]) -> list[Any]:
    """The records of some customers, and the ticks."""
    try:
        return [record for record in records if mine[record.customer]]
    except AttributeError:  # there is a tick
        return [each for each in records if (name := customer_of(each)) is None or mine[name]]


def _numbers(rows: str) -> array[int]:
    numbers = array("q")
    numbers.frombytes(Path(rows).read_bytes())
    return numbers
