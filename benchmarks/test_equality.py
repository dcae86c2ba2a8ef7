"""Before anything is compared for speed: all sides decide the same."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from benchmarks.baselines.handwritten import Lifecycle
from benchmarks.peers.load import PEERS, load

Plain = dict[str, list[dict[str, Any]]]


def by_customer(decisions: list[Any]) -> Plain:
    """Each customer's decisions in their order, without the names of transition lines."""
    plain: Plain = defaultdict(list)
    for decision in decisions:
        row = msgspec.to_builtins(decision)
        if row["kind"] == "transition":
            row.pop("rule", None)
        plain[row["customer"]].append(row)
    return plain


def decide(side: Any, frames: list[bytes], end: int) -> list[Any]:  # noqa: ANN401 (any side)
    decisions = [decision for frame in frames for decision in side.process_batch(frame)]
    return [*decisions, *side.advance(end)]


def test_the_engine_decides_what_the_handwritten_program_decides(
    ruleset: lcr.RuleSet, frames: list[bytes], end: int
) -> None:
    engine = lcr.Engine(ruleset)
    by_hand = Lifecycle()
    ours = by_customer(decide(engine, frames, end))
    theirs = by_customer(decide(by_hand, frames, end))
    assert ours.keys() == theirs.keys()
    for customer, decisions in theirs.items():
        assert ours[customer] == decisions
    for customer, kept in by_hand.customers.items():
        assert engine.customer(customer).stage == kept.stage


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_moves_customers_as_the_handwritten_program_does(
    name: str, frames: list[bytes], end: int
) -> None:
    moves = decide(load(name), frames, end)
    theirs = decide(Lifecycle(), frames, end)
    assert by_customer(moves) == by_customer([row for row in theirs if row["kind"] == "transition"])


def test_json_lines_decide_what_messagepack_decides(
    ruleset: lcr.RuleSet, frames: list[bytes], lines: list[bytes]
) -> None:
    packed, text = lcr.Engine(ruleset), lcr.Engine(ruleset)
    for frame, piece in zip(frames[:20], lines[:20], strict=True):
        assert msgspec.to_builtins(packed.process_batch(frame)) == msgspec.to_builtins(
            text.process_batch(piece)
        )
