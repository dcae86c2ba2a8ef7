"""The application: routes, what is raised into what is answered, and the gate around it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final, cast

import msgspec
from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from lifecycle_dsl.service import customers, decisions, operations, pages, shadowing
from lifecycle_dsl.service.access import AnyRequest, needs
from lifecycle_dsl.service.asgi import Application
from lifecycle_dsl.service.gate import Gate
from lifecycle_dsl.service.problems import MEDIA_TYPE, Problem, problem_of
from lifecycle_dsl.service.schemas import described
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Scope
from lifecycle_dsl.service.tracing import traced

_OPENAPI: Final = "/openapi.json"


@get(_OPENAPI, guards=[needs(Scope.READ)], include_in_schema=False)
async def get_openapi(request: AnyRequest) -> Response[bytes]:
    """The description of this interface."""
    return Response(msgspec.json.encode(described(request.app)), media_type="application/json")


ROUTES: Final = (
    customers.get_customer,
    customers.explain_customer,
    customers.customer_decisions,
    customers.forget_customer,
    customers.export_customer,
    decisions.get_decisions,
    operations.get_stages,
    operations.get_outbox,
    shadowing.get_shadow,
    operations.post_tick,
    operations.post_reload,
    operations.get_health,
    operations.get_ready,
    operations.get_metrics,
    pages.get_page,
    pages.get_parts,
    pages.get_login,
    pages.post_login,
    pages.get_style,
    pages.get_script,
    get_openapi,
)


def application(service: Service, *, any_host: bool = False) -> Application:
    """The ASGI application of a service; `any_host`: also without tokens it has any name.

    It may be mounted in another application, which closes the service when it ends.
    """
    return traced(
        Gate(cast("Application", routes(service)), service, pages.POLICY, any_host=any_host)
    )


def routes(service: Service) -> Litestar:
    """The routes alone, which expect the gate in front of them."""

    @asynccontextmanager
    async def attached(_: Litestar) -> AsyncIterator[None]:
        service.attach()
        yield
        service.stop()

    return Litestar(
        list(ROUTES),
        state=State({"service": service}, deep_copy=False),
        exception_handlers={Exception: _told, HTTPException: _told},
        lifespan=[attached],
        request_max_body_size=service.settings.body_limit,
        openapi_config=_described(service),
        logging_config=None,
        debug=False,
    )


def _told(request: AnyRequest, error: Exception) -> Response[bytes]:
    """What is answered to what is raised."""
    if isinstance(error, HTTPException):
        found = Problem(error.status_code, error.detail or "", error.headers or {})
    else:
        found = problem_of(error, cast("Mapping[str, Any]", request.scope))
    return Response(
        found.body(),
        status_code=found.status,
        media_type=MEDIA_TYPE,
        headers=dict(found.headers),
    )


def _described(service: Service) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token of the service.")
    return OpenAPIConfig(
        title=f"lifecycle-dsl: {service.ruleset.lifecycle}",
        version=version("lifecycle-dsl"),
        use_handler_docstrings=True,
        components=Components(security_schemes={"token": bearer}),
        security=[{"token": []}],
        # Never one of the viewers, which load their scripts from elsewhere.
        render_plugins=[JsonRenderPlugin(path="/never")],
        path="/schema",
    )
