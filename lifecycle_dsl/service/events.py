"""`POST /events`: records in, answered when they are durable.

Written against ASGI itself: this is the one route that comes thousands of times a second, and a
framework's share would be larger than all the rest.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

import msgspec

from lifecycle_dsl.service.asgi import Headers, Receive, Scope, Send, answer
from lifecycle_dsl.service.bodies import Form
from lifecycle_dsl.service.problems import ProblemError, problem_of
from lifecycle_dsl.service.receipts import Asked, Receipt, asked
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Holder
from lifecycle_dsl.service.tokens import Scope as May

PATH: Final = "/events"
FORMS: Final = {
    b"application/json": Form.JSON,
    b"": Form.JSON,
    b"application/x-ndjson": Form.LINES,
    b"application/jsonl": Form.LINES,
    b"application/json-lines": Form.LINES,
    b"application/msgpack": Form.MSGPACK,
    b"application/x-msgpack": Form.MSGPACK,
    b"application/vnd.msgpack": Form.MSGPACK,
}
"""How a body of a content type holds its records."""
_KEY: Final = re.compile(rb"[\x21-\x7e]{1,255}")
_REPLAYED: Final[Headers] = [(b"idempotency-replayed", b"true")]
_STRICT: Final = {"true": True, "1": True, "false": False, "0": False}
_encode: Final = msgspec.json.Encoder().encode

RequestHeaders = Mapping[bytes, bytes]


class Events:
    """The route as an ASGI application; the gate has let the request in."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            await self._post(scope, receive, send)
        except Exception as error:  # noqa: BLE001 — whoever asked is told
            await problem_of(error, scope).send(send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise ProblemError(405, "events are posted", {"Allow": "POST"})
        holder: Holder = scope["holder"]
        if not holder.may(May.WRITE):
            raise ProblemError(403, "this needs a token with the scope `write`")
        headers = dict(scope["headers"])
        form, strict = _form(headers), _is_strict(scope)
        body = await self._body(headers, receive)
        key = _asked(holder, headers, form, body, strict=strict)
        found = await self._service.writer.post(body, form, strict=strict, asked=key)
        said = _encode(found.receipt)
        more = _REPLAYED if found.repeated else None
        await answer(send, status_of(found.receipt), said, "application/json", more)

    async def _body(self, headers: RequestHeaders, receive: Receive) -> bytes:
        """The whole body, if it is no larger and comes no slower than it may."""
        settings = self._service.settings
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > settings.body_limit:
            raise _too_large(settings.body_limit)
        pieces: list[bytes] = []
        size, more = 0, True
        try:
            async with asyncio.timeout(settings.body_patience):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ProblemError(400, "the body was cut off")
                    pieces.append(message.get("body", b""))
                    size += len(pieces[-1])
                    if size > settings.body_limit:
                        raise _too_large(settings.body_limit)
                    more = message.get("more_body", False)
        except TimeoutError as error:
            close = {"Connection": "close"}
            raise ProblemError(408, "the body took too long to come", close) from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def status_of(receipt: Receipt) -> int:
    """200, or 422 where nothing was handled because of what is malformed."""
    return 422 if receipt.rejected and not receipt.accepted else 200


def _too_large(limit: int) -> ProblemError:
    return ProblemError(413, f"a body has {limit:,} bytes at most", {"Connection": "close"})


def _form(headers: RequestHeaders) -> Form:
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise ProblemError(415, "bodies come as they are, without an encoding")
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    form = FORMS.get(kind)
    if form is None:
        known = b", ".join(filter(None, FORMS)).decode()
        raise ProblemError(415, f"the content type is none of {known}")
    return form


def _is_strict(scope: Scope) -> bool:
    query = scope["query_string"]
    if not query:
        return False
    *_, said = parse_qs(query.decode("latin-1")).get("strict", ["false"])
    if said not in _STRICT:
        raise ProblemError(400, "`strict` is true or false")
    return _STRICT[said]


def _asked(
    holder: Holder, headers: RequestHeaders, form: Form, body: bytes, *, strict: bool
) -> Asked | None:
    key = headers.get(b"idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise ProblemError(400, "an Idempotency-Key has 1 to 255 visible ASCII characters")
    said = f"{form.value} {strict}".encode()
    return asked(holder.name, key.decode("ascii"), said, body)
