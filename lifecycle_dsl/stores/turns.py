"""One at a time: who uses a stored engine while another thread does is told so, loudly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lifecycle_dsl.stores.errors import EngineInUseError, StoreError


class Turns:
    """The turns of an engine's threads."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = threading.Lock()
        self.is_half_changed = False
        """Whether a change of rules was cut off, so that nobody knows which ones are noted."""

    @contextmanager
    def alone(self, *, changing: bool = False) -> Iterator[None]:
        """Keep other threads out; and all, while a change of rules that was cut off waits.

        Raises:
            EngineInUseError: where another thread is at work.
            StoreError: where that change has to come to its end first.
        """
        if self.is_half_changed and not changing:
            raise StoreError(
                f"{self._url}: a change of its rules was cut off; start again with the new"
                " rules, and it comes to its end"
            )
        if not self._turn.acquire(blocking=False):
            raise EngineInUseError(
                "this engine is at work in another thread: a stored engine is for one thread at a"
                " time, and `lifecycle_dsl.service.Writer` is for several"
            )
        try:
            yield
        finally:
            self._turn.release()
