"""Which shards of a PostgreSQL store this worker holds, and that nobody else writes to them.

A worker is alive while its row in `workers` says so; a thread renews it. Whoever is not any more
loses its shards to the others. Each shard has a token that grows whenever it changes hands: a
commit locks the rows of the shards it writes and sees whether they are still its own, so that one
who was silent for too long cannot write over what others did meanwhile.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Final

import psycopg

from lifecycle_dsl.stores.errors import (
    LostShardError,
    OtherRulesError,
    StoreBusyError,
    StoreError,
)
from lifecycle_dsl.stores.leases import Turn, turn_of
from lifecycle_dsl.stores.postgres_address import Address
from lifecycle_dsl.stores.postgres_connection import Connection, ConnectionLostError

_BEATS: Final = 3
"""How often a lease is renewed before it would end."""
_GRACE: Final = 5.0
"""Seconds that a newcomer waits beyond a lease for a share."""
_ALIVE: Final = """
    greatest(until, pg_postmaster_start_time() + %s * interval '1 s') > clock_timestamp()
"""
"""After a restart of the server everybody has the length of a lease to come back."""
_LIVE: Final = f"SELECT worker FROM workers WHERE {_ALIVE}"  # noqa: S608 (our own text)
_ADDRESS: Final = f"""
    SELECT address FROM shards JOIN workers ON worker = holder WHERE shard = %s AND {_ALIVE}
"""  # noqa: S608 (our own text)
_SIGN_IN: Final = """
    INSERT INTO workers VALUES (%s, clock_timestamp() + %s * interval '1 s', 0, %s)
    ON CONFLICT (worker) DO UPDATE SET until = excluded.until
"""
_RENEW: Final = """
    UPDATE workers SET until = clock_timestamp() + %s * interval '1 s' WHERE worker = %s
"""
_END_SESSIONS: Final = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user
    AND application_name IN (SELECT worker FROM workers WHERE NOT {_ALIVE})
"""  # noqa: S608 (our own text)
"""Of workers that are silent: what they have locked is needed."""
_LOCK: Final = """
    SELECT shard FROM shards
    JOIN unnest(%b::integer[], %b::bigint[]) AS own (shard, token) USING (shard, token)
    WHERE holder = %b ORDER BY shard FOR SHARE OF shards
"""
_OWN: Final = "SELECT shard, token FROM shards WHERE holder = %s"


def worker_name() -> str:
    """A name that no other worker has, and that says where it runs."""
    return f"lcr {socket.gethostname()[:24]} {os.getpid()} {token_hex(4)}"


