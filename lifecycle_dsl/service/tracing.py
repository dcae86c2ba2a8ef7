"""Traces by OpenTelemetry, where its usual variables say so.

With `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` set, each request is a
span, a child of the caller's if there is a `traceparent`, sent by OTLP over HTTP; the exporter
reads all other `OTEL_*` variables itself. Spans carry the route's pattern and never what a request
says.
"""

from __future__ import annotations

import os
from typing import Final

from lifecycle_dsl.service.asgi import Application, Message, Receive, Scope, Send
from lifecycle_dsl.service.problems import route_of

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class TracingError(Exception):
    """Traces are asked for, and the packages for them are missing; in one clause for people."""


def is_asked_for() -> bool:
    """Whether the variables ask for traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return any(os.environ.get(name) for name in ENDPOINTS)


def traced(app: Application) -> Application:
    """The application with a span around each request, if traces are asked for.

    Raises:
        TracingError: where they are, and cannot be made.
    """
    return _Traced(app) if is_asked_for() else app


class _Traced:
    """An ASGI application whose requests are spans."""

    def __init__(self, app: Application) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 — an extra
                OTLPSpanExporter,
            )
            from opentelemetry.propagate import extract  # noqa: PLC0415
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
            from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415
        except ImportError as error:
            raise TracingError(
                f"traces need {error.name}: pip install 'lifecycle-dsl[otel]'"
            ) from error
        self._app = app
        self._extract = extract
        self._kind = SpanKind.SERVER
        self._failed = StatusCode.ERROR
        name = os.environ.get("OTEL_SERVICE_NAME", "lifecycle-dsl")
        self._provider = TracerProvider(resource=Resource.create({"service.name": name}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("lifecycle_dsl.service")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            if scope["type"] == "lifespan":
                self._provider.shutdown()
            return
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        method = scope["method"]
        context = self._extract(headers)
        with self._tracer.start_as_current_span(method, context=context, kind=self._kind) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", status)
                    if status >= 500:
                        span.set_status(self._failed)
                await send(message)

            await self._app(scope, receive, answer)
            route = route_of(scope)
            span.update_name(f"{method} {route}")
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.route", route)
