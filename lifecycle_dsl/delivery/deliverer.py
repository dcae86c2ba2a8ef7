"""The deliverer: takes messages from a store's outbox and brings each to its destination.

What is promised: every message that its destination takes arrives **at least once**. A message
arrives twice only where a deliverer died, was cut off or lost its store between the arrival and
noting it; both carry the same key. One deliverer brings a customer's messages for one destination
in their order, but goes on when one of them has to be tried again.

Each destination has a lane of its own: one that is slow, down or limited holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import Any, Final

import msgspec
from attrs import evolve

from lifecycle_dsl.delivery.attempts import Figures, Surroundings
from lifecycle_dsl.delivery.callables import Callee, PythonDestination
from lifecycle_dsl.delivery.clock import Clock, WallClock
from lifecycle_dsl.delivery.destination import SECOND, Destination, Limits, Traits
from lifecycle_dsl.delivery.lane import Lane
from lifecycle_dsl.delivery.settling import Settling
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Message, Store

_log: Final = logging.getLogger("lifecycle_dsl.delivery")
_TRAIT: Final = "trait "
"""What the names of traits begin with in a stored state."""
_GRACE: Final = 15.0


class Deliverer:
    """Delivers a store's outbox; a Python function serves as a destination, too.

    `workers` is how many messages are under way to a Python function at a time; other destinations
    have limits of their own. `lease` and `poll` are in microseconds: for how long a message that
    is in hand is kept from other deliverers, and how often new messages are looked for.
    """

    def __init__(
        self,
        store: Store,
        destinations: Mapping[str, Destination | Callee],
        *,
        workers: int = Limits().workers,
        clock: Clock | None = None,
        lease: int = 300 * SECOND,
        poll: int = SECOND // 2,
        grace: float = _GRACE,
        random: Random | None = None,
    ) -> None:
        self._store = store
        self._clock = clock or WallClock()
        self._lease = lease
        self._poll = poll
        self._grace = grace
        self._random = random or Random()  # noqa: S311 — it only spreads attempts
        limits = evolve(Limits(), workers=workers)
        self._destinations: dict[str, Destination] = {
            name: to if isinstance(to, Destination) else PythonDestination(to, limits)
            for name, to in destinations.items()
        }
        self._passage: Passage | None = None
        self._lanes: list[Lane] = []
        self._figures: dict[str, Figures] = {name: Figures() for name in self._destinations}
        self._told: set[str] = set()
        self._wake: asyncio.Event | None = None

    # ---- for those who embed it

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; a store that cannot be read or written is waited for."""
        stopping = asyncio.create_task(self._wake_at(stop))
        try:
            await self._deliver(stop=stop)
        finally:
            stopping.cancel()

    async def drain(self) -> None:
        """Deliver until nothing waits for any of the destinations, failed messages included.

        Raises:
            StoreError: where the store cannot be read or written.
        """
        await self._deliver(drain=True)

    async def once(self) -> None:
        """Try every message that is due now one time.

        Raises:
            StoreError: where the store cannot be read or written.
        """
        await self._deliver(drain=True, horizon=self._clock.now())

    def wake(self) -> None:
        """Look for messages now: there are new ones. To be called in the event loop."""
        if self._wake is not None:
            self._wake.set()

    def figures(self) -> dict[str, Figures]:
        """What was done, by destination, since the deliverer was made."""
        for lane in self._lanes:
            lane.report()
        return self._figures

    @property
    def unknown(self) -> frozenset[str]:
        """Destinations that messages were found waiting for and that nobody has configured."""
        return frozenset(self._told)

    @property
    def busy(self) -> bool:
        """Whether messages are in hand."""
        return any(not lane.idle for lane in self._lanes)

    # ---- the loop

    async def _deliver(
        self,
        *,
        stop: asyncio.Event | None = None,
        drain: bool = False,
        horizon: int | None = None,
    ) -> None:
        self._wake = wake = asyncio.Event()
        with ThreadPoolExecutor(1, "outbox") as executor:
            self._in_thread = partial(asyncio.get_running_loop().run_in_executor, executor)
            around = Surroundings(
                clock=self._clock,
                settling=Settling(self._store, self._clock, executor),
                random=self._random,
                lease=self._lease,
                traits=self._traits,
                changed=wake.set,
            )
            for name, to in self._destinations.items():
                self._lanes.append(Lane(name, to, around, self._figures[name]))
            try:
                while stop is None or not stop.is_set():
                    wake.clear()
                    was_busy = self.busy
                    try:
                        left, pause = await self._round(horizon)
                    except StoreError as error:
                        if drain:
                            raise
                        _log.error("the outbox cannot be read: %s", error)
                        left, pause = True, 10 * self._poll
                    if drain and not was_busy and not left:
                        return
                    await self._clock.wait(wake, pause)
            finally:
                for lane in self._lanes:
                    lane.stop()
                await asyncio.gather(*(lane.close(self._grace) for lane in self._lanes))
                self.figures()
                self._lanes = []
                self._wake = None

    async def _round(self, horizon: int | None) -> tuple[bool, int]:
        """Claim what there is room for; whether anything is left, and how long to wait at most."""
        waiting = await self._in_thread(self._store.waiting)
        self._tell_unknown(waiting)
        left, pause = False, self._poll
        for lane in self._lanes:
            if lane.error is not None:
                raise lane.error
            due = waiting.get(lane.name)
            if due is None or (horizon is not None and lane.next_look(due) > horizon):
                continue
            left = True
            now = self._clock.now()
            if (ahead := lane.next_look(due) - now) > 0:
                pause = min(pause, ahead)
            elif room := lane.room():
                at = now if horizon is None else horizon
                lease = lane.lease + now - at
                claim = partial(self._store.claim, lane.name, at, room, lease)
                await self._claim(lane, claim, at)
        return left, pause

    async def _claim(self, lane: Lane, claim: Callable[[], list[Message]], at: int) -> None:
        """Hand a lane what it claims; who is stopped meanwhile has it, too, and gives it back."""
        claiming = self._in_thread(claim)
        try:
            await asyncio.shield(claiming)
        finally:
            lane.take(await claiming, at)

    def _tell_unknown(self, waiting: Mapping[str, int]) -> None:
        """Say once of each destination that messages wait for it and nobody takes them."""
        for name in waiting.keys() - self._destinations.keys() - self._told:
            self._told.add(name)
            similar = closest(name, self._destinations)
            hint = f"; `{similar}` is" if similar else ""
            _log.warning(
                "messages wait for `%s`, which is no configured destination%s",
                name,
                hint,
                extra={"destination": name},
            )

    async def _traits(self, customer: str) -> Traits:
        """A customer's traits under the present rules; defaults are left out."""
        found = await self._in_thread(partial(self._state, customer))
        return {n.removeprefix(_TRAIT): v for n, v in found.items() if n.startswith(_TRAIT)}

    def _state(self, customer: str) -> dict[str, Any]:
        """A customer's state by name, under the present rules; nothing where they have none."""
        rules = self._store.rules()
        if self._passage is None or (rules and rules.number != self._passage.number):
            self._passage = Passage(self._store, rules)
        for _, stored in self._store.load([customer]):
            found: dict[str, Any] = msgspec.msgpack.decode(self._passage.brought(stored)[0])
            return found
        return {}

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()
