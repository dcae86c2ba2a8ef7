"""Stores of every kind for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from lifecycle_dsl.stores import Store, open_store
from tests.unit.stores.postgres_server import Server, programs, server

KINDS = ("memory", "sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; the tests that need it are skipped where it is not installed."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as running:
        yield running


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of store, one after the other."""
    return str(request.param)


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new store."""
    match kind:
        case "memory":
            return "memory:"
        case "sqlite":
            return f"sqlite:///{tmp_path}/store.db"
        case _:
            running: Server = request.getfixturevalue("postgres")
            return running.url(schema=f"t{uuid4().hex}", lease=2)


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens stores, and closes them in the end."""
    stores: list[Store] = []

    def open_(url: str) -> Store:
        stores.append(open_store(url))
        return stores[-1]

    yield open_
    for each in stores:
        each.close()


@pytest.fixture
def store(url: str, opened: Callable[[str], Store]) -> Store:
    """A new store, held."""
    made = opened(url)
    made.acquire()
    return made
