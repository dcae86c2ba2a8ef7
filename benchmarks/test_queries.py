"""Records a second from tables, beside lines of JSON: the same stream, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import lifecycle_dsl as lcr
from benchmarks import stream
from benchmarks.timing import repeat, tell_rate
from lifecycle_dsl.engine.decisions import Rules, encode_lines
from lifecycle_dsl.inputs import Batch, open_input
from lifecycle_dsl.inputs.sql import open_query
from lifecycle_dsl.outputs import open_output

KINDS: Final = ("jsonl", "parquet", "csv")
DECISIONS: Final = 1_000_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> Path:
    """The stream as files of every kind."""
    made = tmp_path_factory.mktemp("stream")
    (made / "stream.jsonl").write_bytes(b"".join(lines))
    with duckdb.connect() as writing:
        rows = f"read_json('{made}/stream.jsonl', sample_size = -1)"
        for kind in ("parquet", "csv"):
            writing.execute(f"COPY (FROM {rows}) TO '{made}/stream.{kind}'")
    return made


def source(folder: Path, kind: str, ruleset: lcr.RuleSet) -> Any:  # noqa: ANN401
    """Gives batches, and can be closed."""
    path = f"{folder}/stream.{kind}"
    return open_input(path) if kind == "jsonl" else open_query(f"FROM '{path}'", ruleset)


def taken(batches: Iterable[Any], take: Callable[[bytes], Any]) -> None:
    for batch in batches:
        assert isinstance(batch, Batch)
        take(batch.data)


@pytest.mark.benchmark(group="records from files, decoded")
@pytest.mark.parametrize("kind", KINDS)
def test_reading(
    benchmark: BenchmarkFixture, kind: str, folder: Path, ruleset: lcr.RuleSet
) -> None:
    count = 0

    def read() -> None:
        nonlocal count
        count = 0

        def take(data: bytes) -> None:
            nonlocal count
            count += len(ruleset.records.decode(data).records)

        with closing(source(folder, kind, ruleset)) as batches:
            taken(batches, take)

    repeat(benchmark, read)
    assert count == len(stream.records())
    tell_rate(benchmark)


@pytest.mark.benchmark(group="records from files, decided")
@pytest.mark.parametrize("kind", KINDS)
def test_deciding(
    benchmark: BenchmarkFixture, kind: str, folder: Path, ruleset: lcr.RuleSet
) -> None:
    def run() -> None:
        engine = lcr.Engine(ruleset)
        with closing(source(folder, kind, ruleset)) as batches:
            taken(batches, engine.process_batch)

    repeat(benchmark, run)
    tell_rate(benchmark)


@pytest.mark.benchmark(group="a million decisions as Parquet")
@pytest.mark.parametrize("name", ["decisions.parquet", "decisions/"])
def test_writing(
    benchmark: BenchmarkFixture, name: str, tmp_path: Path, ruleset: lcr.RuleSet, lines: list[bytes]
) -> None:
    engine = lcr.Engine(ruleset)
    made = [encode_lines(engine.process_batch(piece)) for piece in lines]
    count = sum(piece.count(b"\n") for piece in made)
    head = encode_lines([Rules(ruleset.lifecycle, ruleset.fingerprint)])

    def write() -> None:
        with open_output(f"{tmp_path}/{name}") as sink:
            sink.write(head)
            for _ in range(DECISIONS // count):
                for piece in made:
                    sink.write(piece)

    repeat(benchmark, write, rounds=3)
