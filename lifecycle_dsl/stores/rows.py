"""Rows of an outbox, as every kind of store keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lifecycle_dsl.stores.store import Delivery, Message

NAMES: Final = (
    "number",
    "key",
    "customer",
    "kind",
    "destination",
    "line",
    "status",
    "due",
    "attempts",
    "reason",
    "since",
)
COLUMNS: Final = ", ".join(f"outbox.{name}" for name in NAMES)
FIRST_DUE: Final = """
    WITH RECURSIVE waiting (destination) AS (
        SELECT min(destination) FROM outbox WHERE status = 'waiting'
        UNION ALL
        SELECT (
            SELECT min(outbox.destination) FROM outbox
            WHERE status = 'waiting' AND outbox.destination > waiting.destination
        ) FROM waiting WHERE destination IS NOT NULL
    )
    SELECT destination, (
        SELECT min(due) FROM outbox
        WHERE status = 'waiting' AND outbox.destination = waiting.destination
    ) FROM waiting WHERE destination IS NOT NULL
"""
"""From one destination to the next by the index, however many messages wait."""


def message(row: Sequence[Any]) -> Message:
    """A message from the columns of its row."""
    values = dict(zip(NAMES, row, strict=True))
    return Message(**{**values, "status": Delivery(values["status"])})
