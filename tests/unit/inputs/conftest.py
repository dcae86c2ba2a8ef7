"""Servers with streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.inputs.servers import Nats, Redis, started


@pytest.fixture(params=[Redis, Nats], ids=["redis", "nats"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Redis | Nats]:
    """Every kind of server, one after the other."""
    running = started(request.param, tmp_path / "server")
    yield running
    running.kill()
