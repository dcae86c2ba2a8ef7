"""Feeding one of several workers that share a store: each reads all, and handles its own shards.

Up to where the input is handled is kept by shard. Shards that a worker has just gained may be
behind its others, or ahead of them; those that are furthest behind are read for alone until they
meet the next, and so on, until all go on together. So every customer's records are handled once and
in their order, whoever handles them.

What goes wrong with the server is waited for: when it is back, the worker goes on from what was
kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final

from attrs import define, field, frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.structs import Tick, instant
from lifecycle_dsl.inputs import Batch, Idle, Source
from lifecycle_dsl.inputs.files import PLACE
from lifecycle_dsl.inputs.sources import IDLE, Piece, Place
from lifecycle_dsl.stores.errors import (
    OtherLifecycleError,
    OtherRulesError,
    StoreBusyError,
    StoreError,
)
from lifecycle_dsl.stores.feeding import Fed, Feeder
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.store import ONE

_SHARE_EVERY: Final = 1.0
"""Seconds between two looks at whether shards are to be taken or given back."""
_PATIENCE: Final = 60.0
"""Seconds to wait for a server that does not answer."""
_PAUSE: Final = 0.2
_HOPELESS: Final = (OtherRulesError, OtherLifecycleError, StoreBusyError)
"""What does not pass by waiting."""


@frozen
class _Group:
    """Shards whose records are handled up to the same place."""

    shards: frozenset[int]
    place: Place | None


@define
class SharedFeeder(Feeder):
    """Feeds the shards that an engine's worker holds.

    The source is opened anew by `reopen` whenever another place is to be read from.
    """

    reopen: Callable[[], Source] = field(kw_only=True)
    patience: float = field(default=_PATIENCE, kw_only=True)
    """Seconds to wait for a server that does not answer."""
    _group: frozenset[int] = frozenset()
    """The shards that are read for."""
    _limit: Place | None = None
    """Up to where, if others wait there."""
    _latest: int | None = None
    """The latest instant that was read, of whatever shard."""
    _shared: float = 0.0
    _failing_since: float | None = None

    def feed(self) -> Iterator[Fed | Idle]:
        """Handle what comes to the held shards, piece by piece; idle where nothing does.

        Raises:
            RejectedError, InputError: as of one worker alone.
            StoreError: where the server does not come back, or others have brought in other rules.
        """
        more = True
        while more:
            try:
                self._share()
                more = yield from self._next_group()
                if not more:
                    # Who has come to the end takes over from others who have ended, or died.
                    self._share()
                    more = self._group != self.engine.store.owned().keys()
            except StoreError as error:
                more, self._group = True, frozenset()
                self._wait_for(error)
                yield Idle(str(error))

    def advance(self, now: int) -> Iterator[Fed]:
        """Let time go on for the held shards: no further than what was read, if there is more."""
        owned = self.engine.store.owned().keys()
        if self._limit is not None or self._group != owned:
            return  # some of them are behind
        latest = now if self._latest is None else self._latest
        until = max(now, latest) if self._is_idle else min(now, latest)
        place = self.source.place if self._is_idle else None
        while self._group:
            places = None if place is None else self._places(place)
            try:
                yield from self._advanced(until, places)
            except StoreError as error:
                self._wait_for(error)
                self._group &= self.engine.store.owned().keys()
            else:
                return

    # ---- from group to group

    def _share(self) -> None:
        """Have a fair share of the shards, and know that the server answers."""
        self._undo_files()
        self.engine.store.share()
        self._shared = time.monotonic()

    def _next_group(self) -> Generator[Fed | Idle, None, bool]:
        """Read for the shards that are furthest behind; whether there may be more to read."""
        groups = self._groups()
        if not groups:
            time.sleep(_PAUSE)
            yield IDLE
            return True
        self._group = groups[0].shards
        self._limit = groups[1].place if len(groups) > 1 else None
        self._is_idle = False
        owned = dict(self.engine.store.owned())
        with closing(self.reopen()) as self.source:
            for piece in self.source.read(groups[0].place):
                reached = yield from self._piece(piece)
                if time.monotonic() - self._shared > _SHARE_EVERY:
                    self._share()
                if reached or self.engine.store.owned() != owned:
                    return True
        if self._limit is None:
            self._is_idle = True
            return False
        yield self._kept([], [], self._limit)
        return True

    def _groups(self) -> list[_Group]:
        """The held shards by their places, those furthest behind first."""
        found: dict[Place, tuple[Place | None, list[int]]] = {}
        for shard in self.engine.store.owned():
            place = self.engine.store.place(self.source.name, shard)
            found.setdefault(order_of(place), (place, []))[1].append(shard)
        ordered = sorted(found.items(), key=lambda each: each[0])
        return [_Group(frozenset(shards), place) for _, (place, shards) in ordered]

    def _piece(self, piece: Piece) -> Generator[Fed | Idle, None, bool]:
        """Handle a piece as far as the limit; whether that is reached."""
        limit = self._limit
        if isinstance(piece, Idle):
            if limit is not None and piece.trouble is None:
                # Whoever came to the limit has read all before it: there is no more.
                yield self._kept([], [], limit)
                return True
            self._is_idle = True
            yield piece
            self._is_idle = False
            return False
        behind = self._behind()
        if limit is None or order_of(behind) < order_of(limit):
            yield from self._handled(piece, behind)
            return False
        yield from self._handled(self._before(limit, piece, behind), limit)
        return True

    def _handled(self, piece: Batch | DeadLetter | None, end: Place) -> Iterator[Fed]:
        match piece:
            case Batch():
                yield from self._batch(piece, end)
            case DeadLetter():
                yield self._kept([], [piece], end)
            case None:
                yield self._kept([], [], end)
        # The source is not told that it may be trimmed: others may be behind.

    def _before(
        self, limit: Place, piece: Batch | DeadLetter, behind: Place
    ) -> Batch | DeadLetter | None:
        """What of a piece others have not handled yet."""
        if isinstance(piece, DeadLetter):
            return piece if order_of(behind) == order_of(limit) else None
        for number, _ in piece.records():
            if order_of(self.source.within(number)) > order_of(limit):
                return next(piece.cut([number])) if number > piece.first else None
        return piece

    # ---- one transaction

    def _kept(self, records: list[Any], letters: list[DeadLetter], place: Place) -> Fed:
        self._note([record.at for record in records if type(record) is not Tick])
        shards, group = self.engine.store.shards, self._group
        if not self.strict:
            letters = [each for each in letters if shard_of(each.record, shards) in group]
        if len(group) < shards:
            records = [each for each in records if shard_of(each.customer, shards) in group]
        fed = super()._kept(records, letters, place)
        self._failing_since = None
        return fed

    def _ticked(self, tick: Tick, place: Place) -> Iterator[Fed]:
        at = instant(tick.at)
        self._note([at])
        # A tick is a record of everybody; it is counted once.
        yield from self._advanced(at, self._places(place), records=int(ONE in self._group))

    def _advanced(
        self, at: int, places: Mapping[tuple[str, int], Place] | None, records: int = 0
    ) -> Iterator[Fed]:
        write = partial(self._write, [])
        pages = self.engine.advancing(at, places, write, records=records, shards=self._group)
        yield from map(Fed, pages)
        self._failing_since = None

    def _places(self, place: Place) -> dict[tuple[str, int], Place]:
        return {(self.source.name, shard): place for shard in self._group}

    def _note(self, ats: Sequence[int]) -> None:
        """Take note of instants that were read."""
        self._latest = max(ats if self._latest is None else [self._latest, *ats], default=None)

    # ---- when something goes wrong

    def _wait_for(self, error: StoreError) -> None:
        """Wait a little.

        Raises:
            StoreError: where it has been so for too long, or waiting does not help.
        """
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if isinstance(error, _HOPELESS) or now - self._failing_since > self.patience:
            raise error
        time.sleep(_PAUSE)

    def _undo_files(self) -> None:
        """Undo what was written for what was not kept."""
        if self._failing_since is not None:
            for file in (self.out, self.dead):
                if file is not None:
                    file.go_back()


def order_of(place: Place | None) -> Place:
    """What places of a source are compared by: the beginning comes first.

    Where a batch begins depends on who has read it; of a place in a file only the next record's
    number counts, and what says which file it is.
    """
    if place is None or len(place) < PLACE:
        return place or ()
    return *place[:-PLACE], place[2 - PLACE]


def feeder_of(alone: Feeder, reopen: Callable[[], Source]) -> Feeder:
    """What feeds an engine: one that shares, where the store is shared."""
    if alone.engine.store.shards == 1 or not alone.source.resumable:
        return alone
    return SharedFeeder(
        alone.engine,
        alone.source,
        alone.selection,
        alone.out,
        alone.dead,
        strict=alone.strict,
        reopen=reopen,
    )
