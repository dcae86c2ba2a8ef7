"""Webhooks: a message is posted as JSON, signed, with its key as the idempotency key.

The client is aiohttp's: a request takes it a tenth of the processor time of the others.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Final

import aiohttp
from attrs import define, field

from lifecycle_dsl.delivery.clock import Clock, WallClock
from lifecycle_dsl.delivery.destination import (
    SECOND,
    LaterError,
    Limits,
    Parcel,
    RefusedError,
)
from lifecycle_dsl.delivery.signatures import headers as signed

_AGENT: Final = f"lifecycle-dsl/{version('lifecycle-dsl')}"
_ABOUT_THE_MESSAGE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_LATER: Final = _ABOUT_THE_MESSAGE | {HTTPStatus.TOO_MANY_REQUESTS}
_BODY: Final = 65_536
"""Bytes of an answer that are read, so that the connection can be used again."""
_SHOWN: Final = 200
"""Characters of a refusal that are kept with its reason."""


@define
class Webhook:
    """One URL. The keys of signatures are bytes; with several, a receiver may know any of them."""

    url: str
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    """Sent with every message."""
    authority: Path | None = None
    """A file with the certificates of who signed the receiver's; else the system's."""
    proxy: str | None = field(default=None, repr=False)
    limits: Limits = field(factory=Limits)
    clock: Clock = field(factory=WallClock)
    _session: aiohttp.ClientSession | None = field(default=None, init=False, repr=False)

    async def deliver(self, parcel: Parcel) -> None:
        """Post a message; it has arrived when the answer's status is 2xx."""
        message = parcel.message
        at = self.clock.now() // SECOND
        named = {
            **self.headers,
            "content-type": "application/json",
            "user-agent": _AGENT,
            "idempotency-key": message.key,
            **signed(self.keys, message.key, at, message.line),
        }
        request = self._open().post(
            self.url, data=message.line, headers=named, allow_redirects=False, proxy=self.proxy
        )
        try:
            async with request as response:
                if not 200 <= response.status < 300:
                    raise await self._said_no(response)
                await self._rest(response)
        except aiohttp.ClientError as error:
            raise LaterError(_meaning(error), down=True) from error

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            own = self.authority is not None
            context = ssl.create_default_context(cafile=self.authority) if own else True
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self.limits.workers, ssl=context),
                timeout=aiohttp.ClientTimeout(total=None),  # who calls `deliver` has an eye on it
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    async def _said_no(self, response: aiohttp.ClientResponse) -> Exception:
        status = response.status
        said = f"{status} {response.reason or ''}".strip()
        if status >= 500 or status in _LATER:
            rest = self._asked_for(response.headers.get("retry-after", ""))
            await self._rest(response)
            return LaterError(said, after=rest, down=status not in _ABOUT_THE_MESSAGE)
        if status < 400:
            return RefusedError(f"{said}: redirects are not followed")
        return RefusedError(said, await self._rest(response))

    async def _rest(self, response: aiohttp.ClientResponse) -> str:
        """The beginning of an answer's body; the status counts, whatever becomes of the rest."""
        read = b""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(self.limits.timeout / SECOND / 10):
                while left := _BODY - len(read):
                    piece = await response.content.read(left)
                    if not piece:
                        break
                    read += piece
        text = read[: 4 * _SHOWN].decode(errors="replace")
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_SHOWN]

    def _asked_for(self, text: str) -> int | None:
        """The microseconds of a `Retry-After`: seconds, or a date."""
        if text.isascii() and text.isdecimal():
            return int(text[:9]) * SECOND
        try:
            until = parsedate_to_datetime(text)
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
            seconds = (until - datetime.fromtimestamp(0, UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None
        return max(0, int(seconds * SECOND) - self.clock.now())


def _meaning(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"nobody answers there: {error}"
    return f"the connection broke: {str(error) or type(error).__name__}"
