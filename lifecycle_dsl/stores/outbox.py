"""The outbox of a SQLite store: messages to be delivered, with their attempts.

A claim is a lease: until it ends nobody else gets the message, and if whoever has it dies, the
message is there again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from lifecycle_dsl.stores.connection import Connection
from lifecycle_dsl.stores.rows import COLUMNS, FIRST_DUE, NAMES, message
from lifecycle_dsl.stores.store import Delivery, Message

_PRUNED: Final = """
    SELECT number, key FROM outbox WHERE status = 'delivered' AND due < ? ORDER BY due LIMIT ?
"""


class Outbox:
    """The part of a SQLite store that delivery works on; every `now` is of the wall."""

    def __init__(self, sqlite: Connection) -> None:
        self._sqlite = sqlite

    def waiting(self) -> dict[str, int]:
        """By destination: from when on the first of its waiting messages may be tried."""
        return dict(self._sqlite.read(FIRST_DUE))

    def claim(self, destination: str, now: int, most: int, lease: int) -> list[Message]:
        """A destination's waiting messages that may be tried now; others see them after `lease`."""
        with self._sqlite.transaction() as sqlite:
            rows = sqlite.execute(
                f"""
                UPDATE outbox
                SET due = ?, attempts = attempts + 1, since = coalesce(since, ?)
                WHERE number IN (
                    SELECT number FROM outbox
                    WHERE status = 'waiting' AND destination = ? AND due <= ?
                    ORDER BY due, number LIMIT ?
                ) RETURNING {", ".join(NAMES)}
                """,  # noqa: S608
                (now + lease, now, destination, now, most),
            ).fetchall()
        return sorted(map(message, rows), key=lambda each: each.number)

    def delivered(self, numbers: Iterable[int], now: int) -> None:
        """Note that messages have arrived."""
        with self._sqlite.transaction() as sqlite:
            sqlite.executemany(
                "UPDATE outbox SET status = 'delivered', due = ?, reason = NULL WHERE number = ?",
                [(now, number) for number in numbers],
            )

    def postpone(self, number: int, due: int, reason: str) -> None:
        """Note that an attempt failed, and when the next may be."""
        with self._sqlite.transaction() as sqlite:
            sqlite.execute(
                "UPDATE outbox SET due = ?, reason = ? WHERE number = ? AND status = 'waiting'",
                (due, reason, number),
            )

    def give_back(self, numbers: Iterable[int], due: int, reason: str | None = None) -> None:
        """Note that claims were no attempts, and when the next may be."""
        with self._sqlite.transaction() as sqlite:
            sqlite.executemany(
                "UPDATE outbox SET due = ?, reason = coalesce(?, reason), "
                "attempts = max(attempts - 1, 0) WHERE number = ? AND status = 'waiting'",
                [(due, reason, number) for number in numbers],
            )

    def bury(self, number: int, reason: str) -> None:
        """Give a message up."""
        with self._sqlite.transaction() as sqlite:
            sqlite.execute(
                "UPDATE outbox SET status = 'dead', reason = ? "
                "WHERE number = ? AND status = 'waiting'",
                (reason, number),
            )

    def outbox(
        self,
        status: Delivery | None = None,
        after: int = 0,
        most: int = 1_000,
        customer: str | None = None,
    ) -> list[Message]:
        """Messages behind a number, of one status and customer or of all."""
        which, whose = ("", ()) if status is None else ("AND status = ?", (status.value,))
        if customer is not None:
            which, whose = f"{which} AND customer = ?", (*whose, customer)
        rows = self._sqlite.read(
            f"SELECT {COLUMNS} FROM outbox WHERE number > ? {which} ORDER BY number LIMIT ?",  # noqa: S608
            (after, *whose, most),
        )
        return [message(row) for row in rows]

    def outbox_counts(self) -> dict[tuple[str, Delivery], int]:
        """How many messages there are, by destination and status."""
        rows = self._sqlite.read(
            "SELECT destination, status, count(*) FROM outbox GROUP BY destination, status"
        )
        return {(destination, Delivery(status)): count for destination, status, count in rows}

    def retry(self, numbers: Collection[int] | None, now: int) -> int:
        """Let dead messages be tried again, some or all; gives how many."""
        again = "UPDATE outbox SET status = 'waiting', attempts = 0, since = NULL, due = ?"
        return self._dead(again, numbers, now)

    def drop(self, numbers: Collection[int] | None) -> int:
        """Remove dead messages, some or all; gives how many."""
        return self._dead("DELETE FROM outbox", numbers)

    def prune(self, before: int, most: int) -> int:
        """Remove messages that arrived before an instant, at most so many; their keys stay."""
        with self._sqlite.transaction() as sqlite:
            rows = sqlite.execute(_PRUNED, (before, most)).fetchall()
            sqlite.executemany(
                "INSERT OR IGNORE INTO pruned VALUES (?)", [(key,) for _, key in rows]
            )
            sqlite.executemany("DELETE FROM outbox WHERE number = ?", [(n,) for n, _ in rows])
            return len(rows)

    def _dead(self, what: str, numbers: Collection[int] | None, *values: int) -> int:
        with self._sqlite.transaction() as sqlite:
            before = sqlite.total_changes
            if numbers is None:
                sqlite.execute(f"{what} WHERE status = 'dead'", values)
            else:
                sqlite.executemany(
                    f"{what} WHERE status = 'dead' AND number = ?",
                    [(*values, number) for number in numbers],
                )
            return sqlite.total_changes - before
