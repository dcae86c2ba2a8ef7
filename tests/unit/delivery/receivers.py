"""What the tests of delivery share: messages, a clock, and a receiver of webhooks on loopback."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from attrs import define, field, frozen

from lifecycle_dsl.delivery import Deliverer
from lifecycle_dsl.stores import Commit, Delivery, Message, Store, open_store

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def line(number: int, channel: str = "email", **more: Any) -> bytes:
    """A decision to send something."""
    decision = {
        "kind": "sent",
        "customer": f"u{number}",
        "at": "2026-11-22T07:00:00Z",
        "rule": "hello",
        "channel": channel,
        "template": "hello",
        "data": {"number": number},
        "transactional": False,
        "key": key(number),
    }
    return json.dumps(decision | more, separators=(",", ":")).encode()


def key(number: int) -> str:
    """The key of a message; keys are 32 hexadecimal digits."""
    return f"{number:032x}"


def keep(
    store: Store, numbers: Iterable[int], destination: str = "email", customer: str | None = None
) -> None:
    """Put messages into an outbox, as a batch of the engine does."""
    rows = [
        (key(n), customer or f"u{n}", "sent", destination, line(n, destination)) for n in numbers
    ]
    store.commit(Commit(outbox=rows))


def filled(count: int, url: str = "memory:") -> Store:
    """A store with so many messages for `email`, each of another customer."""
    store = open_store(url)
    keep(store, range(1, count + 1))
    return store


def statuses(store: Store) -> Counter[str]:
    """How many messages there are by status."""
    counted: Counter[str] = Counter()
    for (_, status), count in store.outbox_counts().items():
        counted[status.value] += count
    return counted


def only(store: Store) -> Message:
    """The one message of a store."""
    (message,) = store.outbox()
    return message


def dead(store: Store) -> list[Message]:
    return store.outbox(Delivery.DEAD)


def finish(work: Coroutine[Any, Any, Any], seconds: float = 30) -> Any:
    """Run to the end, which has to come."""

    async def bounded() -> Any:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run(bounded())


@define
class LeapingClock:
    """A clock that leaps over every wait while nothing is under way."""

    time: int = 1_795_518_400 * SECOND
    deliverer: Deliverer | None = None
    at: dict[int, Callable[[], Coroutine[Any, Any, None]]] = field(factory=dict)
    """What happens when an instant is passed."""

    def now(self) -> int:
        return self.time

    async def wait(self, event: asyncio.Event, micros: int) -> None:
        await asyncio.sleep(0)
        if event.is_set():
            return
        if self.deliverer is not None and self.deliverer.busy:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await event.wait()
            return
        self.time += micros
        for instant in sorted(each for each in self.at if each <= self.time):
            await self.at.pop(instant)()


# ---- a receiver of webhooks


@frozen
class Request:
    """What came in."""

    target: str
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["idempotency-key"]


@frozen
class Answer:
    """What goes out."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    after: float = 0
    """Seconds."""
    cut: int | None = None
    """Only so many bytes are sent, then the connection is closed."""


OK = Answer()
HANGS = Answer(after=60)


@define
class Receiver:
    """An HTTP server that answers as it is told."""

    answer: Callable[[Request], Answer] = lambda _: OK
    requests: list[Request] = field(factory=list)
    port: int = 0
    most: int = 0
    """How many requests were answered at the same time."""
    _now: int = 0
    _serving: AsyncExitStack = field(factory=AsyncExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def keys(self) -> list[str]:
        return [request.key for request in self.requests]

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self.port = await self._serving.enter_async_context(serving(self._serve, self.port))

    async def stop(self) -> None:
        """Be down."""
        await self._serving.aclose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answered(reader, writer):
                pass

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        named = (each.partition(":") for each in head[1:] if each)
        headers = {name.lower(): value.strip() for name, _, value in named}
        body = await reader.readexactly(int(headers["content-length"]))
        request = Request(head[0].split()[1], headers, body)
        answer = self.answer(request)
        self.requests.append(request)
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(answer.after)
        finally:
            self._now -= 1
        more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        text = f"HTTP/1.1 {answer.status} Said\r\n{more}content-length: {len(answer.body)}\r\n\r\n"
        writer.write((text.encode() + answer.body)[: answer.cut])
        await writer.drain()
        return answer.cut is None


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def serving(handle: Handler, port: int = 0) -> AsyncIterator[int]:
    """A server for a while, and its port; in the end its connections are cut."""
    tasks: set[asyncio.Task[None]] = set()

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(handled(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # the transports are closed now


@asynccontextmanager
async def receiving(answer: Callable[[Request], Answer] | None = None) -> AsyncIterator[Receiver]:
    """A receiver for a while."""
    receiver = Receiver(answer or (lambda _: OK))
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()
