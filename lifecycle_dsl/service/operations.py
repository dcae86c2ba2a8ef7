"""What those who run a service ask: stages, outbox, ticks, reloads, health and figures."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
from litestar import MediaType, Response, get, post
from litestar.params import QueryParameter

from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.service.access import AnyRequest, instant_in, needs, service_of
from lifecycle_dsl.service.metrics import CONTENT_TYPE
from lifecycle_dsl.service.tokens import Scope

Until = Annotated[str | None, QueryParameter(description="Until this instant; now if left.")]


class Population(msgspec.Struct):
    """Customers in a stage."""

    stage: str
    customers: int


class Moved(msgspec.Struct, rename={"source": "from", "target": "to"}):
    """Moves from one stage to another since the store was made; from null: new customers."""

    source: str | None
    target: str
    customers: int


class Stages(msgspec.Struct):
    """Where everybody is."""

    stages: list[Population]
    moves: list[Moved]


class Waiting(msgspec.Struct):
    """Messages of the outbox."""

    destination: str
    status: str
    messages: int


class Ticked(msgspec.Struct):
    """A tick that has been done."""

    now: str
    decisions: int


class Reloaded(msgspec.Struct):
    """Rules that have been loaded anew."""

    fingerprint: str
    changed: bool


class Health(msgspec.Struct):
    """How the service is."""

    status: str
    waiting: int
    """Requests in the queue."""


@get(
    "/stages",
    guards=[needs(Scope.READ)],
    operation_id="getStages",
    summary="Customers by stage, and moves",
    tags=["figures"],
)
async def get_stages(request: AnyRequest) -> Stages:
    """Every stage of the rules, in their order, and every move that ever was."""
    service = service_of(request)
    people = await service.read(service.beside.population)
    moves = await service.read(service.beside.moves)
    names = list(dict.fromkeys([*service.ruleset.program.stages, *people]))
    return Stages(
        [Population(name, people.get(name, 0)) for name in names],
        [Moved(source, target, count) for (source, target), count in moves.items()],
    )


@get(
    "/outbox",
    guards=[needs(Scope.READ)],
    operation_id="getOutbox",
    summary="Messages by destination and status",
    tags=["figures"],
)
async def get_outbox(request: AnyRequest) -> list[Waiting]:
    """How many messages wait, have been delivered, or are dead; as of a second ago at most."""
    counts = await service_of(request).read(service_of(request).reader.outbox_counts)
    return [Waiting(to, status.value, count) for (to, status), count in counts.items()]


@post(
    "/tick",
    status_code=200,
    guards=[needs(Scope.ADMIN)],
    operation_id="tick",
    summary="Let time go on",
    tags=["operation"],
)
async def post_tick(
    request: AnyRequest,
    at: Annotated[
        str | None, QueryParameter(description="Until this instant; now if left.")
    ] = None,
) -> Ticked:
    """Run every timer that is due by an instant; answered when all of them have run."""
    now = instant_in(at)
    if now is None:
        now = time.time_ns() // 1_000
    decisions = await service_of(request).writer.tick(now)
    return Ticked(format_instant(now), decisions)


@post(
    "/reload",
    status_code=200,
    guards=[needs(Scope.ADMIN)],
    operation_id="reload",
    summary="Load the rules anew",
    tags=["operation"],
)
async def post_reload(request: AnyRequest) -> Reloaded:
    """Go on under the rule file as it now stands, from the next batch on.

    422 with the diagnostics where it has errors, 409 where customers cannot go on under it: then
    the old rules go on.
    """
    service = service_of(request)
    changed = await service.reload()
    return Reloaded(service.ruleset.fingerprint, changed)


@get("/health", operation_id="health", summary="Whether the server lives", tags=["operation"])
async def get_health(request: AnyRequest) -> Health:
    """Whoever gets this answer knows it."""
    return Health("alive", service_of(request).writer.waiting)


@get("/ready", operation_id="ready", summary="Whether requests are taken", tags=["operation"])
async def get_ready(request: AnyRequest) -> Response[Health]:
    """200, or 503 while the service stops."""
    service = service_of(request)
    status = "ready" if service.is_ready else "stopping"
    code = 200 if service.is_ready else 503
    return Response(Health(status, service.writer.waiting), status_code=code)


@get(
    "/metrics",
    guards=[needs(Scope.READ)],
    media_type=MediaType.TEXT,
    operation_id="metrics",
    summary="Figures for Prometheus",
    tags=["figures"],
)
async def get_metrics(request: AnyRequest) -> Response[bytes]:
    """Counters since the start of the server, and gauges of now."""
    service = service_of(request)
    population, outbox, clock = await service.read(service.reader.figures)
    text = service.metrics.exposition(
        service.writer.waiting, service.streams, clock, population, outbox
    )
    return Response(text, media_type=CONTENT_TYPE)
