"""The outbox of a PostgreSQL store: messages to be delivered, by as many workers as there are.

A claim is a lease: until it ends nobody else gets the message, and if whoever has it dies, the
message is there again. Workers that claim at the same time get different messages and do not wait
for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from attrs import evolve

from lifecycle_dsl.stores.postgres_connection import Connection
from lifecycle_dsl.stores.postgres_names import kept_as, name_in_line
from lifecycle_dsl.stores.rows import COLUMNS, FIRST_DUE, message
from lifecycle_dsl.stores.store import Delivery, Message

_CLAIM: Final = f"""
    UPDATE outbox
    SET due = %s, attempts = outbox.attempts + 1, since = coalesce(outbox.since, %s)
    FROM (
        SELECT number FROM outbox
        WHERE status = 'waiting' AND destination = %s AND due <= %s
        ORDER BY due, number LIMIT %s
        FOR UPDATE SKIP LOCKED
    ) AS free
    WHERE outbox.number = free.number
    RETURNING {COLUMNS}
"""  # noqa: S608 (our own columns)


_PRUNE: Final = """
    WITH old AS (
        DELETE FROM outbox WHERE number IN (
            SELECT number FROM outbox WHERE status = 'delivered' AND due < %s
            ORDER BY due LIMIT %s FOR UPDATE SKIP LOCKED
        ) RETURNING key
    ), kept AS (INSERT INTO pruned SELECT key FROM old ON CONFLICT DO NOTHING)
    SELECT count(*) FROM old
"""


class PostgresOutbox:
    """The part of a PostgreSQL store that delivery works on; every `now` is of the wall."""

    def __init__(self, postgres: Connection) -> None:
        self._postgres = postgres

    def waiting(self) -> dict[str, int]:
        """By destination: from when on the first of its waiting messages may be tried."""
        # A message that was just taken by another worker may leave its destination without any.
        return {name: due for name, due in self._postgres.read(FIRST_DUE) if due is not None}

    def claim(self, destination: str, now: int, most: int, lease: int) -> list[Message]:
        """A destination's waiting messages that may be tried now; others see them after `lease`."""
        with self._postgres.transaction() as cursor:
            cursor.execute(_CLAIM, (now + lease, now, destination, now, most))
            rows = cursor.fetchall()
        return sorted(map(_message, rows), key=lambda message: message.number)

    def delivered(self, numbers: Iterable[int], now: int) -> None:
        """Note that messages have arrived."""
        self._change(
            "UPDATE outbox SET status = 'delivered', due = %s, reason = NULL "
            "WHERE number = ANY(%s)",
            (now, list(numbers)),
        )

    def postpone(self, number: int, due: int, reason: str) -> None:
        """Note that an attempt failed, and when the next may be."""
        self._change(
            "UPDATE outbox SET due = %s, reason = %s WHERE number = %s AND status = 'waiting'",
            (due, _text(reason), number),
        )

    def give_back(self, numbers: Iterable[int], due: int, reason: str | None = None) -> None:
        """Note that claims were no attempts, and when the next may be."""
        self._change(
            "UPDATE outbox SET due = %s, reason = coalesce(%s::text, reason), "
            "attempts = greatest(attempts - 1, 0) WHERE number = ANY(%s) AND status = 'waiting'",
            (due, None if reason is None else _text(reason), list(numbers)),
        )

    def bury(self, number: int, reason: str) -> None:
        """Give a message up."""
        self._change(
            "UPDATE outbox SET status = 'dead', reason = %s "
            "WHERE number = %s AND status = 'waiting'",
            (_text(reason), number),
        )

    def outbox(
        self,
        status: Delivery | None = None,
        after: int = 0,
        most: int = 1_000,
        customer: str | None = None,
    ) -> list[Message]:
        """Messages behind a number, of one status and customer or of all."""
        which, whose = ("", ()) if status is None else ("AND status = %s", (status.value,))
        if customer is not None:
            which, whose = f"{which} AND customer = %s", (*whose, kept_as(customer))
        rows = self._postgres.read(
            f"SELECT {COLUMNS} FROM outbox WHERE number > %s {which} ORDER BY number LIMIT %s",  # noqa: S608
            (after, *whose, most),
        )
        return [_message(row) for row in rows]

    def outbox_counts(self) -> dict[tuple[str, Delivery], int]:
        """How many messages there are, by destination and status."""
        rows = self._postgres.read(
            "SELECT destination, status, count(*) FROM outbox GROUP BY destination, status"
        )
        return {(destination, Delivery(status)): count for destination, status, count in rows}

    def retry(self, numbers: Collection[int] | None, now: int) -> int:
        """Let dead messages be tried again, some or all; gives how many."""
        return self._change(
            "UPDATE outbox SET status = 'waiting', attempts = 0, since = NULL, due = %s "
            "WHERE status = 'dead' AND (%s::bigint[] IS NULL OR number = ANY(%s::bigint[]))",
            (now, *_some(numbers)),
        )

    def drop(self, numbers: Collection[int] | None) -> int:
        """Remove dead messages, some or all; gives how many."""
        return self._change(
            "DELETE FROM outbox "
            "WHERE status = 'dead' AND (%s::bigint[] IS NULL OR number = ANY(%s::bigint[]))",
            _some(numbers),
        )

    def prune(self, before: int, most: int) -> int:
        """Remove messages that arrived before an instant, at most so many; their keys stay."""
        with self._postgres.transaction() as cursor:
            ((gone,),) = cursor.execute(_PRUNE, (before, most)).fetchall()
            return int(gone)

    def _change(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._postgres.transaction() as cursor:
            return cursor.execute(statement, values).rowcount


def _some(numbers: Collection[int] | None) -> tuple[list[int] | None, list[int] | None]:
    some = None if numbers is None else list(numbers)
    return some, some


def _text(reason: str) -> str:
    """A text as PostgreSQL can keep it, which has no NUL."""
    return reason.replace("\0", "\ufffd")


def _message(row: Sequence[Any]) -> Message:
    found = message(row)
    return evolve(found, customer=name_in_line(found.customer, found.line))
