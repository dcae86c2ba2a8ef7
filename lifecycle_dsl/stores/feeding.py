"""Feeding a stored engine from a source: every record once, whenever it is stopped.

A batch, the place behind it, and what was written to files for it are kept in one transaction. So
a feeder that was killed goes on where it stopped, and what it had not kept is done again, with the
same decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.structs import Tick, instant
from lifecycle_dsl.inputs import Batch, Idle, Source
from lifecycle_dsl.inputs.selection import Selection, cut_at_ticks
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.files import KeptFile
from lifecycle_dsl.stores.store import ONE, Commit


@frozen
class Fed:
    """What became of a piece of the input, which is kept now."""

    decisions: list[Decision]
    dead_letters: list[DeadLetter] = field(factory=list)


class RejectedError(Exception):
    """A record was rejected, where none may be; nothing of its batch was handled."""

    def __init__(self, letter: DeadLetter) -> None:
        super().__init__(letter.reason)
        self.letter = letter


@define
class Feeder:
    """Feeds an engine from a source."""

    engine: StoredEngine
    source: Source
    selection: Selection
    out: KeptFile | None = None
    """Gets the decisions as JSON Lines."""
    dead: KeptFile | None = None
    """Gets the dead letters as JSON Lines."""
    strict: bool = False
    _is_idle: bool = False

    def feed(self) -> Iterator[Fed | Idle]:
        """Handle what comes, piece by piece; idle where nothing comes for a while.

        Raises:
            RejectedError: at a record that is rejected, where `strict`.
            InputError: where the source is not the one that was read before.
            StoreError: where a batch cannot be kept; then nothing of it was handled.
        """
        resumes = self.source.resumable
        place = self.engine.store.place(self.source.name) if resumes else None
        for piece in self.source.read(place):
            match piece:
                case Idle():
                    self._is_idle = True
                    yield piece
                    self._is_idle = False
                case DeadLetter():
                    yield self._kept([], [piece], self._behind())
                case Batch():
                    yield from self._batch(piece, self._behind())
            if not isinstance(piece, Idle):
                self.source.kept(self._behind())

    def advance(self, now: int) -> Iterator[Fed]:
        """Let time go on to an instant, for every customer; some at a time."""
        place = self.source.place if self._is_idle else None
        places = None if place is None else self._places(place)
        for decisions in self.engine.advancing(now, places, partial(self._write, [])):
            yield Fed(decisions)

    def _behind(self) -> Place:
        """The place behind the last piece."""
        place = self.source.place
        if place is None:
            raise RuntimeError("a source that has given a piece has a place")
        return place

    def _batch(self, batch: Batch, end: Place) -> Iterator[Fed]:
        parts = cut_at_ticks(batch)
        ends = [self.source.within(part.first - 1) for part in parts[1:]]
        for part, place in zip(parts, [*ends, end], strict=True):
            selected = self.selection.select(part)
            decoded = self.engine.ruleset.records.decode(selected.data)
            letters = selected.placed(decoded.dead_letters)
            match decoded.records:
                case [Tick() as tick] if not letters:
                    yield from self._ticked(tick, place)
                case records:
                    yield self._kept(records, letters, place)

    def _ticked(self, tick: Tick, place: Place) -> Iterator[Fed]:
        """What a tick does, some customers at a time; one that is stopped is done again."""
        places, write = self._places(place), partial(self._write, [])
        for decisions in self.engine.advancing(instant(tick.at), places, write, records=1):
            yield Fed(decisions)

    def _kept(self, records: list[object], letters: list[DeadLetter], place: Place) -> Fed:
        if self.strict and letters:
            raise RejectedError(letters[0])
        before_commit = partial(self._write, letters)
        decisions = self.engine.process_records(
            records, letters, self._places(place), before_commit
        )
        self.engine.take_dead_letters()
        return Fed(decisions, letters)

    def _places(self, place: Place) -> dict[tuple[str, int], Place]:
        return {(self.source.name, ONE): place} if self.source.resumable else {}

    def _write(self, letters: list[DeadLetter], commit: Commit) -> None:
        """Write to the files what is about to be kept."""
        if self.out is not None:
            lines = b"".join([line + b"\n" for _, _, line in commit.decisions])
            commit.places.update(self.out.write(lines))
        if self.dead is not None:
            commit.places.update(self.dead.write(_LINES.encode_lines(letters)))


_LINES = msgspec.json.Encoder()
