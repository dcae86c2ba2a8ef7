"""The same decisions by hand: what the peers' figures are compared with."""

from __future__ import annotations

from benchmarks.baselines.handwritten import ACTIVE, MOVES, Customer, Move
from benchmarks.peers.bookkeeping import Stages
from benchmarks.peers.progressions import CHURNS, WORRIES


def _with_regressions(stage: str, move: Move) -> Move:
    active = stage in ACTIVE

    def decide(customer: Customer, kind: str, now: int, g: float) -> str:
        if kind in CHURNS:
            return "churned"
        if active and kind in WORRIES and customer.upset(now):
            return "at_risk"
        return move(customer, kind, now, g)

    return decide


def lifecycle() -> Stages:
    return Stages({stage: _with_regressions(stage, move) for stage, move in MOVES.items()})
