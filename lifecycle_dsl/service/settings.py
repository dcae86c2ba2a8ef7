"""What a service is told at its start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from lifecycle_dsl.delivery import Destination
from lifecycle_dsl.service.tokens import Tokens
from lifecycle_dsl.service.writer import WAITING

MEBIBYTE: Final = 1 << 20
_PASSWORD: Final = re.compile(r"(?<=:)[^:@/]+(?=@)")


@frozen
class Settings:
    """The settings of one service; durations in seconds, sizes in bytes."""

    rules: Path
    store: str
    tokens: Tokens = field(factory=Tokens)
    tick_every: float | None = None
    """How often time goes on by the clock on the wall; None where `/tick` says so."""
    watch: bool = False
    """Whether a change of the rule file is taken over."""
    body_limit: int = MEBIBYTE
    body_patience: float = 30.0
    """How long a body may take to come."""
    waiting: int = WAITING
    """Requests that may wait to be handled."""
    rate: str | None = None
    """What one token may ask for, such as `600/minute`."""
    streams: int = 100
    """Streams of decisions at a time."""
    keep_answers: float = 86_400.0
    """How long the answer to an idempotency key is kept."""
    keep_delivered: float | None = None
    """How long messages are kept that have arrived; None for ever. Their keys stay."""
    advertise: str | None = None
    """The URL at which other servers of the store send on who asks for this one's customers."""
    log_requests: bool = False
    shadow: Path | None = None
    """Rules that decide beside the running ones, and of which nothing is done."""
    shadow_store: str = "memory:"
    destinations: Mapping[str, Destination] = field(factory=dict)
    """Where messages of the outbox are brought; where there are none, another process does it."""

    @property
    def shown_store(self) -> str:
        """The store's URL without its password."""
        return without_password(self.store)


def without_password(text: str) -> str:
    """A text in which the passwords of URLs are masked."""
    return _PASSWORD.sub("***", text)