class Leases:
    """The shards that a worker holds; changed only between two batches."""

    def __init__(self, postgres: Connection, shards: int) -> None:
        self._postgres = postgres
        self._shards = shards
        self._worker = postgres.name
        self._lease = postgres.address.lease
        self._heart: _Heart | None = None
        self._signed_in = False
        self._number = 0
        self.held: Mapping[int, int] = {}
        """The token of each shard that is held."""
        self.takes_requests_at: str | None = None
        """What others are told of where this worker takes requests."""

    def acquire(self, fingerprint: str | None) -> None:
        """Hold a fair share; a newcomer waits until the others have given theirs back.

        Raises:
            StoreBusyError: where they do not.
        """
        if self._heart is None:
            self._heart = _Heart(self._postgres.address, self._worker)
        try:
            self._wait_for_share(fingerprint)
        except BaseException:
            with suppress(StoreError):
                self.release()
            raise

    def share(self, fingerprint: str | None) -> bool:
        """Take what is free of a fair share, give back what is too much.

        Whether all is held that falls to this worker.

        Raises:
            OtherRulesError: where others have brought in other rules meanwhile.
        """
        with self._postgres.transaction() as cursor:
            # One worker after the other: who signs in or changes the rules waits here.
            cursor.execute("SELECT FROM store WHERE name = 'format' FOR UPDATE")
            cursor.execute("SELECT value FROM store WHERE name = 'fingerprint'")
            found = cursor.fetchone()
            if fingerprint is not None and found is not None and found[0] != fingerprint:
                self.held = {}
                raise OtherRulesError(
                    f"{self._postgres.address.shown}: other rules have taken over: {found[0]}"
                )
            cursor.execute(_SIGN_IN, (self._worker, self._lease, self.takes_requests_at))
            cursor.execute(_END_SESSIONS, (self._lease,))
            cursor.execute(_LIVE, (self._lease,))
            live = [worker for (worker,) in cursor.fetchall()]
            cursor.execute("SELECT shard, holder FROM shards")
            holders: dict[int, str | None] = dict(cursor.fetchall())
            turn = turn_of(self._worker, live, holders)
            self._carry_out(cursor, turn)
            cursor.execute("DELETE FROM workers WHERE until < clock_timestamp() - interval '1 day'")
            held = dict(cursor.execute(_OWN, (self._worker,)).fetchall())
        self._signed_in = True
        self.held = held
        return len(held) >= self._shards // len(live)

    def release(self) -> None:
        """Give everything back and be gone."""
        if self._heart is not None:
            self._heart.stop()
            self._heart = None
        if not self._signed_in:
            return
        self._signed_in = False
        self.held = {}
        with self._postgres.transaction() as cursor:
            cursor.execute("UPDATE shards SET holder = NULL WHERE holder = %s", (self._worker,))
            cursor.execute("DELETE FROM workers WHERE worker = %s", (self._worker,))

    def address_of(self, shard: int) -> str | None:
        """Where the worker takes requests who holds a shard; None where nobody says."""
        found = self._postgres.read(_ADDRESS, (shard, self._lease))
        return found[0][0] if found else None

    # ---- commits

    def fence(self, cursor: psycopg.Cursor, shards: Collection[int]) -> None:
        """Lock shards until the end of a transaction, which is numbered.

        Raises:
            LostShardError: where one is not held any more.
        """
        held = self.held
        foreign = [shard for shard in shards if shard not in held]
        if not foreign:
            tokens = [held[shard] for shard in shards]
            own = cursor.execute(_LOCK, (list(shards), tokens, self._worker), prepare=True)
            locked = {shard for (shard,) in own.fetchall()}
            foreign = [shard for shard in shards if shard not in locked]
        if foreign:
            self.held = dict(cursor.execute(_OWN, (self._worker,)).fetchall())
            many = len(foreign) > 1
            raise LostShardError(
                f"{self._postgres.address.shown}: {'shards' if many else 'shard'} "
                f"{', '.join(map(str, sorted(foreign)[:8]))}{', …' if len(foreign) > 8 else ''} "
                f"{'are' if many else 'is'} not held by this worker any more; "
                "nothing of the batch was kept"
            )
        self._number += 1
        cursor.execute(
            "UPDATE workers SET kept = %s WHERE worker = %s", (self._number, self._worker)
        )

    def outdate(self, shard: int) -> None:
        """Note that what is remembered of a shard is outdated."""
        if shard in self.held:
            self.held = {**self.held, shard: self.held[shard] + 1}

    def was_kept(self) -> bool:
        """Whether the last fenced transaction was kept, whose end nobody saw; waits for the server.

        Raises:
            ConnectionLostError: where the server does not come back.
        """
        patience = time.monotonic() + self._lease + _GRACE
        while True:
            try:
                with self._postgres.transaction() as cursor:
                    # Waits until the lost session has let go of the row, one way or the other.
                    cursor.execute(
                        "SELECT kept FROM workers WHERE worker = %s FOR UPDATE", (self._worker,)
                    )
                    found = cursor.fetchone()
                return found == (self._number,)
            except StoreError as error:
                if time.monotonic() > patience:
                    raise ConnectionLostError(
                        f"{error}; whether the last batch was kept is told by its place alone"
                    ) from error
                time.sleep(0.1)

    def _wait_for_share(self, fingerprint: str | None) -> None:
        patience = time.monotonic() + self._lease + _GRACE
        while not self.share(fingerprint):
            if time.monotonic() > patience:
                if self.held:
                    return
                raise StoreBusyError(
                    f"{self._postgres.address.shown}: all shards are held by other workers, and "
                    "they have given none back; end them, or give each `lcr run` some time"
                )
            time.sleep(min(0.2, self._lease / 10))

    def _carry_out(self, cursor: psycopg.Cursor, turn: Turn) -> None:
        # A commit of one who is silent, but at work, is waited for; in order, as commits lock them.
        cursor.execute(
            "SELECT FROM shards WHERE shard = ANY(%s) ORDER BY shard FOR UPDATE", (list(turn.take),)
        )
        cursor.execute(
            "UPDATE shards SET holder = %s, token = token + 1 WHERE shard = ANY(%s)",
            (self._worker, list(turn.take)),
        )
        cursor.execute("UPDATE shards SET holder = NULL WHERE shard = ANY(%s)", (list(turn.give),))


class _Heart(threading.Thread):
    """Renews a worker's lease, in a session of its own, until it is stopped."""

    def __init__(self, address: Address, worker: str) -> None:
        super().__init__(name=f"heart of {worker}", daemon=True)
        self._address = address
        self._worker = worker
        self._stopped = threading.Event()
        self.start()

    def stop(self) -> None:
        """Renew no more."""
        self._stopped.set()
        self.join()

    def run(self) -> None:
        """Renew the lease, and make room where others are silent; again when the server is back."""
        every = self._address.lease / _BEATS
        while not self._stopped.wait(every):
            # What is wrong is told to the worker itself, at its next commit.
            with suppress(StoreError):
                connection = Connection(self._address, f"{self._worker} heart")
                try:
                    self._beat(connection, every)
                finally:
                    connection.close()

    def _beat(self, connection: Connection, every: float) -> None:
        lease = self._address.lease
        while True:
            with connection.transaction() as cursor:
                cursor.execute(_RENEW, (lease, self._worker))
            connection.read(_END_SESSIONS, (lease,))
            if self._stopped.wait(every):
                return
