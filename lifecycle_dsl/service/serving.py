"""The server: one process, one loop; signals, ticks and reloads; and an end in good order.

uvicorn with httptools and uvloop, of one process: rules run over a store in one place, and all that
could be shared out among processes is the reading of HTTP, which is not what takes long.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from lifecycle_dsl.service.app import application
from lifecycle_dsl.service.connections import BoundedProtocol
from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.refusals import ClosedError
from lifecycle_dsl.service.reloading import reload, reload_on_change
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.ticking import WallClock, tick_on, wall
from lifecycle_dsl.stores.errors import StoreError

CONNECTIONS: Final = 2_000
_PATIENCE: Final = 30
"""Seconds for requests under way to end, when the server stops."""
_KEEP_ALIVE: Final = 30
_CLEAN_EVERY: Final = 300.0
_PRUNED: Final = 1_000
"""Messages that are removed in one transaction."""
_SHARE_EVERY: Final = 1.0
_LOOK_EVERY: Final = 0.5


class WriterDiedError(Exception):
    """The writer ended by itself, which it never should."""


class _Server(uvicorn.Server):
    """A server whose signals are seen to here."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(service: Service, host: str, port: int, *, any_host: bool = False) -> None:
    """Serve until a signal says stop; what was taken by then is finished.

    Raises:
        OSError: where the address cannot be had.
        WriterDiedError: where nothing can be written any more; what was answered is durable.
    """
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            application(service, any_host=any_host),
            http=BoundedProtocol,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            date_header=True,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_PATIENCE,
        )
        uvicorn_loop = config.get_loop_factory()
        with asyncio.Runner(loop_factory=uvicorn_loop) as runner:
            runner.run(_serve(service, _Server(config), listener))


def address_of(listener: socket.socket) -> str:
    """Where a socket listens, as a URL."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


async def _serve(service: Service, server: _Server, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def end(name: str) -> None:
        log(logging.INFO, "stopping", why=name, waiting=service.writer.waiting)
        service.stop()
        stop.set()
        server.should_exit = True

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, end, each.name)
    tasks = [asyncio.create_task(_clean(service)), asyncio.create_task(_guard(service, end))]
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(
            signal.SIGHUP,
            lambda: tasks.append(asyncio.create_task(reload(service, "SIGHUP"))),
        )
    if service.settings.tick_every is not None:
        ticking = tick_on(service.writer, service.settings.tick_every, WallClock())
        tasks.append(asyncio.create_task(ticking))
    if service.store.shards > 1:
        tasks.append(asyncio.create_task(_share(service)))
    if service.settings.watch:
        tasks.append(asyncio.create_task(reload_on_change(service, stop)))
    log(
        logging.INFO,
        "serving",
        address=address_of(listener),
        store=service.settings.shown_store,
        lifecycle=service.ruleset.lifecycle,
        fingerprint=service.ruleset.fingerprint,
    )
    delivering = None
    if service.deliverer is not None:
        delivering = asyncio.create_task(service.deliverer.run(stop))
    try:
        await server.serve(sockets=[listener])
    finally:
        stop.set()
        if delivering is not None:
            await delivering
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if not service.writer.is_open:
        raise WriterDiedError
    log(logging.INFO, "stopped")


async def _guard(service: Service, end: Callable[[str], None]) -> None:
    """End the server if the writer dies: a new one goes on where it was."""
    while service.writer.is_open:
        await asyncio.sleep(_LOOK_EVERY)
    end("the writer died")


async def _share(service: Service) -> None:
    """Have a fair share of the customers, where several servers share a store."""
    while service.writer.is_open:
        try:
            await service.writer.call(lambda engine: engine.store.share())
        except ClosedError:
            return
        except StoreError as error:
            log(logging.ERROR, "the store cannot be shared", reason=str(error))
        await asyncio.sleep(_SHARE_EVERY)


async def _clean(service: Service) -> None:
    """Forget answers that nobody will ask for again, and messages that arrived long ago."""
    while True:
        before = wall() - int(service.settings.keep_answers * 1e6)
        try:
            await asyncio.to_thread(service.beside.forget_answers, before)
            await _prune(service)
        except StoreError as error:
            log(logging.ERROR, "what is old cannot be removed", reason=str(error))
        await asyncio.sleep(_CLEAN_EVERY)


async def _prune(service: Service) -> None:
    """Remove messages that arrived long ago, some at a time."""
    keep = service.settings.keep_delivered
    if keep is None:
        return
    before = wall() - int(keep * 1e6)
    while await asyncio.to_thread(service.beside.prune, before, _PRUNED):
        await asyncio.sleep(0.0)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2_048)
        listener.setblocking(False)
        yield listener
