"""What handlers share: who asks, the service, and the scope that a route needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from lifecycle_dsl.localtime.instants import FIRST_RECORD, LAST_RECORD, parse_instant
from lifecycle_dsl.service.problems import ProblemError
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Holder, Scope

AnyRequest = Request[Any, Any, Any]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def service_of(request: AnyRequest) -> Service:
    """The service that a request is for."""
    found: Service = request.app.state["service"]
    return found


def holder_of(request: AnyRequest) -> Holder:
    """Who asks."""
    found: Holder = request.scope["holder"]  # type: ignore[typeddict-item]
    return found


def needs(scope: Scope) -> Guard:
    """A guard that lets in whoever has a scope; one that is not async would cost a thread."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        holder: Holder = connection.scope["holder"]  # type: ignore[typeddict-item]
        if not holder.may(scope):
            raise ProblemError(403, f"this needs a token with the scope `{scope.value}`")

    return guard


def sees_private(request: AnyRequest) -> bool:
    """Whether whoever asks may see what the rules call private."""
    return holder_of(request).may(Scope.ADMIN)


def name_in(segment: str) -> str:
    """A customer's name from a path in which it stands encoded."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise ProblemError(400, "the customer's name is no UTF-8") from error


def instant_in(text: str | None) -> int | None:
    """An instant that a request says."""
    if text is None:
        return None
    found = parse_instant(text, without_seconds=True)
    if found is None or not FIRST_RECORD <= found <= LAST_RECORD:
        raise ProblemError(400, "`at` is no instant such as 2026-12-31T12:00:00Z")
    return found
