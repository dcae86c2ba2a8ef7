"""Why a writer did not take a request; nothing of it was handled."""

from __future__ import annotations


class FullError(Exception):
    """As much waits as may wait; asked again a little later, it may be taken."""


class ClosedError(Exception):
    """The writer has stopped, or is about to."""


class OtherBodyError(Exception):
    """The idempotency key was used for another request."""


class UnreadableError(Exception):
    """The body is not what it says it is; in one clause for people."""
