"""One destination's messages under way: how many, in which order, and what becomes of each.

Messages of one customer follow each other; those of others go beside them. A message in hand is
leased: it is not set out with so late that the lease could end on the way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from lifecycle_dsl.delivery.attempts import Attempts, Figures, Surroundings
from lifecycle_dsl.delivery.circuit import CircuitState
from lifecycle_dsl.delivery.destination import SECOND, Destination, Limits, Parcel
from lifecycle_dsl.delivery.settling import GivenBack, Outcome, Postponed
from lifecycle_dsl.stores.store import Message

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

_AHEAD: Final = 6
"""Messages in hand for each worker: enough that none of them waits for the store."""
_CUT_OFF: Final = "the deliverer stopped while it was under way"


class Lane:
    """The way to one destination."""

    def __init__(
        self, name: str, destination: Destination, around: Surroundings, figures: Figures
    ) -> None:
        self.name = name
        self.destination = destination
        self.figures = figures
        self.error: BaseException | None = None
        """What ended a customer's chain, which nothing should."""
        self._around = around
        self._limits: Limits = destination.limits
        self.lease = max(around.lease, 4 * self._limits.timeout)
        self._attempts = Attempts(name, destination, around, figures)
        self.circuit = self._attempts.circuit
        self._slots = asyncio.Semaphore(self._limits.workers)
        self._limiter = _limiter(self._limits)
        self._in_hand: dict[int, Message] = {}
        self._queues: dict[str, deque[Parcel]] = {}
        self._chains: dict[asyncio.Task[None], bool] = {}
        """Each customer's, and whether an attempt is being made or noted."""
        self._unnoted: dict[int, Outcome] = {}
        self._closing = False

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand."""
        return not self._in_hand

    def room(self) -> int:
        """How many more messages may be claimed now."""
        in_hand = len(self._in_hand)
        match self.circuit.state(self._around.clock.now()):
            case _ if self._closing:
                return 0
            case CircuitState.CLOSED:
                most = self._most()
                return most - in_hand if in_hand <= most // 2 else 0
            case CircuitState.HALF_OPEN:
                return 0 if in_hand else 1
            case CircuitState.OPEN:
                return 0

    def next_look(self, due: int) -> int:
        """From when on a message due at an instant can be claimed, as far as that is known."""
        return max(due, self.circuit.until or 0)

    def take(self, messages: Iterable[Message], claimed: int) -> None:
        """Have messages in hand, claimed at an instant."""
        for message in messages:
            if message.number in self._in_hand:  # its lease ended on the way: the clock has jumped
                continue
            self._in_hand[message.number] = message
            seen = message.attempts > 1 or message.since != claimed
            parcel = Parcel(message, seen, partial(self._around.traits, message.customer))
            if (queue := self._queues.get(message.customer)) is not None:
                queue.append(parcel)
                continue
            self._queues[message.customer] = queue = deque([parcel])
            task = asyncio.create_task(self._follow(message.customer, queue))
            self._chains[task] = False
            task.add_done_callback(self._ended)

    def report(self) -> Figures:
        """What was done until now."""
        self.figures.under_way = len(self._in_hand)
        self.figures.circuit = self.circuit.state(self._around.clock.now()).value
        return self.figures

    def stop(self) -> None:
        """Set out with nothing more."""
        self._closing = True

    async def close(self, grace: float) -> None:
        """Let attempts come to an end, for so many seconds; give back what did not set out.

        What cannot be noted in that time, others find when its lease has ended.
        """
        self.stop()
        for task, attempting in list(self._chains.items()):
            if not attempting:
                task.cancel()
        if self._chains:
            await asyncio.wait(list(self._chains), timeout=grace)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(grace, 1.0)):
                left = list(self._chains)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                settle = self._around.settling.settle
                outcomes = [self._unnoted.get(n) or GivenBack(n) for n in self._in_hand]
                await asyncio.gather(*map(settle, outcomes))
        self._in_hand.clear()
        await self.destination.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._chains[task]
        if not task.cancelled() and (error := task.exception()):
            self.error = error
            self._around.changed()

    # ---- one customer's messages

    async def _follow(self, customer: str, queue: deque[Parcel]) -> None:
        """Bring a customer's messages one after the other; they are given back together."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — this runs in a task
        try:
            while queue:
                parcel = queue.popleft()
                async with self._slots:
                    if self._limiter is not None:
                        await self._limiter.acquire()
                    self._chains[task] = True
                    outcome = await self._attempted(parcel)
                back = [each.message for each in queue] if isinstance(outcome, GivenBack) else []
                for _ in back:
                    queue.popleft()
                rest = (self._note(each, GivenBack(each.number)) for each in back)
                await asyncio.gather(self._note(parcel.message, outcome), *rest)
                self._chains[task] = False
        finally:
            del self._queues[customer]

    async def _attempted(self, parcel: Parcel) -> Outcome:
        """Make an attempt, unless the lane is closing; who is cut off in it says so."""
        number = parcel.message.number
        if self._closing:
            return GivenBack(number)
        try:
            return await self._attempts.make(parcel)
        except asyncio.CancelledError:
            self._unnoted[number] = Postponed(number, self._around.clock.now(), _CUT_OFF)
            raise

    async def _note(self, message: Message, outcome: Outcome) -> None:
        """Write an outcome to the store; then the message is no longer in hand."""
        self._unnoted[message.number] = outcome
        await self._around.settling.settle(outcome)
        del self._unnoted[message.number]
        self._in_hand.pop(message.number, None)
        if len(self._in_hand) <= self._most() // 2:
            self._around.changed()

    def _most(self) -> int:
        """How many messages may be in hand: no more than the lease leaves time for."""
        most = self._limits.workers * _AHEAD
        if self._limits.rate is None:
            return most
        count, span = self._limits.rate
        return max(1, min(most, count * (self.lease // 4) // span))


def _limiter(limits: Limits) -> AsyncLimiter | None:
    """A leaky bucket for a rate."""
    if limits.rate is None:
        return None
    from aiolimiter import AsyncLimiter  # noqa: PLC0415 — only where there is a rate

    count, span = limits.rate
    return AsyncLimiter(count, span / SECOND)
