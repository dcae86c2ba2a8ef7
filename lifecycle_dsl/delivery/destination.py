"""What a destination is: where messages go, how much it bears, and how it says no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, runtime_checkable

from attrs import frozen

from lifecycle_dsl.localtime.durations import UNITS
from lifecycle_dsl.stores.store import Message

SECOND: Final = UNITS["s"]
"""Microseconds of a second."""

Traits = Mapping[str, Any]


@frozen(kw_only=True)
class Limits:
    """How much a destination bears; durations are in microseconds."""

    workers: int = 10
    """Messages that are under way at a time."""
    rate: tuple[int, int] | None = None
    """At most so many attempts in so much time; up to so many may start at once."""
    timeout: int = 10 * SECOND
    """For an attempt, from beginning to end."""
    attempts: int = 20
    """After so many failed ones a message is dead."""
    age: int = UNITS["d"] * 3
    """A message that fails so long after its first attempt is dead."""
    stale: int | None = None
    """A message that was decided so long ago is dead without an attempt: a history that is run
    once more sends no old letters."""
    backoff: int = SECOND
    """The longest wait before the second attempt; it doubles with each further one."""
    backoff_most: int = UNITS["h"]
    failures: int = 5
    """After so many failures in a row that are the destination's own its circuit opens."""
    pause: int = 30 * SECOND
    """How long an open circuit lets nothing through before one message tries it."""


@frozen
class Parcel:
    """A message on its way to a destination."""

    message: Message
    seen: bool
    """Whether it may have arrived before: somebody had it in hand already."""
    traits: Callable[[], Awaitable[Traits]]
    """The customer's traits that are not at their defaults, read from the store now."""


class RefusedError(Exception):
    """The destination will never take this message: it is dead at once.

    `detail` is kept with the reason, but not logged: a destination may repeat personal data.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class LaterError(Exception):
    """The destination does not take this message now: it is tried again."""

    def __init__(self, reason: str, *, after: int | None = None, down: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        """Microseconds for which the destination asked to be left alone."""
        self.down = down
        """Whether that is about the destination and not about this message."""


@runtime_checkable
class Destination(Protocol):
    """Somewhere messages go."""

    @property
    def limits(self) -> Limits:
        """How much it bears."""

    async def deliver(self, parcel: Parcel) -> None:
        """Bring a message there; it has arrived when this returns.

        Raises:
            RefusedError: where it will never be taken.
            LaterError: where it may be taken later; any other exception counts as that.
        """

    async def close(self) -> None:
        """Let go of connections; what comes then opens new ones."""
