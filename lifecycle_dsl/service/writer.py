"""The writer: many ask, one thread writes, and each transaction takes what has come together.

Requests wait in a queue. The writer takes what is there, up to a thousand records, handles it with
one call of its `StoredEngine`, and when the transaction is kept, answers all whom it concerns. So
nobody is answered before their records are durable, and a commit, which is what takes long, is
shared. Ticks and changes of rules go page by page, with requests in between.

A writer may be used from any number of threads and of asyncio loops. Its engine is its own until
it is closed: `call` runs in the writer's thread what has to be done with the engine.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Final, Self, TypeVar

from attrs import frozen

from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.service.bodies import Body, Form, records_of
from lifecycle_dsl.service.grouping import Group
from lifecycle_dsl.service.jobs import Call, Job, Pages, Post, Reply, Stop, settle, tell
from lifecycle_dsl.service.receipts import Asked, Outcome
from lifecycle_dsl.service.refusals import ClosedError, FullError
from lifecycle_dsl.stores.engine import StoredEngine

TOGETHER: Final = 1_000
"""Records that one transaction takes, if as many wait."""
WAITING: Final = 10_000
"""Requests that may wait."""
WAITING_BYTES: Final = 64 << 20
"""Bytes of bodies that may wait."""
_OF_PYTHON: Final = 1_000
"""What a body counts for that is no bytes."""

T = TypeVar("T")


@frozen
class Batch:
    """What a transaction kept, for whoever watches."""

    requests: int
    records: int
    dead: int
    decisions: Sequence[Decision]
    seconds: float
    """How long it took, the commit included."""


class Writer:
    """Hands what many ask to one stored engine, and answers when it is durable.

    `watch` is called after each transaction, in the writer's thread, and must not raise. Use the
    writer as a context manager, or `close` it; the engine and its store stay open.
    """

    def __init__(
        self,
        engine: StoredEngine,
        *,
        together: int = TOGETHER,
        waiting: int = WAITING,
        watch: Callable[[Batch], None] | None = None,
    ) -> None:
        self._engine = engine
        self._together = together
        self._most = waiting
        self._watch = watch
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._paged: list[Pages] = []
        self._door = threading.Lock()
        self._waiting = 0
        self._bytes = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="lcr-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Take no more, finish what waits, and end the thread; a tick may go on another time."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._jobs.put(Stop())
        self._thread.join()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._waiting

    @property
    def is_open(self) -> bool:
        """Whether requests are taken."""
        return not self._closed and self._thread.is_alive()

    # ---- asking, from any thread

    def submit(
        self,
        body: Body,
        form: Form = Form.JSON,
        *,
        strict: bool = False,
        asked: Asked | None = None,
    ) -> Future[Outcome]:
        """Records to be handled: bytes of a form, an event, or several events of Python.

        Malformed ones are listed in the receipt and the others handled; `strict`: all or nothing.
        One that was `asked` before is answered the same again, and not done again.

        Raises:
            FullError: where too much waits.
            ClosedError: where the writer has stopped.
            OtherBodyError, UnreadableError, StoreError: from the future; nothing was handled.
        """
        future: Future[Outcome] = Future()
        self._enter(Post(body, form, strict, asked, Reply(future), _size(body)))
        return future

    def submit_tick(self, now: int) -> Future[int]:
        """Timers due by an instant to be run, requests having their turn in between.

        Gives how many decisions that made.
        """
        return self._submit_pages(lambda engine: engine.advancing(now))

    def submit_carrying(self) -> Future[int]:
        """Who is behind a change of rules to be carried over, requests having their turn.

        Gives how many decisions that made.
        """
        return self._submit_pages(StoredEngine.carrying)

    def submit_call(self, function: Callable[[StoredEngine], T]) -> Future[T]:
        """Something to be done with the engine between two batches, in the writer's thread."""
        future: Future[T] = Future()
        self._put(Call(function, future))
        return future

    # ---- asking, from asyncio

    async def post(
        self,
        body: Body,
        form: Form = Form.JSON,
        *,
        strict: bool = False,
        asked: Asked | None = None,
    ) -> Outcome:
        """As `submit`, for asyncio; when the task is cancelled the records may be handled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._enter(Post(body, form, strict, asked, Reply(future, loop), _size(body)))
        return await future

    async def tick(self, now: int) -> int:
        """As `submit_tick`, for asyncio."""
        return await asyncio.wrap_future(self.submit_tick(now))

    async def call(self, function: Callable[[StoredEngine], T]) -> T:
        """As `submit_call`, for asyncio."""
        return await asyncio.wrap_future(self.submit_call(function))

    # ---- the queue

    def _enter(self, post: Post) -> None:
        """Let a request wait, if there is room."""
        with self._door:
            if self._closed:
                raise ClosedError
            if self._waiting >= self._most or self._bytes + post.size > WAITING_BYTES:
                raise FullError
            self._waiting += 1
            self._bytes += post.size
            self._jobs.put(post)

    def _submit_pages(
        self, begin: Callable[[StoredEngine], Iterator[list[Decision]]]
    ) -> Future[int]:
        future: Future[int] = Future()
        self._put(Pages(begin, future))
        return future

    def _put(self, job: Call | Pages) -> None:
        with self._door:
            if self._closed:
                raise ClosedError
            self._jobs.put(job)

    def _left(self, posts: Sequence[Post]) -> None:
        """Note that requests wait no longer."""
        with self._door:
            self._waiting -= len(posts)
            self._bytes -= sum(post.size for post in posts)

    # ---- the writer's thread

    def _run(self) -> None:
        job: Job | None = None
        try:
            while not isinstance(job, Stop):
                job = self._do(self._next() if job is None else job)
        finally:
            self._give_up()

    def _next(self) -> Job | None:
        """The next job; None where pages go on and nothing else waits."""
        try:
            return self._jobs.get(block=not self._paged)
        except Empty:
            return None

    def _do(self, job: Job | None) -> Job | None:
        """Do a job, and a page of what is under way; gives the job that is next, if any."""
        following: Job | None = None
        match job:
            case Post():
                posts, following = self._gather(job)
                self._handle(posts)
            case Call(function, future):
                settle(future, _result(lambda: function(self._engine)))
            case Pages():
                self._paged.append(job)
            case Stop():
                return job
            case None:
                pass
        if self._paged:
            self._page_on(self._paged[0])
        return following

    def _gather(self, first: Post) -> tuple[list[Post], Job | None]:
        """What waits, up to so many records, and the job behind it that is none."""
        posts, count = [first], self._decode(first)
        while count < self._together:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if not isinstance(job, Post):
                return posts, job
            posts.append(job)
            count += self._decode(job)
        return posts, None

    def _decode(self, post: Post) -> int:
        """Decode a request under the rules of now; gives how many records it has."""
        found = _result(lambda: records_of(self._engine.ruleset.records, post.body, post.form))
        if isinstance(found, Exception):
            tell([(post.reply, found)])
            return 0
        post.decoded = found
        return len(found.records)

    def _handle(self, posts: Sequence[Post]) -> None:
        begin = time.perf_counter()
        group = Group(self._engine, time.time_ns() // 1_000, {})
        group.handle([post for post in posts if post.decoded is not None])
        if group.decisions is not None and self._watch is not None:
            seconds = time.perf_counter() - begin
            batch = Batch(len(posts), group.records, group.dead, group.decisions, seconds)
            self._watch(batch)
        self._left(posts)
        tell((post.reply, result) for post, result in group.results.items())

    def _page_on(self, job: Pages) -> None:
        """Do a page of something."""
        begin = time.perf_counter()
        page = _result(lambda: self._page(job))
        if page is None or isinstance(page, Exception):
            self._paged.remove(job)
            settle(job.future, job.decisions if page is None else page)
            return
        job.decisions += len(page)
        if self._watch is not None:
            self._watch(Batch(0, 0, 0, page, time.perf_counter() - begin))

    def _page(self, job: Pages) -> list[Decision] | None:
        if job.pages is None:
            job.pages = job.begin(self._engine)
        return next(job.pages, None)

    def _give_up(self) -> None:
        """Tell those who still wait that nothing comes; in good order only ticks do."""
        with self._door:
            self._closed = True
        for job in self._paged:
            settle(job.future, ClosedError())
        while not self._jobs.empty():
            match self._jobs.get_nowait():
                case Post(reply=reply):
                    tell([(reply, ClosedError())])
                case Call(future=future) | Pages(future=future):
                    settle(future, ClosedError())
                case Stop():
                    pass


def _result(function: Callable[[], T]) -> T | Exception:
    """What a function gives or raises."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001 — whoever asked is told
        return error


def _size(body: Body) -> int:
    return len(body) if isinstance(body, bytes) else _OF_PYTHON
