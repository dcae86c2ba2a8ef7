"""Why a writer did not take a request; nothing of it was handled."""

from __future__ import annotations

from lifecycle_dsl.stores.errors import LostShardError


class FullError(Exception):
    """As much waits as may wait; asked again a little later, it may be taken."""


class ClosedError(Exception):
    """The writer has stopped, or is about to."""


class OtherBodyError(Exception):
    """The idempotency key was used for another request."""


class UnreadableError(Exception):
    """The body is not what it says it is; in one clause for people."""


class ElsewhereError(LostShardError):
    """Another server has these customers, perhaps one whose address is known.

    `is_mixed`: they are of several servers, and no single one could take the request.
    """

    def __init__(self, address: str | None, *, is_mixed: bool) -> None:
        super().__init__("another server has this customer")
        self.address = address
        self.is_mixed = is_mixed
