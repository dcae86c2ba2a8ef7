"""What a writer is asked to do, and how those who wait are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from attrs import define

from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.records import Decoded
from lifecycle_dsl.service.bodies import Body, Form
from lifecycle_dsl.service.receipts import Asked, Outcome
from lifecycle_dsl.stores.engine import StoredEngine

Result = Outcome | Exception


@define(eq=False)
class Reply:
    """Who waits for an outcome: a thread, or a task of a loop."""

    future: Future[Outcome] | asyncio.Future[Outcome]
    loop: asyncio.AbstractEventLoop | None = None


@define(eq=False)
class Post:
    """Records to be handled."""

    body: Body
    form: Form
    strict: bool
    asked: Asked | None
    reply: Reply
    size: int
    decoded: Decoded | None = None
    """Its records under the rules that it is handled by; None where it has none."""


@define(eq=False)
class Call:
    """Something to be done with the engine between two batches."""

    function: Callable[[StoredEngine], Any]
    future: Future[Any]


@define(eq=False)
class Pages:
    """Something that is done page by page, and how many decisions that has made so far."""

    begin: Callable[[StoredEngine], Iterator[list[Decision]]]
    future: Future[int]
    pages: Iterator[list[Decision]] | None = None
    decisions: int = 0


@define(eq=False)
class Stop:
    """No more comes."""


Job = Post | Call | Pages | Stop


def tell(results: Iterable[tuple[Reply, Result]]) -> None:
    """Tell those who wait, each loop once for all its tasks."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Reply, Result]]] = {}
    for reply, result in results:
        if reply.loop is None:
            settle(reply.future, result)
        else:
            loops.setdefault(reply.loop, []).append((reply, result))
    for loop, told in loops.items():
        with suppress(RuntimeError):  # it is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, told)


def settle(future: Future[Any] | asyncio.Future[Any], result: object) -> None:
    """Give a result or an exception to a future, unless nobody waits any more."""
    if future.done() or (isinstance(future, Future) and not future.set_running_or_notify_cancel()):
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def _settle_all(told: list[tuple[Reply, Result]]) -> None:
    for reply, result in told:
        settle(reply.future, result)
