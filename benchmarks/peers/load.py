"""The peers by name; one that is not installed is skipped."""

from __future__ import annotations

from importlib import import_module

import pytest

from benchmarks.peers.bookkeeping import Stages

PEERS = {
    "by_hand": None,
    "evaluate_safely": "evalidate",
    "zen": "zen",
    "common_expression": "cel",
    "state_machine": "transitions",
}


def load(name: str) -> Stages:
    """A fresh lifecycle whose stages a peer decides."""
    package = PEERS[name]
    if package is not None:
        pytest.importorskip(package, reason="install lifecycle-dsl[bench]")
    lifecycle: Stages = import_module(f"benchmarks.peers.{name}").lifecycle()
    return lifecycle
