"""Connections that do not wait for ever: a request's head has a size and a time."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_PATIENCE: Final = 10.0
"""Seconds for the head of a connection's first request."""
LARGEST_HEAD: Final = 64 << 10
"""Bytes of all header lines together."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that closes connections whose heads are too large or too slow."""

    _timer: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_PATIENCE, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """End waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line has come."""
        self._head += len(name) + len(value)
        if self._head > LARGEST_HEAD:
            self.transport.close()
            return
        super().on_header(name, value)

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target has come."""
        self._head += len(url)
        if self._head > LARGEST_HEAD:
            self.transport.close()
            return
        super().on_url(url)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._stop_waiting()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
