"""How a benchmark is timed and what it tells beside the seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import stream


def run_through(benchmark: Any, make: Callable[[], Any], pieces: list[bytes]) -> None:  # noqa: ANN401
    """Runs all pieces of the stream through a fresh side each time; making it is not timed."""

    def run(side: Any) -> None:  # noqa: ANN401 (whatever has `process_batch`)
        process_batch = side.process_batch
        for piece in pieces:
            process_batch(piece)

    benchmark.pedantic(run, setup=lambda: ((make(),), {}), rounds=7, warmup_rounds=1)
    tell_rate(benchmark)


def repeat(benchmark: Any, call: Callable[[], Any], rounds: int = 5) -> Any:  # noqa: ANN401
    """Times a call a few times after one that does not count; gives what it gave."""
    return benchmark.pedantic(call, rounds=rounds, warmup_rounds=1)


def repeat_anew(benchmark: Any, call: Callable[[Any], None], make: Callable[[], Any]) -> None:  # noqa: ANN401
    """Times a call a few times, each on something that was made for it, which is not timed."""
    benchmark.pedantic(call, setup=make, rounds=3, warmup_rounds=1)


def tell_rate(benchmark: Any) -> None:  # noqa: ANN401 (pytest-benchmark has no types)
    """Notes events per second of the best round."""
    if benchmark.stats is not None:
        best = benchmark.stats.stats.min
        count = len(stream.records())
        benchmark.extra_info["events_per_second"] = round(count / best)
        benchmark.extra_info["microseconds_per_event"] = round(best / count * 1e6, 3)
