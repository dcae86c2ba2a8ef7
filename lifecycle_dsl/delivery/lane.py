"""One destination's messages under way: how many, in which order, and what becomes of each.

Messages of one customer follow each other; those of others go beside them. A message in hand is
leased: it is not set out with so late that the lease could end on the way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from attrs import define, frozen

from lifecycle_dsl.delivery.circuit import Circuit, CircuitState
from lifecycle_dsl.delivery.clock import Clock
from lifecycle_dsl.delivery.destination import (
    SECOND,
    Destination,
    LaterError,
    Limits,
    Parcel,
    RefusedError,
    Traits,
)
from lifecycle_dsl.delivery.schedule import given_up, next_try
from lifecycle_dsl.delivery.settling import (
    Arrived,
    Buried,
    GivenBack,
    Outcome,
    Postponed,
    Settling,
)
from lifecycle_dsl.stores.store import Message

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

_log: Final = logging.getLogger("lifecycle_dsl.delivery")
_AHEAD: Final = 6
"""Messages in hand for each worker: enough that none of them waits for the store."""
_LONGEST_REASON: Final = 500


@define
class Figures:
    """What a lane did since it was made."""

    delivered: int = 0
    failed: int = 0
    """Attempts after which the message waits again."""
    dead: int = 0
    under_way: int = 0
    """Messages in hand now."""
    circuit: str = CircuitState.CLOSED.value


@frozen
class Surroundings:
    """What the lanes of a deliverer share."""

    clock: Clock
    settling: Settling
    random: Random
    lease: int
    traits: Callable[[str], Awaitable[Traits]]
    """The traits of a customer."""
    changed: Callable[[], None]
    """To be told that a lane has room, or failed."""


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
        self.circuit = Circuit(self._limits.failures, self._limits.pause)
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

    async def close(self, grace: float) -> None:
        """Let attempts come to an end, for so many seconds; give back what did not set out.

        What cannot be noted in that time, others find when its lease has ended.
        """
        self._closing = True
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
        """Bring a customer's messages one after the other."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — this runs in a task
        try:
            while queue:
                parcel = queue.popleft()
                async with self._slots:
                    if self._limiter is not None:
                        await self._limiter.acquire()
                    self._chains[task] = True
                    outcome = await self._attempt(parcel)
                await self._note(parcel.message, outcome)
                self._chains[task] = False
        finally:
            del self._queues[customer]

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

    # ---- one attempt

    async def _attempt(self, parcel: Parcel) -> Outcome:
        """Make an attempt, if there is time for it and the circuit lets it through."""
        message, clock = parcel.message, self._around.clock
        now = clock.now()
        late = message.due - now < self._limits.timeout
        if self._closing or late or not self.circuit.admit(now):
            return GivenBack(message.number)
        counted = self.circuit.state(now) is CircuitState.CLOSED
        try:
            await self._bring(parcel)
        except RefusedError as refused:
            return self._refused(message, refused)
        except LaterError as later:
            return self._later(message, later, counted=counted)
        except asyncio.CancelledError:
            self.circuit.given_up()
            reason = "the deliverer stopped while it was under way"
            self._unnoted[message.number] = Postponed(message.number, clock.now(), reason)
            raise
        if not counted:
            _log.info("%s: the circuit closes", self.name)
        self.circuit.answered()
        self.figures.delivered += 1
        _log.debug("delivered", extra=_about(message))
        return Arrived(message.number)

    async def _bring(self, parcel: Parcel) -> None:
        """Bring a message to its destination, which says no in two ways and no other."""
        try:
            async with asyncio.timeout(self._limits.timeout / SECOND):
                await self.destination.deliver(parcel)
        except (RefusedError, LaterError):
            raise
        except TimeoutError as error:
            seconds = self._limits.timeout / SECOND
            raise LaterError(f"no answer within {seconds:g} s", down=True) from error
        except Exception as error:
            raise LaterError(f"{type(error).__name__}: {error}", down=True) from error

    def _refused(self, message: Message, refused: RefusedError) -> Outcome:
        self.circuit.answered()
        self.figures.dead += 1
        _log.warning("dead: %s", refused.reason, extra=_about(message))
        text = f"{refused.reason}: {refused.detail}" if refused.detail else refused.reason
        return Buried(message.number, text[:_LONGEST_REASON])

    def _later(self, message: Message, later: LaterError, *, counted: bool) -> Outcome:
        """What becomes of a message that failed; with the circuit open it is not its fault."""
        now = self._around.clock.now()
        counted = counted and self.circuit.state(now) is CircuitState.CLOSED
        was_open = self.circuit.state(now) is not CircuitState.CLOSED
        if later.down:
            self.circuit.failed(now, later.after)
        else:
            self.circuit.answered()
            counted = True
        if not was_open and self.circuit.state(now) is CircuitState.OPEN:
            _log.warning("%s: the circuit opens: %s", self.name, later.reason)
        reason = later.reason[:_LONGEST_REASON]
        attempts = message.attempts if counted else 0
        if why := given_up(self._limits, attempts, message.since, now):
            self.figures.dead += 1
            _log.warning("dead: %s: %s", why, reason, extra=_about(message))
            return Buried(message.number, f"{why}: {reason}")
        self.figures.failed += 1
        _log.info("later: %s", reason, extra=_about(message))
        due = next_try(self._limits, message.attempts, now, later.after, self._around.random)
        if counted:
            return Postponed(message.number, due, reason)
        return GivenBack(message.number, due, reason)


def _limiter(limits: Limits) -> AsyncLimiter | None:
    """A leaky bucket for a rate."""
    if limits.rate is None:
        return None
    from aiolimiter import AsyncLimiter  # noqa: PLC0415 — only where there is a rate

    count, span = limits.rate
    return AsyncLimiter(count, span / SECOND)


def _about(message: Message) -> dict[str, object]:
    """What a line of the log says of a message: nothing personal but whose it is."""
    return {
        "destination": message.destination,
        "number": message.number,
        "key": message.key,
        "attempts": message.attempts,
    }
