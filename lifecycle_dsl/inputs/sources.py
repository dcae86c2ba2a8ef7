"""What a source of events does for one who keeps the place up to which it is handled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from attrs import frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs.batches import Batch

Place = tuple[int | str, ...]
"""A place in an input; later ones of the same source are greater."""


@frozen
class Idle:
    """Nothing has come for a while; there may be more later."""

    trouble: str | None = None
    """Why nothing can come now, in one clause; None where there is nothing."""


IDLE: Final = Idle()
Piece = Batch | DeadLetter | Idle


class Source(Protocol):
    """An input that can be read on from a place."""

    @property
    def name(self) -> str:
        """What its place is kept under; the same in every run."""

    @property
    def resumable(self) -> bool:
        """Whether it can be read on from a place at all."""

    @property
    def place(self) -> Place | None:
        """Up to where it has been read: behind the piece that was given last."""

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""

    def read(self, place: Place | None) -> Iterator[Piece]:
        """What comes behind a place; None is the beginning.

        Raises:
            InputError: where the input is not the one that the place is of.
        """

    def kept(self, place: Place) -> None:
        """Take note that everything up to a place is handled and kept for good."""

    def close(self) -> None:
        """Let go of it."""
