"""Servers with streams, for tests: on a free port of loopback, with a folder of their own."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import nats
import pytest
import redis
from attrs import define, field
from nats.js.api import StreamConfig

NAME = "events"


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.02)


class Server(Protocol):
    """A server that holds a stream of events."""

    @property
    def url(self) -> str:
        """The URL of the stream."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def add(self, bodies: Sequence[bytes]) -> None: ...
    def trim(self, keep: int) -> None: ...
    def remove(self) -> None: ...


@define
class _Process:
    folder: Path
    port: int = field(factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def run(self, command: list[str]) -> None:
        log = (self.folder / "server.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(self.answers)

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """As by kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Redis(_Process):
    """Redis, whose every write is on the disk when it is acknowledged."""

    program = "redis-server"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0?stream={NAME}"

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": ""}
        options |= {"appendonly": "yes", "appendfsync": "always"}
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.run([self.program, *given])
        wait_for(self._is_loaded)

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def add(self, bodies: Sequence[bytes]) -> None:
        with self.client() as client:
            for start in range(0, len(bodies), 1_000):
                pipeline = client.pipeline(transaction=False)
                for body in bodies[start : start + 1_000]:
                    pipeline.xadd(NAME, {"data": body})
                pipeline.execute()

    def trim(self, keep: int) -> None:
        with self.client() as client:
            client.xtrim(NAME, maxlen=keep, approximate=False)

    def remove(self) -> None:
        with self.client() as client:
            client.delete(NAME)

    def length(self) -> int:
        with self.client() as client:
            return int(client.xlen(NAME))

    def _is_loaded(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


class Nats(_Process):
    """NATS with JetStream on the disk."""

    program = "nats-server"

    @property
    def server(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.server}?stream={NAME}"

    def start(self) -> None:
        self.run(
            [self.program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        )

    def add(self, bodies: Sequence[bytes], subject: str = "events.all") -> None:
        async def publish() -> None:
            client = await nats.connect(self.server)
            jetstream = client.jetstream()
            await jetstream.add_stream(StreamConfig(name=NAME, subjects=["events.*"]))
            for start in range(0, len(bodies), 200):
                some = bodies[start : start + 200]
                sent = [await jetstream.publish_async(subject, body) for body in some]
                await asyncio.gather(*sent)
            await client.close()

        asyncio.run(publish())

    def trim(self, keep: int) -> None:
        async def purge() -> None:
            client = await nats.connect(self.server)
            await client.jetstream().purge_stream(NAME, keep=keep)
            await client.close()

        asyncio.run(purge())

    def remove(self) -> None:
        async def delete() -> None:
            client = await nats.connect(self.server)
            await client.jetstream().delete_stream(NAME)
            await client.close()

        asyncio.run(delete())

    def length(self) -> int:
        async def count() -> int:
            client = await nats.connect(self.server)
            about = await client.jetstream().stream_info(NAME)
            await client.close()
            return about.state.messages

        return asyncio.run(count())


def started(kind: type[Redis | Nats], folder: Path) -> Redis | Nats:
    """A server that runs; the test is skipped where it is not installed."""
    if shutil.which(kind.program) is None:
        pytest.skip(f"{kind.program} is not installed: apt-get install {kind.program}")
    folder.mkdir()
    server = kind(folder)
    server.start()
    return server
