"""`/customers/{id}`: a customer's state, explanation and decisions; forgetting and exporting."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, delete, get
from litestar.params import FromPath, FromQuery, QueryParameter

from lifecycle_dsl.service.access import (
    AnyRequest,
    instant_in,
    name_in,
    needs,
    sees_private,
    service_of,
)
from lifecycle_dsl.service.decisions import After, Limit, Page, page_of
from lifecycle_dsl.service.reader import NobodyError, Reader, Standing
from lifecycle_dsl.service.tokens import Scope
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.person import Person, person

At = Annotated[str | None, QueryParameter(description="As of this instant; RFC 3339.")]


class Erased(msgspec.Struct):
    """A customer who has been forgotten, and what was kept of them."""

    forgotten: bool
    state: bool
    decisions: int
    messages: int
    traces: str
    """`none`, or `removing`: the store's file is looked through and cleaned in the background."""


@get(
    "/customers/{customer:str}",
    guards=[needs(Scope.READ)],
    operation_id="getCustomer",
    summary="A customer's state",
    tags=["customers"],
    raises=[],
)
async def get_customer(request: AnyRequest, customer: FromPath[str], at: At = None) -> Standing:
    """Stage, scores, levels, traits, segments and waiting journeys, now or at an instant.

    What the rules call private is masked, but for tokens with the scope `admin`.
    """
    service = service_of(request)
    instant = instant_in(at) if at is not None else await service.read(service.now)
    masked = not sees_private(request)
    return await service.read(service.reader.standing, name_in(customer), instant, masked=masked)


@get(
    "/customers/{customer:str}/explain",
    guards=[needs(Scope.READ)],
    operation_id="explainCustomer",
    summary="Why a customer is where they are",
    tags=["customers"],
)
async def explain_customer(
    request: AnyRequest, customer: FromPath[str], about: FromQuery[str | None] = None, at: At = None
) -> Response[Any]:
    """Why they are in their stage, what would bring them to another, or what a trigger needs.

    `about` names a stage, a trigger or an attribution. Plain text where the `Accept` header asks
    for it.
    """
    service = service_of(request)
    instant = instant_in(at) if at is not None else await service.read(service.now)
    found = await service.read(service.reader.explained, name_in(customer), about, instant)
    if request.headers.get("accept", "").startswith("text/plain"):
        return Response(f"{found.text}\n", media_type=MediaType.TEXT)
    return Response(msgspec.json.encode(found.data), media_type=MediaType.JSON)


@get(
    "/customers/{customer:str}/decisions",
    guards=[needs(Scope.READ)],
    operation_id="listDecisionsOfCustomer",
    summary="A customer's decisions",
    tags=["customers"],
)
async def customer_decisions(
    request: AnyRequest, customer: FromPath[str], after: After = None, limit: Limit = 100
) -> Page:
    """In their order, page by page: go on with `after` as `next` says."""
    service = service_of(request)
    masked = not sees_private(request)
    return await service.read(
        page_of, service.reader, name_in(customer), after or 0, limit, masked=masked
    )


@delete(
    "/customers/{customer:str}",
    status_code=200,
    guards=[needs(Scope.ADMIN)],
    operation_id="forgetCustomer",
    summary="Forget a customer",
    tags=["customers"],
)
async def forget_customer(request: AnyRequest, customer: FromPath[str]) -> Erased:
    """Erase their state, their decisions and their messages; 404 where there is nothing.

    Answered when nobody can find them any more. Bytes that may be left in the store's file are then
    removed in the background, and the log says when: at once mostly, of a large file when the
    service ends.
    """
    service, name = service_of(request), name_in(customer)
    found, erased = await service.writer.call(lambda engine: _forgotten(engine, name))
    if not erased:
        raise NobodyError(name)
    return Erased(
        forgotten=True,
        state=found is not None and found.state is not None,
        decisions=0 if found is None else len(found.decisions),
        messages=0 if found is None else len(found.messages),
        traces="removing" if service.traces.remove(name) else "none",
    )


def _forgotten(engine: StoredEngine, name: str) -> tuple[Person | None, bool]:
    """What was kept of a customer, who is erased, and whether there was anything."""
    return person(engine.store, name), engine.forget(name)


@get(
    "/customers/{customer:str}/export",
    guards=[needs(Scope.ADMIN)],
    operation_id="exportCustomer",
    summary="All that is kept of a customer",
    tags=["customers"],
)
async def export_customer(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """State, decisions and messages, with what the rules call private."""
    service = service_of(request)
    exported = await asyncio.to_thread(_exported, service.reader, name_in(customer))
    return Response(exported, media_type=MediaType.JSON)


def _exported(reader: Reader, name: str) -> bytes:
    found = person(reader.store, name)
    if found is None:
        raise NobodyError(name)
    messages = [
        {
            "key": each.key,
            "kind": each.kind,
            "destination": each.destination,
            "status": each.status.value,
            "attempts": each.attempts,
            "reason": each.reason,
        }
        for each in found.messages
    ]
    exported = {
        "customer": name,
        "lifecycle": reader.ruleset.lifecycle,
        "state": None if found.state is None else reader.standing(name, None, masked=False),
        "decisions": [msgspec.Raw(each.line) for each in found.decisions],
        "messages": messages,
    }
    return msgspec.json.encode(exported)
