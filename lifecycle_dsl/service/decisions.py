"""`/decisions`: what was decided, page by page or as it happens.

As a stream (`Accept: text/event-stream`) each decision is an event of its kind, with its number as
id; a client that comes again with `Last-Event-ID` goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter
from litestar.response import Stream

from lifecycle_dsl.service.access import AnyRequest, needs, sees_private, service_of
from lifecycle_dsl.service.problems import ProblemError
from lifecycle_dsl.service.reader import Reader
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Scope

KINDS: Final = (
    "transition",
    "fired",
    "sent",
    "held",
    "called",
    "joined",
    "quit",
    "changed",
    "arm",
    "left",
    "credit",
    "broken",
)
_MOST: Final = 1_000
_AT_ONCE: Final = 200
"""Decisions that a stream reads at once."""
_HEARTBEAT: Final = 15.0
"""Seconds after which a silent stream says that it is there."""
_RETRY: Final = 2_000
"""Milliseconds after which a client comes again."""
_LARGEST: Final = 2**63 - 1

Limit = Annotated[int, QueryParameter(ge=1, le=_MOST, description="So many at most.")]
After = Annotated[
    int | None, QueryParameter(ge=0, le=_LARGEST, description="Only those behind this number.")
]
Kind = Annotated[
    str | None, QueryParameter(description="Only of this kind, or of several joined by commas.")
]


class Numbered(msgspec.Struct):
    """A decision and its number."""

    number: int
    decision: msgspec.Raw


class Page(msgspec.Struct):
    """Some decisions."""

    decisions: list[Numbered]
    next: int | None
    """The number to go on behind; null where there are no more now."""


def page_of(
    reader: Reader,
    customer: str | None,
    after: int,
    limit: int,
    kinds: Collection[str] = (),
    *,
    masked: bool,
) -> Page:
    """A page of decisions, of a customer or of all."""
    found, following = reader.decisions(customer, after, limit, kinds)
    lines = [(each.number, reader.line(each, masked=masked)) for each in found]
    return Page([Numbered(number, msgspec.Raw(line)) for number, line in lines], following)


@get(
    "/decisions",
    guards=[needs(Scope.READ)],
    operation_id="listDecisions",
    summary="Decisions, page by page or as a stream",
    tags=["decisions"],
)
async def get_decisions(
    request: AnyRequest, after: After = None, limit: Limit = 100, kind: Kind = None
) -> Response[Any]:
    """Of all customers, in the order in which they were kept."""
    service = service_of(request)
    kinds = _kinds(kind)
    masked = not sees_private(request)
    if "text/event-stream" in request.headers.get("accept", ""):
        begin = _last_event(request)
        if begin is None:
            begin = after
        if begin is None:
            begin = await service.read(service.reader.latest_number)
        if service.streams >= service.settings.streams:
            detail = "too many streams are open"
            raise ProblemError(503, detail, {"Retry-After": "10"})
        stream = _stream(service, begin, kinds, masked=masked)
        return Stream(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    page = await service.read(
        page_of, service.reader, None, after or 0, limit, kinds, masked=masked
    )
    return Response(msgspec.json.encode(page), media_type="application/json")


async def _stream(
    service: Service, after: int, kinds: Collection[str], *, masked: bool
) -> AsyncIterator[bytes]:
    """Decisions behind a number, for as long as somebody listens."""
    reader = service.reader
    service.streams += 1
    try:
        yield b"retry: %d\n\n" % _RETRY
        while not service.is_stopping:
            bell = service.bell
            page = await service.read(reader.decisions, None, after, _AT_ONCE)
            for each in page[0]:
                after = each.number
                if not kinds or each.kind in kinds:
                    said = each.number, each.kind.encode(), reader.line(each, masked=masked)
                    yield b"id: %d\nevent: %b\ndata: %b\n\n" % said
            if not page[0]:
                try:
                    await asyncio.wait_for(bell.wait(), _HEARTBEAT)
                except TimeoutError:
                    yield b": still here\n\n"
    finally:
        service.streams -= 1


def _kinds(text: str | None) -> tuple[str, ...]:
    kinds = () if text is None else tuple(text.split(","))
    if unknown := [each for each in kinds if each not in KINDS]:
        shown = f"`{unknown[0][:40]}` is no kind of decision; there are {', '.join(KINDS)}"
        raise ProblemError(400, shown)
    return kinds


def _last_event(request: AnyRequest) -> int | None:
    text = request.headers.get("last-event-id")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= _LARGEST):
        raise ProblemError(400, "`Last-Event-ID` is no number")
    return int(text)
