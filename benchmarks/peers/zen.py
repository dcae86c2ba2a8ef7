"""zen-engine (Rust): one compiled expression a stage, the fastest way in that it offers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.baselines.handwritten import Customer, Move
from benchmarks.peers.bookkeeping import Stages
from benchmarks.peers.progressions import Gather, conditional, gatherers, progressions

zen: Any = import_module("zen")  # an extra, perhaps without types


def _move(text: str, gather: Gather) -> Move:
    evaluate = zen.compile_expression(text).evaluate

    def decide(customer: Customer, kind: str, now: int, g: float) -> str:
        target: str = evaluate(gather(customer, kind, now, g))
        return target

    return decide


def lifecycle() -> Stages:
    texts = progressions(conditional, "and")
    gather = gatherers(texts)
    return Stages({stage: _move(text, gather[stage]) for stage, text in texts.items()})
