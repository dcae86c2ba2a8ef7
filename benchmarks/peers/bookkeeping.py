"""What a team needs around a rules engine: customers, scores, memory and timers, all by hand.

It is the hand-written baseline without its triggers and without its decisions: a peer says, at each
record, where a customer goes. Everything else costs every peer the same.
"""

from __future__ import annotations

from benchmarks.baselines.handwritten import KINDS, Customer, Lifecycle, Move


class Stages(Lifecycle):
    """Customers who move between stages and get no messages."""

    def __init__(self, moves: dict[str, Move]) -> None:
        super().__init__()
        self.moves = moves
        self.kinds = {
            event: kind._replace(churns=False, worries=False) for event, kind in KINDS.items()
        }

    def _entered(self, customer: Customer, now: int) -> None:
        pass

    def _acted(self, customer: Customer, kind: str, now: int) -> None:
        pass

    def _remind(self, customer: Customer, now: int) -> None:  # noqa: ARG002 (the baseline's signature)
        customer.reminded_at = max(customer.last_usage, customer.entered)

    def _call_last(self, customer: Customer, now: int) -> None:  # noqa: ARG002 (the baseline's signature)
        customer.called_at = max(customer.last_activity, customer.entered)
