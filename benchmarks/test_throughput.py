"""Events a second, end to end: bytes in, decisions out, ours beside the others on one stream."""

from __future__ import annotations

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import lifecycle_dsl as lcr
from benchmarks.baselines.handwritten import Lifecycle, decode_frame
from benchmarks.made_rules import RULES
from benchmarks.peers.load import PEERS, load
from benchmarks.timing import repeat, run_through, tell_rate


@pytest.mark.benchmark(group="end to end")
def test_engine_messagepack(
    benchmark: BenchmarkFixture, ruleset: lcr.RuleSet, frames: list[bytes]
) -> None:
    run_through(benchmark, lambda: lcr.Engine(ruleset), frames)


@pytest.mark.benchmark(group="end to end")
def test_engine_json_lines(
    benchmark: BenchmarkFixture, ruleset: lcr.RuleSet, lines: list[bytes]
) -> None:
    run_through(benchmark, lambda: lcr.Engine(ruleset), lines)


@pytest.mark.benchmark(group="end to end")
def test_handwritten(benchmark: BenchmarkFixture, frames: list[bytes]) -> None:
    run_through(benchmark, Lifecycle, frames)


@pytest.mark.benchmark(group="the part and the whole")
@pytest.mark.parametrize("name", ["email_marketing_scores", "email_marketing"])
def test_shipped_rules(benchmark: BenchmarkFixture, name: str, frames: list[bytes]) -> None:
    ruleset = lcr.load(RULES / f"{name}.lcr")
    run_through(benchmark, lambda: lcr.Engine(ruleset), frames)


@pytest.mark.benchmark(group="decoding only")
def test_dicts(benchmark: BenchmarkFixture, frames: list[bytes]) -> None:
    bodies = [frame[4:] for frame in frames]
    decode = msgspec.msgpack.Decoder().decode
    repeat(benchmark, lambda: sum(len(decode(body)) for body in bodies))
    tell_rate(benchmark)


@pytest.mark.benchmark(group="decoding only")
def test_typed(benchmark: BenchmarkFixture, frames: list[bytes]) -> None:
    bodies = [frame[4:] for frame in frames]
    repeat(benchmark, lambda: sum(len(decode_frame(body)) for body in bodies))
    tell_rate(benchmark)


@pytest.mark.benchmark(group="stages only")
@pytest.mark.parametrize("name", PEERS)
def test_peer(benchmark: BenchmarkFixture, name: str, frames: list[bytes]) -> None:
    run_through(benchmark, lambda: load(name), frames)
