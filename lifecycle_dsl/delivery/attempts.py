"""One attempt to bring a message to its destination, and what becomes of the message.

A failure of the message counts as an attempt, and after so many of them, or so much time, the
message is dead. A failure of the destination opens its circuit; while that is open, what fails is
not held against the messages.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

import msgspec
from attrs import define, frozen

from lifecycle_dsl.delivery.circuit import Circuit, CircuitState
from lifecycle_dsl.delivery.clock import Clock
from lifecycle_dsl.delivery.destination import (
    SECOND,
    Destination,
    LaterError,
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
from lifecycle_dsl.localtime.durations import format_duration
from lifecycle_dsl.localtime.instants import parse_instant
from lifecycle_dsl.stores.store import Message

_log: Final = logging.getLogger("lifecycle_dsl.delivery")
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


class Attempts:
    """Attempts at one destination, with its circuit."""

    def __init__(
        self, name: str, destination: Destination, around: Surroundings, figures: Figures
    ) -> None:
        self._name = name
        self._destination = destination
        self._limits = destination.limits
        self._around = around
        self._figures = figures
        self.circuit = Circuit(self._limits.failures, self._limits.pause)

    async def make(self, parcel: Parcel) -> Outcome:
        """Make one, if there is time for it and the circuit lets it through."""
        message = parcel.message
        now = self._around.clock.now()
        if why := self._stale(message, now):
            return self._dead(message, why)
        late = message.due - now < self._limits.timeout
        if late or not self.circuit.admit(now):
            return GivenBack(message.number)
        closed = self.circuit.state(now) is CircuitState.CLOSED
        try:
            await self._bring(parcel)
        except RefusedError as refused:
            self.circuit.answered()
            return self._dead(message, refused.reason, refused.detail)
        except LaterError as later:
            return self._later(message, later, closed=closed)
        except asyncio.CancelledError:
            self.circuit.given_up()
            raise
        if not closed:
            _log.info("%s: the circuit closes", self._name)
        self.circuit.answered()
        self._figures.delivered += 1
        _log.debug("delivered", extra=_about(message))
        return Arrived(message.number)

    async def _bring(self, parcel: Parcel) -> None:
        """Bring a message to its destination, which says no in two ways and no other."""
        try:
            async with asyncio.timeout(self._limits.timeout / SECOND):
                await self._destination.deliver(parcel)
        except (RefusedError, LaterError):
            raise
        except TimeoutError as error:
            seconds = self._limits.timeout / SECOND
            raise LaterError(f"no answer within {seconds:g} s", down=True) from error
        except Exception as error:
            raise LaterError(f"{type(error).__name__}: {error}", down=True) from error

    def _later(self, message: Message, later: LaterError, *, closed: bool) -> Outcome:
        """What becomes of a message that failed; `closed` is how the circuit was before."""
        now = self._around.clock.now()
        closed = closed and self.circuit.state(now) is CircuitState.CLOSED
        if later.down:
            self.circuit.failed(now, later.after)
        else:
            self.circuit.answered()
        reason = _readable(later.reason)
        if closed and self.circuit.state(now) is CircuitState.OPEN:
            _log.warning("%s: the circuit opens: %s", self._name, reason)
        counted = closed or not later.down
        if why := given_up(self._limits, message.attempts if counted else 0, message.since, now):
            return self._dead(message, f"{why}: {reason}")
        self._figures.failed += 1
        _log.info("later: %s", reason, extra=_about(message))
        due = next_try(self._limits, message.attempts, now, later.after, self._around.random)
        if counted:
            return Postponed(message.number, due, reason)
        return GivenBack(message.number, due, reason)

    def _dead(self, message: Message, reason: str, detail: str = "") -> Outcome:
        self._figures.dead += 1
        _log.warning("dead: %s", _readable(reason), extra=_about(message))
        return Buried(message.number, _readable(f"{reason}: {detail}" if detail else reason))

    def _stale(self, message: Message, now: int) -> str | None:
        """Why a message comes too late to be sent at all, if it does."""
        if self._limits.stale is None:
            return None
        decided = parse_instant(_DECIDED.decode(message.line).at)
        if decided is None or now - decided < self._limits.stale:
            return None
        return f"stale: it was decided {format_duration(now - decided)} ago"


def _readable(text: str) -> str:
    """A reason as every store and log can keep it, whatever bytes a server put into it."""
    plain = "".join(c if c.isprintable() else " " for c in text[: 2 * _LONGEST_REASON])
    return " ".join(plain.split())[:_LONGEST_REASON]


class _Decided(msgspec.Struct):
    """As much of a decision as says when it was made."""

    at: str


_DECIDED: Final = msgspec.json.Decoder(_Decided)


def _about(message: Message) -> dict[str, object]:
    """What a line of the log says of a message: nothing personal but whose it is."""
    return {
        "destination": message.destination,
        "number": message.number,
        "key": message.key,
        "attempts": message.attempts,
    }
