"""Webhooks: a message is posted as JSON, signed, with its key as the idempotency key."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx
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
    _client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

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
        try:
            request = self._open().stream("POST", self.url, headers=named, content=message.line)
            async with request as response:
                if response.is_success:
                    await _rest(response)
                    return
                raise await self._said_no(response)
        except httpx.RequestError as error:
            raise LaterError(_meaning(error), down=True) from error

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            workers = self.limits.workers
            self._client = httpx.AsyncClient(
                follow_redirects=False,
                limits=httpx.Limits(max_connections=workers, max_keepalive_connections=workers),
                timeout=self.limits.timeout / SECOND,
                verify=self._trusted(),
                proxy=self.proxy,
                trust_env=False,  # only what is configured leads messages anywhere
            )
        return self._client

    def _trusted(self) -> ssl.SSLContext:
        """Whose certificates count; nobody's, which takes less time, where none is asked for."""
        if self.url.lower().startswith("https:"):
            return ssl.create_default_context(cafile=self.authority)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def _said_no(self, response: httpx.Response) -> Exception:
        status = response.status_code
        said = f"{status} {response.reason_phrase}".strip()
        if response.is_server_error or status in _LATER:
            rest = self._asked_for(response.headers.get("retry-after", ""))
            await _rest(response)
            return LaterError(said, after=rest, down=status not in _ABOUT_THE_MESSAGE)
        if response.is_redirect:
            return RefusedError(f"{said}: redirects are not followed")
        return RefusedError(said, await _rest(response))

    def _asked_for(self, text: str) -> int | None:
        """The microseconds of a `Retry-After`: seconds, or a date."""
        if text.isascii() and text.isdecimal():
            return int(text[:9]) * SECOND
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (until - datetime.fromtimestamp(0, UTC)).total_seconds()
        return max(0, int(seconds * SECOND) - self.clock.now())


async def _rest(response: httpx.Response) -> str:
    """The beginning of an answer's body; the status counts, whatever becomes of the rest."""
    read = b""
    try:
        async for piece in response.aiter_raw():
            read += piece
            if len(read) > _BODY:
                break
    except httpx.RequestError:
        pass
    text = read[: 4 * _SHOWN].decode(errors="replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_SHOWN]


def _meaning(error: httpx.RequestError) -> str:
    match error:
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ConnectError():
            return f"nobody answers there: {error}"
        case _:
            return f"the connection broke: {str(error) or type(error).__name__}"
