"""`POST /events`: records in, answered when they are durable."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import msgspec
from litestar import Response, post

from lifecycle_dsl.service.access import AnyRequest, holder_of, needs, service_of
from lifecycle_dsl.service.bodies import Form
from lifecycle_dsl.service.problems import ProblemError
from lifecycle_dsl.service.receipts import Asked, Receipt, asked
from lifecycle_dsl.service.schemas import EventsOperation
from lifecycle_dsl.service.tokens import Scope

FORMS: Final = {
    "application/json": Form.JSON,
    "": Form.JSON,
    "application/x-ndjson": Form.LINES,
    "application/jsonl": Form.LINES,
    "application/json-lines": Form.LINES,
    "application/msgpack": Form.MSGPACK,
    "application/x-msgpack": Form.MSGPACK,
    "application/vnd.msgpack": Form.MSGPACK,
}
"""How a body of a content type holds its records."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_REPLAYED: Final = {"Idempotency-Replayed": "true"}
_encode: Final = msgspec.json.Encoder().encode


@post(
    "/events",
    status_code=200,
    guards=[needs(Scope.WRITE)],
    operation_class=EventsOperation,
    operation_id="postEvents",
    summary="Handle events",
    tags=["events"],
)
async def post_events(request: AnyRequest, strict: bool = False) -> Response[bytes]:  # noqa: FBT001, FBT002 — a query parameter
    """One event or many; answered when all of them are durable.

    Malformed ones are listed with their positions, and the others are handled; `strict`: all or
    nothing. With an `Idempotency-Key` the request is handled once, however often it comes.
    """
    form = _form(request)
    body = await _body(request)
    key = _asked(request, form, body, strict=strict)
    outcome = await service_of(request).writer.post(body, form, strict=strict, asked=key)
    return Response(
        _encode(outcome.receipt),
        status_code=status_of(outcome.receipt),
        media_type="application/json",
        headers=_REPLAYED if outcome.repeated else None,
    )


def status_of(receipt: Receipt) -> int:
    """200, or 422 where nothing was handled because of what is malformed."""
    return 422 if receipt.rejected and not receipt.accepted else 200


def _form(request: AnyRequest) -> Form:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise ProblemError(status_code=415, detail="bodies come as they are, without an encoding")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FORMS.get(kind)
    if form is None:
        known = ", ".join(each for each in FORMS if each)
        raise ProblemError(status_code=415, detail=f"the content type is none of {known}")
    return form


async def _body(request: AnyRequest) -> bytes:
    try:
        async with asyncio.timeout(service_of(request).settings.body_patience):
            return await request.body()
    except TimeoutError as error:
        headers = {"Connection": "close"}
        detail = "the body took too long to come"
        raise ProblemError(status_code=408, detail=detail, headers=headers) from error


def _asked(request: AnyRequest, form: Form, body: bytes, *, strict: bool) -> Asked | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise ProblemError(
            status_code=400, detail="an Idempotency-Key has 1 to 255 visible ASCII characters"
        )
    said = f"{form.value} {strict}".encode()
    return asked(holder_of(request).name, key, said, body)
