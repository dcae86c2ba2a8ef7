"""The interface is described, and does what its description says, whatever is asked."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.service.running import Server

EXAMPLES: Final = 15
OPERATIONS: Final = {
    ("post", "/events"),
    ("get", "/customers/{customer}"),
    ("delete", "/customers/{customer}"),
    ("get", "/customers/{customer}/explain"),
    ("get", "/customers/{customer}/decisions"),
    ("get", "/customers/{customer}/export"),
    ("get", "/decisions"),
    ("get", "/shadow"),
    ("get", "/stages"),
    ("get", "/outbox"),
    ("post", "/tick"),
    ("post", "/reload"),
    ("get", "/health"),
    ("get", "/ready"),
    ("get", "/metrics"),
}


def test_every_route_is_described(client: httpx.Client) -> None:
    said: dict[str, Any] = client.get("/openapi.json").json()
    found = {(method, path) for path, methods in said["paths"].items() for method in methods}
    assert found == OPERATIONS
    assert said["info"]["title"] == "lifecycle-dsl: shop"
    for methods in said["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert "401" in operation["responses"]


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_whatever_is_asked_the_answer_is_as_described(
    server: Server, method: str, path: str
) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    strategy = schema[path][method].as_strategy()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=strategy)
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
        )

    ask()
