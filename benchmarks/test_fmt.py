"""How many lines of rule files are laid out in a second, and how many can be read at all.

A file that is in order is read and laid out once. One that is not is read and laid out twice, since
what comes out is proved to say the same and to be in order: reading bounds both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.timing import repeat
from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import parse

SHIPPED = Path(__file__).parents[1] / "rules"
TIMES = 3
"""How often the shipped rule files stand in the file that is laid out."""


def in_order() -> str:
    """All shipped rule files, one after the other; no name needs a meaning here."""
    return (
        "".join(path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.lcr"))) * TIMES
    )


def disordered(text: str) -> str:
    """The same with other blanks at the start of each line."""
    lines = text.split("\n")
    return "\n".join(line.strip() if at % 7 else f"   {line}" for at, line in enumerate(lines))


def lay_out(text: str) -> str | None:
    """What `lcr fmt` does with a file."""
    return format_source(Source("made.lcr", text)).text


# without looking for garbage, as `lcr fmt` works
@pytest.mark.benchmark(group="rule files", disable_gc=True, timer=process_time)
@pytest.mark.parametrize(
    ("work", "make"),
    [
        (lambda text: parse(Source("made.lcr", text)), in_order),
        (lay_out, in_order),
        (lay_out, lambda: disordered(in_order())),
    ],
    ids=["read", "laid out, in order", "laid out, out of order"],
)
def test_lines(
    benchmark: BenchmarkFixture, work: Callable[[str], object], make: Callable[[], str]
) -> None:
    text = make()
    result = repeat(benchmark, lambda: work(text))
    if isinstance(result, str):
        assert result == in_order()
    if benchmark.stats is not None:
        count = text.count("\n")
        benchmark.extra_info["lines_per_second"] = round(count / benchmark.stats.stats.min)
