"""A Python function as a destination, for those who embed the engine."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from lifecycle_dsl.delivery.destination import Limits, Parcel
from lifecycle_dsl.stores.store import Message

Callee = Callable[[Message], Awaitable[object]] | Callable[[Message], object]
"""Takes a message and returns when it has arrived, or raises."""


class PythonDestination:
    """Calls a function with each message: `async` in the event loop, any other in a thread.

    It may raise `RefusedError` for what it will never take and `LaterError` for what it takes
    later; any other exception counts as a failure of its own. A function in a thread cannot be
    stopped: when its time is over the message is tried again, and the thread is free when it ends.
    """

    def __init__(self, function: Callee, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._function = function
        called = getattr(function, "__call__", function)  # noqa: B004 — for objects with an async one
        self._is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            called
        )
        self._threads: ThreadPoolExecutor | None = None

    async def deliver(self, parcel: Parcel) -> None:
        """Call the function."""
        if self._is_async:
            result = self._function(parcel.message)
        else:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.limits.workers, "destination")
            loop = asyncio.get_running_loop()
            result = await loop.run_in_executor(self._threads, self._function, parcel.message)
        if inspect.isawaitable(result):
            await result

    async def close(self) -> None:
        """Let the threads go when they are done."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
