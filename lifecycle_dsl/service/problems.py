"""What goes wrong with a request, said to whoever asked: RFC 9457, `application/problem+json`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import msgspec
from attrs import field, frozen

from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.explaining import UnknownNameError
from lifecycle_dsl.loading import CompileError
from lifecycle_dsl.service.asgi import Headers, Send, answer
from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.reader import NobodyError
from lifecycle_dsl.service.refusals import (
    ClosedError,
    ElsewhereError,
    FullError,
    OtherBodyError,
    UnreadableError,
)
from lifecycle_dsl.stores.errors import (
    LostShardError,
    OtherLifecycleError,
    OtherRulesError,
    StoreError,
)

MEDIA_TYPE: Final = "application/problem+json"


@frozen
class Problem:
    """Why a request was not carried out."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(factory=dict)
    more: Mapping[str, object] = field(factory=dict)

    def body(self) -> bytes:
        """What the answer says."""
        title = HTTPStatus(self.status).phrase
        told = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        return msgspec.json.encode(told | dict(self.more))

    async def send(self, send: Send) -> None:
        """Answer with it."""
        headers: Headers = [
            (name.lower().encode(), value.encode()) for name, value in self.headers.items()
        ]
        await answer(send, self.status, self.body(), MEDIA_TYPE, headers)


class ProblemError(Exception):
    """A request that cannot be carried out, for a reason that its sender can see to."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem = Problem(status, detail, headers or {})


def problem_of(error: Exception, scope: Mapping[str, Any]) -> Problem:
    """What to answer to an exception; what its sender cannot see to is logged."""
    match error:
        case ProblemError(problem=problem):
            return problem
        case FullError():
            return Problem(429, "too much waits to be handled; try again", {"Retry-After": "1"})
        case ClosedError():
            headers = {"Retry-After": "5", "Connection": "close"}
            return Problem(503, "the service is about to stop; try again", headers)
        case OtherBodyError():
            return Problem(422, "this Idempotency-Key was used for another request")
        case UnreadableError():
            return Problem(400, str(error))
        case NobodyError():
            return Problem(404, "nobody is called so")
        case UnknownNameError():
            return Problem(404, str(error))
        case CompileError(diagnostics=diagnostics):
            found = msgspec.json.decode(FORMATS["json"](diagnostics, PLAIN))
            said = "the rules have errors; the old ones go on"
            return Problem(422, said, more={"diagnostics": found})
        case OtherRulesError() | OtherLifecycleError():
            said = "customers cannot go on under these rules, and the old ones go on"
            return Problem(409, f"{said}: {error}")
        case LostShardError():
            return _elsewhere(error, scope)
        case StoreError():
            log(logging.ERROR, "the store failed", reason=str(error), route=route_of(scope))
            return Problem(503, "the store cannot be used now; try again", {"Retry-After": "5"})
        case _:
            log(logging.ERROR, "a bug of ours", error=error, route=route_of(scope))
            return Problem(500, "a bug of ours; it has been logged")


def _elsewhere(error: LostShardError, scope: Mapping[str, Any]) -> Problem:
    """Where to go with another server's customers."""
    match error:
        case ElsewhereError(address=str(address)):
            said = "another server has this customer; ask it"
            return Problem(307, said, {"Location": address.rstrip("/") + target_of(scope)})
        case ElsewhereError(is_mixed=True):
            said = "these records are of customers of several servers; send each customer's alone"
        case _:
            said = "another server has this customer; ask the others, or try again"
    return Problem(503, said, {"Retry-After": "1"})


def target_of(scope: Mapping[str, Any]) -> str:
    """The path of a request with what follows it, as it came."""
    path = scope.get("raw_path") or quote(str(scope.get("path", "/"))).encode()
    query = scope.get("query_string") or b""
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("ascii", "replace")


def route_of(scope: Mapping[str, Any]) -> str:
    """The pattern of a request's path, which names nobody."""
    if (route := scope.get("route")) is not None:
        return str(route)
    paths = sorted(getattr(scope.get("route_handler"), "paths", ()) or ())
    return str(paths[0]) if paths else "(none)"
