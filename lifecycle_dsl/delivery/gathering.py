"""Many small writes made one: whoever comes while a write is under way goes with the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Gathering(Generic[Item]):
    """Hands what has gathered to a function that blocks, in a thread, one call at a time."""

    def __init__(
        self, handle: Callable[[list[Item]], None], executor: Executor | None = None
    ) -> None:
        self._handle = handle
        self._executor = executor
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def bring(self, item: Item) -> None:
        """Have an item handled, together with what else is there.

        Raises whatever the function raised; that concerns all that went together.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)  # whoever is ready now comes along
        while self._waiting:
            together, self._waiting = self._waiting, []
            items = [item for item, _ in together]
            error: Exception | None = None
            try:
                await loop.run_in_executor(self._executor, self._handle, items)
            except Exception as raised:  # noqa: BLE001 — it is raised where the items came from
                error = raised
            for _, done in together:
                if done.done():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)
