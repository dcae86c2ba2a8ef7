"""Servers that several tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.unit.service.running import SHOP, Server, serving

READ, WRITE, ADMIN = "r" * 32, "w" * 32, "a" * 32
TOKENS = f"reader read {READ}; shop write {WRITE}; boss admin {ADMIN}"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rule file of a small shop."""
    path = tmp_path_factory.mktemp("shop") / "shop.lcr"
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without tokens, for a whole module: each test has customers of its own."""
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    with serving(shop, store=store) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of it."""
    with server.client() as found:
        yield found


@pytest.fixture(scope="module")
def guarded(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with tokens."""
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    with serving(shop, store=store, environment={"LCR_TOKENS": TOKENS}) as running:
        yield running
