"""common-expression-language: one compiled CEL program (Rust) a stage."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.baselines.handwritten import Customer, Move
from benchmarks.peers.bookkeeping import Stages
from benchmarks.peers.progressions import Gather, conditional, gatherers, progressions

cel: Any = import_module("cel")  # an extra, perhaps without types


def _move(text: str, gather: Gather) -> Move:
    execute = cel.compile(text).execute

    def decide(customer: Customer, kind: str, now: int, g: float) -> str:
        target: str = execute(gather(customer, kind, now, g))
        return target

    return decide


def lifecycle() -> Stages:
    texts = progressions(conditional, "&&")
    gather = gatherers(texts)
    return Stages({stage: _move(text, gather[stage]) for stage, text in texts.items()})
