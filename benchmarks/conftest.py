"""What the benchmarks share: the stream in both formats and the rules, made once."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from benchmarks import made_rules, stream


@pytest.fixture(scope="session")
def frames() -> list[bytes]:
    """The stream as MessagePack frames of 1,000 records."""
    return stream.frames(stream.records())


@pytest.fixture(scope="session")
def lines() -> list[bytes]:
    """The stream as JSON Lines, 1,000 to a piece, with `at` as RFC 3339."""
    return stream.json_lines(stream.records())


@pytest.fixture(scope="session")
def end() -> int:
    """The instant of the last record."""
    at: int = stream.records()[-1]["at"]
    return at


@pytest.fixture(scope="session")
def ruleset() -> lcr.RuleSet:
    """The rules that everything is measured with."""
    return lcr.compile(made_rules.compared())
