"""A rule set over a store, with everything that HTTP asks of it.

Opened before the server starts, so that a bad rule file or a store in use ends the command with a
word; closed when the last request is answered.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from lifecycle_dsl.delivery import Deliverer
from lifecycle_dsl.engine.decisions import Called, Sent
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import load
from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.metrics import Metrics
from lifecycle_dsl.service.reader import Reader
from lifecycle_dsl.service.refusals import ClosedError
from lifecycle_dsl.service.settings import Settings
from lifecycle_dsl.service.traces import Traces
from lifecycle_dsl.service.writer import Batch, Writer
from lifecycle_dsl.stores import Store, StoredEngine, open_store
from lifecycle_dsl.stores.shadow import Shadow

MEMORY = "memory:"
P = ParamSpec("P")
T = TypeVar("T")


class Service:
    """What runs between a store and HTTP.

    Raises:
        CompileError, OSError: where the rules cannot be loaded.
        StoreError: where the store cannot be had.
    """

    def __init__(self, settings: Settings, ruleset: RuleSet | None = None) -> None:
        self.settings = settings
        self.ruleset = load(settings.rules) if ruleset is None else ruleset
        self.metrics = Metrics()
        with ExitStack() as opened:
            self._opened = opened
            self.store = opened.enter_context(closing(open_store(settings.store)))
            if settings.advertise is not None:
                self.store.advertise(settings.advertise)
            # Beside the writer's, so that nobody who reads waits for a commit.
            self.beside = self._another()
            self.engine = opened.enter_context(StoredEngine(self.ruleset, self.store))
            self.shadow = None if settings.shadow is None else self._shadow_of(settings.shadow)
            self.reader = Reader(self.ruleset, self.beside)
            self.deliverer: Deliverer | None = None
            if settings.destinations:
                self.deliverer = Deliverer(self._another(), settings.destinations)
            writer = Writer(self.engine, waiting=settings.waiting, watch=self._kept)
            self.traces = opened.enter_context(closing(Traces(self.beside, writer)))
            self.writer = opened.enter_context(writer)
            self._opened = opened.pop_all()
        self._carry_over()
        self.streams = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = asyncio.Event()
        self._stopping = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what waits, let go of the store, and close it."""
        self._opened.close()

    def _shadow_of(self, path: Path) -> Shadow:
        """Other rules beside the engine, with a store of their own."""
        store = open_store(self.settings.shadow_store)
        shadow = self._opened.enter_context(closing(Shadow(load(path), self.engine, store)))
        self.engine.beside = shadow
        return shadow

    def _another(self) -> Store:
        """The store once more, for another thread; one in memory there is only once."""
        if self.settings.store == MEMORY:
            return self.store
        return self._opened.enter_context(closing(open_store(self.settings.store)))

    # ---- what goes on

    def attach(self) -> None:
        """Say which loop is to be told of news."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Let streams end; in the loop's thread, or from a signal handler of it."""
        self._stopping = True
        self._wake()

    @property
    def is_ready(self) -> bool:
        """Whether requests would be taken."""
        return self.writer.is_open and not self._stopping

    @property
    def is_stopping(self) -> bool:
        """Whether the service is about to end."""
        return self._stopping

    @property
    def bell(self) -> asyncio.Event:
        """Rings once, when decisions have been kept after now."""
        return self._bell

    def _kept(self, batch: Batch) -> None:
        """Note a transaction, in the writer's thread."""
        self.metrics.batch(batch)
        if not batch.decisions or self._loop is None:
            return
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            if self.streams:
                self._loop.call_soon_threadsafe(self._wake)
            if self.deliverer and any(isinstance(each, Sent | Called) for each in batch.decisions):
                self._loop.call_soon_threadsafe(self.deliverer.wake)

    def _wake(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()

    def _carry_over(self) -> None:
        """Carry over who is behind a change of rules, while nothing else waits."""
        self.writer.submit_carrying().add_done_callback(_tell_trouble)

    # ---- reading

    async def read(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Something of the reader's, in a thread."""
        return await asyncio.to_thread(function, *arguments, **named)

    def now(self) -> int | None:
        """The instant at which customers are looked at: of the wall where ticks come from it."""
        if self.settings.tick_every is not None:
            return time.time_ns() // 1_000
        return self.beside.clock()

    # ---- other rules

    async def reload(self) -> bool:
        """Load the rules anew and go on under them between two batches; whether they differ.

        Raises:
            CompileError, OSError: where they cannot be loaded; the old ones go on.
            StoreError: where customers cannot go on under them; the old ones go on.
        """
        ruleset = await asyncio.to_thread(_load_new, self.settings.rules)
        if ruleset.fingerprint == self.ruleset.fingerprint:
            return False
        await self.writer.call(lambda engine: engine.use(ruleset))
        self.ruleset = ruleset
        await asyncio.to_thread(self.reader.use, ruleset)
        self._carry_over()
        log(logging.INFO, "rules were taken over", fingerprint=ruleset.fingerprint)
        return True


def _tell_trouble(carried: Future[int]) -> None:
    """Log why not everybody was carried over; the next tick goes on with it."""
    error = carried.exception()
    if error is not None and not isinstance(error, ClosedError):
        log(logging.ERROR, "not everybody was carried over to the new rules", reason=str(error))


def _load_new(path: Path) -> RuleSet:
    ruleset = load(path)
    _ = ruleset.fingerprint  # takes a moment, and is asked for in the loop's thread
    return ruleset
