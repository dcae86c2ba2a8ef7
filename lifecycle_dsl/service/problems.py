"""What goes wrong with a request, said to whoever asked: RFC 9457, `application/problem+json`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.explaining import UnknownNameError
from lifecycle_dsl.loading import CompileError
from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.reader import NobodyError
from lifecycle_dsl.service.refusals import ClosedError, FullError, OtherBodyError, UnreadableError
from lifecycle_dsl.stores.errors import OtherLifecycleError, OtherRulesError, StoreError

MEDIA_TYPE = "application/problem+json"
AnyRequest = Request[Any, Any, Any]


class ProblemError(HTTPException):
    """A request that cannot be carried out, for a reason that its sender can see to."""


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response[bytes]:
    """An answer that says what is wrong."""
    return Response(
        body(status, detail, **more),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def body(status: int, detail: str, **more: object) -> bytes:
    """What such an answer says."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return msgspec.json.encode(told)


def _of_http(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    detail = error.detail or HTTPStatus(error.status_code).phrase
    return problem(error.status_code, detail, error.headers)


def _of_full(_: AnyRequest, __: FullError) -> Response[bytes]:
    return problem(429, "too much waits to be handled; try again", {"Retry-After": "1"})


def _of_closed(_: AnyRequest, __: ClosedError) -> Response[bytes]:
    headers = {"Retry-After": "5", "Connection": "close"}
    return problem(503, "the service is about to stop; try again", headers)


def _of_other_body(_: AnyRequest, __: OtherBodyError) -> Response[bytes]:
    return problem(422, "this Idempotency-Key was used for another request")


def _of_unreadable(_: AnyRequest, error: UnreadableError) -> Response[bytes]:
    return problem(400, str(error))


def _of_nobody(_: AnyRequest, __: NobodyError) -> Response[bytes]:
    return problem(404, "nobody is called so")


def _of_unknown(_: AnyRequest, error: UnknownNameError) -> Response[bytes]:
    return problem(404, str(error))


def _of_compile(_: AnyRequest, error: CompileError) -> Response[bytes]:
    found = FORMATS["json"](error.diagnostics, PLAIN)
    diagnostics = msgspec.json.decode(found)
    return problem(422, "the rules have errors; the old ones go on", diagnostics=diagnostics)


def _of_rules(_: AnyRequest, error: OtherRulesError | OtherLifecycleError) -> Response[bytes]:
    reason = f"customers cannot go on under these rules, and the old ones go on: {error}"
    return problem(409, reason)


def _of_store(request: AnyRequest, error: StoreError) -> Response[bytes]:
    log(logging.ERROR, "the store failed", reason=str(error), route=_route(request))
    return problem(503, "the store cannot be used now; try again", {"Retry-After": "5"})


def _of_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    log(logging.ERROR, "a bug of ours", error=error, route=_route(request))
    return problem(500, "a bug of ours; it has been logged")


def _route(request: AnyRequest) -> str:
    return route_of(cast("Mapping[str, Any]", request.scope))


def route_of(scope: Mapping[str, Any]) -> str:
    """The pattern of a request's path, which names nobody."""
    handler = scope.get("route_handler")
    paths = sorted(getattr(handler, "paths", ()) or ())
    return str(paths[0]) if paths else "(none)"


HANDLERS: dict[int | type[Exception], Any] = {
    HTTPException: _of_http,
    FullError: _of_full,
    ClosedError: _of_closed,
    OtherBodyError: _of_other_body,
    UnreadableError: _of_unreadable,
    NobodyError: _of_nobody,
    UnknownNameError: _of_unknown,
    CompileError: _of_compile,
    OtherRulesError: _of_rules,
    OtherLifecycleError: _of_rules,
    StoreError: _of_store,
    Exception: _of_bug,
}
"""From what is raised to what is answered."""
