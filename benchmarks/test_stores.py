"""Events a second that are durable when they are answered: a commit each thousand, by store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import lifecycle_dsl as lcr
from benchmarks.made_rules import RULES
from benchmarks.timing import repeat_anew, tell_rate
from lifecycle_dsl.stores import StoredEngine, open_store
from tests.unit.stores.postgres_server import Server, programs, server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A server that writes to the disk before it answers."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed")
    with server(bin_, durable=True) as running:
        yield running


def url_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """A new store of a kind."""
    match kind:
        case "memory":
            return "memory:"
        case "sqlite":
            return f"sqlite:///{folder}/{uuid4().hex}.db"
        case _:
            running: Server = request.getfixturevalue("postgres")
            return running.url(schema=f"b{uuid4().hex}")


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Names new stores of a kind."""
    return lambda: url_of(kind, request, tmp_path)


@pytest.mark.benchmark(group="durable")
@pytest.mark.parametrize("rules", ["email_marketing_scores", "email_marketing"])
@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql"])
def test_store(
    benchmark: BenchmarkFixture, url: Callable[[], str], frames: list[bytes], rules: str
) -> None:
    ruleset = lcr.load(RULES / f"{rules}.lcr")
    engines: list[StoredEngine] = []

    def close() -> None:
        for engine in engines:
            engine.close()
            engine.store.close()
        engines.clear()

    def make() -> tuple[tuple[StoredEngine], dict[str, object]]:
        close()
        engines.append(StoredEngine(ruleset, open_store(url())))
        return (engines[0],), {}

    def run(engine: StoredEngine) -> None:
        for place, frame in enumerate(frames):
            engine.process_batch(frame, {("events", 0): (place,)})

    repeat_anew(benchmark, run, make)
    close()
    tell_rate(benchmark)
