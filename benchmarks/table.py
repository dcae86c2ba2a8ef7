"""Prints Markdown tables from the JSON of pytest-benchmark: `table.py RUN.json`."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec


def row(benchmark: dict[str, Any]) -> str:
    """One benchmark: its best and its median, a rate where it has one."""
    stats, extra = benchmark["stats"], benchmark["extra_info"]
    name = benchmark["name"].removeprefix("test_").replace("_", " ")
    if "tests_per_second" in extra:
        return f"| {name} | {extra['tests_per_second']:,} tests/s | |"
    if "timers_per_second" in extra:
        size = f"{extra['bytes_per_timer']:,} bytes a timer"
        return f"| {name} | {extra['timers_per_second']:,} timers/s | {size} |"
    if "bytes_per_customer" in extra:
        return f"| {name} | {extra['bytes_per_customer']:,} bytes a customer | |"
    if "messages_per_second" in extra:
        return f"| {name} | {extra['messages_per_second']:,} messages/s | |"
    if "events_per_second" in extra:
        rate = f"{extra['events_per_second']:,} events/s"
        return f"| {name} | {rate} | {extra['microseconds_per_event']:.2f} µs an event |"
    return f"| {name} | {stats['min'] * 1e3:,.0f} ms | median {stats['median'] * 1e3:,.0f} ms |"


def main(path: str) -> None:
    run = msgspec.json.decode(Path(path).read_bytes())
    for group, benchmarks in groupby(run["benchmarks"], key=lambda each: each["group"]):
        print(f"\n| {group} | best round | |\n|---|---:|---:|")  # noqa: T201 (its answer)
        for benchmark in benchmarks:
            print(row(benchmark))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
