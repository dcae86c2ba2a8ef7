"""The gate around the application: who asks, from where, how often; and what every answer carries.

Plain ASGI, outside of routing: what does not pass costs next to nothing, its body is never read.
Where there are no tokens only this machine is served, so the name that a browser has asked for must
be this machine's, else any page on the web could come in under a name of its own. Requests that a
page of another origin makes are refused in any case.
"""

from __future__ import annotations

import time
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from lifecycle_dsl.service.asgi import Application, Headers, Message, Receive, Scope, Send
from lifecycle_dsl.service.events import PATH as EVENTS
from lifecycle_dsl.service.events import Events
from lifecycle_dsl.service.loglines import log_request
from lifecycle_dsl.service.problems import Problem, route_of
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import ANYBODY, Holder

COOKIE: Final = "lcr_token"
OPEN: Final = frozenset({"/health", "/ready", "/login", "/page.css", "/page.js"})
"""Paths that need no token."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_READING: Final = frozenset({"GET", "HEAD"})
_CUSTOMERS: Final = "/customers/"


class Gate:
    """An ASGI application around the service's."""

    def __init__(self, app: Application, service: Service, policy: str, *, any_host: bool) -> None:
        self._app = app
        self._service = service
        self._events = Events(service)
        self._tokens = service.settings.tokens
        self._any_host = any_host or bool(self._tokens)
        self._limit: RateLimitItem | None = None
        if service.settings.rate is not None:
            self._limit = parse(service.settings.rate)
            self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._headers: Headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        path = scope["path"].removeprefix(scope.get("root_path", ""))
        refused = self._refusal(scope, path, dict(scope["headers"]))
        if refused is not None:
            scope["route"] = "(gate)"
            await refused.send(answer)
        elif path == EVENTS:
            scope["route"] = EVENTS
            await self._events(scope, receive, answer)
        else:
            if path.startswith(_CUSTOMERS):
                # As it was sent: a name may hold an encoded slash, and is decoded by the handler.
                scope["path"] = scope["raw_path"].partition(b"?")[0].decode("ascii", "replace")
            await self._app(scope, receive, answer)
        route = route_of(scope)
        seconds = time.perf_counter() - begin
        self._service.metrics.request(route, status, seconds)
        if self._service.settings.log_requests:
            who = (scope.get("holder") or ANYBODY).name
            log_request(scope["method"], route, status, seconds, who)

    def _refusal(self, scope: Scope, path: str, headers: dict[bytes, bytes]) -> Problem | None:
        """Why a request is not let in."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._any_host and _name_of(host) not in _LOOPBACK:
            return _refused(421, "without tokens only this machine is served, under its own name")
        origin = headers.get(b"origin")
        foreign = origin is not None and origin.decode("latin-1").partition("://")[2] != host
        crossing = headers.get(b"sec-fetch-site") == b"cross-site" and path != "/"
        if foreign or crossing:
            return _refused(403, "a page of another origin asks")
        holder = self._holder(scope, headers)
        if holder is None and path == "/" and scope["method"] in _READING:
            return _refused(303, "say who you are", location="login")
        if holder is None and path not in OPEN:
            return _refused(401, "a bearer token is needed", www_authenticate='Bearer realm="lcr"')
        scope["holder"] = holder
        if holder is not None and self._limit is not None and path not in OPEN:
            return self._too_often(scope, holder)
        return None

    def _holder(self, scope: Scope, headers: dict[bytes, bytes]) -> Holder | None:
        """Who asks: by bearer token, or a browser that reads by its cookie."""
        if not self._tokens:
            return ANYBODY
        kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            return self._tokens.holder(token.strip())
        if scope["method"] in _READING and b"cookie" in headers:
            kept = cookie_of(headers[b"cookie"].decode("latin-1"))
            return self._tokens.holder(kept) if kept else None
        return None

    def _too_often(self, scope: Scope, holder: Holder) -> Problem | None:
        assert self._limit is not None  # noqa: S101 — only asked then
        who = holder.name if self._tokens else (scope.get("client") or ("",))[0]
        if self._limiter.hit(self._limit, who):
            return None
        reset = self._limiter.get_window_stats(self._limit, who).reset_time
        wait = max(1, int(reset - time.time() + 1))
        return _refused(429, f"more than {self._limit}", retry_after=str(wait))


def cookie_of(header: str) -> str | None:
    """The token of a cookie header."""
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


@lru_cache(maxsize=256)
def _name_of(host: str) -> str:
    """The name in a `Host` header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refused(status: int, detail: str, **headers: str) -> Problem:
    """A refusal; what is left of the body is not read, so the connection ends with it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Problem(status, detail, {"connection": "close", **named})
