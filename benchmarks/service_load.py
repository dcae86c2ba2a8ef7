"""Load for `lcr serve` from another process: single events over HTTP/1.1 on kept connections.

    python benchmarks/service_load.py http://127.0.0.1:8080 --seconds 10 [--rate 1500]

Without a rate each connection asks again as soon as it is answered; with one, requests begin at
their appointed times, and what is late counts from then (no coordinated omission). Prints JSON:
requests a second, and latencies in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

PEOPLE = 5_000
BEGIN = 1_767_600_000_000_000
STEP = 30_000_000
"""Microseconds from one event to the next."""


class Connection(asyncio.Protocol):
    """One connection, on which one request is under way at a time."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.answered: asyncio.Future[int] | None = None
        self._head = b""
        self._left = 0
        self._status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(exc or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        if self._left == 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data = self._head[:end].lower(), self._head[end + 4 :]
            self._head = b""
            self._status = int(head[9:12])
            self._left = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self._left -= len(data)
        if self._left == 0 and self.answered is not None:
            self.answered.set_result(self._status)

    async def post(self, body: bytes) -> int:
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(
            b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        return await self.answered


def event(number: int) -> bytes:
    customer = number * 7_919 % PEOPLE
    at = BEGIN + number * STEP
    return b'{"type":"purchase","customer":"u%d","at":%d,"amount":%d}' % (customer, at, number % 90)


async def load(
    host: str, port: int, connections: int, seconds: float, rate: float | None
) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(Connection, host, port))[1] for _ in range(connections)]
    begin = time.perf_counter() + 0.1
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    numbers = iter(range(10**9))

    async def work(place: int, connection: Connection) -> None:
        turn = 0
        while True:
            appointed = time.perf_counter()
            if rate is not None:
                appointed = begin + (place + turn * connections) / rate
                turn += 1
                await asyncio.sleep(max(0.0, appointed - time.perf_counter()))
            if time.perf_counter() > begin + seconds:
                return
            statuses[await connection.post(event(next(numbers)))] += 1
            latencies.append(time.perf_counter() - appointed)

    await asyncio.gather(*(work(place, each) for place, each in enumerate(opened)))
    took = time.perf_counter() - begin
    for each in opened:
        each.transport.close()
    latencies.sort()
    return {
        "requests": len(latencies),
        "per_second": round(len(latencies) / took),
        "statuses": dict(statuses),
        **{f"p{p}": at(latencies, p) for p in (50, 90, 99)},
        "max": round(latencies[-1] * 1e3, 1),
    }


def at(latencies: list[float], percent: int) -> float:
    return round(latencies[min(len(latencies) - 1, len(latencies) * percent // 100)] * 1e3, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float)
    said = parser.parse_args()
    host, port = said.url.removeprefix("http://").split(":")
    found = asyncio.run(load(host, int(port), said.connections, said.seconds, said.rate))
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
