"""What became of messages, written back to the store: many outcomes in few transactions."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from concurrent.futures import Executor
from typing import Final

from attrs import frozen

from lifecycle_dsl.delivery.clock import Clock
from lifecycle_dsl.delivery.gathering import Gathering
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.store import Store

_log: Final = logging.getLogger("lifecycle_dsl.delivery")
_PATIENCE: Final = 1.0
"""Seconds before a store that cannot be written is tried again."""


@frozen
class Arrived:
    """The destination has it."""

    number: int


@frozen
class Postponed:
    """An attempt failed, and another will be made."""

    number: int
    due: int
    reason: str


@frozen
class GivenBack:
    """What happened does not count as an attempt."""

    number: int
    due: int = 0
    reason: str | None = None


@frozen
class Buried:
    """It is dead."""

    number: int
    reason: str


Outcome = Arrived | Postponed | GivenBack | Buried


class Settling:
    """Writes outcomes to the store, and does not rest until they are written."""

    def __init__(self, store: Store, clock: Clock, executor: Executor) -> None:
        self._store = store
        self._clock = clock
        self._gathering: Gathering[Outcome] = Gathering(self._write, executor)

    async def settle(self, outcome: Outcome) -> None:
        """Return when an outcome is kept; a store that cannot be written is waited for."""
        while True:
            try:
                await self._gathering.bring(outcome)
            except StoreError as error:
                _log.error("the outbox cannot be written: %s", error, extra={"error": str(error)})
                await asyncio.sleep(_PATIENCE)
            else:
                return

    def _write(self, outcomes: list[Outcome]) -> None:
        """Write outcomes; to write one twice changes nothing, so that all may be tried again."""
        arrived: list[int] = []
        back: defaultdict[tuple[int, str | None], list[int]] = defaultdict(list)
        for outcome in outcomes:
            match outcome:
                case Arrived(number):
                    arrived.append(number)
                case GivenBack(number, due, reason):
                    back[due, reason].append(number)
                case Postponed(number, due, reason):
                    self._store.postpone(number, due, reason)
                case Buried(number, reason):
                    self._store.bury(number, reason)
        if arrived:
            self._store.delivered(arrived, self._clock.now())
        for (due, reason), numbers in back.items():
            self._store.give_back(numbers, due, reason)
