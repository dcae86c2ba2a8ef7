"""A circuit breaker: who does not answer is left alone for a while, then tried with one message.

Circuit breakers of libraries guard a call: they raise when it is made, and read the machine's
clock. Here an open circuit means that messages are not even claimed, which has to know until when;
and time is the deliverer's.
"""

from __future__ import annotations

from enum import Enum


class CircuitState(Enum):
    """Whether messages go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Circuit:
    """The circuit of one destination; instants and durations are in microseconds."""

    def __init__(self, failures: int, pause: int) -> None:
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._until: int | None = None
        self._trying = False

    def state(self, now: int) -> CircuitState:
        """Whether messages go through; half-open, one may try it."""
        if self._until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self._until else CircuitState.HALF_OPEN

    @property
    def until(self) -> int | None:
        """Until when nothing goes through; None while it is closed."""
        return self._until

    def admit(self, now: int) -> bool:
        """Whether a message may set out now; of a half-open circuit it is the one that tries it."""
        match self.state(now):
            case CircuitState.CLOSED:
                return True
            case CircuitState.OPEN:
                return False
            case CircuitState.HALF_OPEN:
                first = not self._trying
                self._trying = True
                return first

    def answered(self) -> None:
        """The destination is there, whatever it said of a message."""
        self._failures = 0
        self._until = None
        self._trying = False

    def failed(self, now: int, pause: int | None = None) -> None:
        """The destination is not there, or asks to be left alone for so long."""
        self._failures += 1
        if pause is not None:
            self._open(now + pause)
        elif self._trying or self._failures >= self._most:
            self._open(now + self._pause)
        self._trying = False

    def given_up(self) -> None:
        """Whoever set out came back without having tried."""
        self._trying = False

    def _open(self, until: int) -> None:
        self._until = until if self._until is None else max(self._until, until)
