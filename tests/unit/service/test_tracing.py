"""Traces, where the usual variables ask for them: sent to a collector on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from lifecycle_dsl.service import tracing
from tests.unit.service.running import purchase, serving


class Collector:
    """Takes spans over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        for each in request.resource_spans:
            self.services |= {a.value.string_value for a in each.resource.attributes}
            self.spans += [span for scope in each.scope_spans for span in scope.spans]


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_requests_are_spans_of_their_callers_traces(
    shop: Path, tmp_path: Path, collector: Collector
) -> None:
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_SERVICE_NAME": "our-shop",
    }
    store = f"sqlite:///{tmp_path / 's.db'}"
    trace = "0af7651916cd43dd8448eb211c80319c"
    with serving(shop, store=store, environment=environment) as server:
        with server.client() as client:
            headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            assert client.post("/events", json=purchase("ann"), headers=headers).status_code == 200
            assert client.get("/customers/ann").status_code == 200
        assert server.stop() == 0
    named = {span.name: span for span in collector.spans}
    assert named.keys() == {"POST /events", "GET /customers/{customer:str}"}
    assert named["POST /events"].trace_id.hex() == trace
    assert named["POST /events"].parent_span_id.hex() == "b7ad6b7169203331"
    assert "our-shop" in collector.services
    assert "ann" not in str(collector.spans)


def test_nobody_asks_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        pass

    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert tracing.traced(app) is app
    monkeypatch.setenv(tracing.ENDPOINTS[0], "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert tracing.traced(app) is app
