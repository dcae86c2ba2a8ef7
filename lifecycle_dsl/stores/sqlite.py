"""A store in one SQLite file, or in memory: the default, which needs no set-up.

The file is in WAL mode: one process runs rules over it and holds the lock beside it, others may
read and see to the outbox. A commit is on the disk when it returns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec
from filelock import FileLock, Timeout

from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.about import rows_of, rules_in
from lifecycle_dsl.stores.connection import Connection
from lifecycle_dsl.stores.erasing import forget_customer, note_renaming
from lifecycle_dsl.stores.errors import StoreBusyError, StoreError
from lifecycle_dsl.stores.outbox import Outbox
from lifecycle_dsl.stores.store import NOTHING, NOWHERE, ONE, Answer, Commit, Rules, Written

_encode: Final = msgspec.json.Encoder().encode
_PLACE: Final = msgspec.json.Decoder(Place)

_KEEP_STATE: Final = """
    INSERT INTO customers VALUES (?, ?, ?)
    ON CONFLICT (customer) DO UPDATE SET due = excluded.due, state = excluded.state
"""
_KEEP_MESSAGE: Final = """
    INSERT INTO outbox (key, customer, kind, destination, line) SELECT ?1, ?2, ?3, ?4, ?5
    WHERE NOT EXISTS (SELECT 1 FROM pruned WHERE key = ?1)
    ON CONFLICT (key) DO NOTHING
"""
_KEEP_PLACE: Final = """
    INSERT INTO places VALUES (?, ?, ?)
    ON CONFLICT (source, shard) DO UPDATE SET place = excluded.place
"""
_KEEP_MOVE: Final = """
    INSERT INTO moves VALUES (?, ?, ?)
    ON CONFLICT (source, target) DO UPDATE SET people = people + excluded.people
"""
_KEEP_PEOPLE: Final = """
    INSERT INTO population VALUES (?, ?)
    ON CONFLICT (stage) DO UPDATE SET people = people + excluded.people
"""
_KEEP_COUNT: Final = """
    INSERT INTO counts VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET count = count + excluded.count
"""
_KEEP_CLOCK: Final = """
    INSERT INTO store VALUES ('clock', ?)
    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
"""
_KEEP_ABOUT: Final = """
    INSERT INTO store VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


class SQLiteStore(Outbox):
    """A store in a SQLite file; `path` None is in memory."""

    def __init__(self, url: str, path: str | None, synchronous: str = "full") -> None:
        self.url = url
        super().__init__(Connection(url, path, synchronous))
        self._lock = None if path is None else FileLock(f"{path}.lock", blocking=False)
        self._held = False

    @property
    def shards(self) -> int:
        """One."""
        return 1

    # ---- who runs rules here

    def acquire(self) -> None:
        """Hold the file; at most one process does."""
        try:
            if self._lock is not None and not self._held:
                self._lock.acquire()
        except Timeout as error:
            raise StoreBusyError(
                f"{self.url}: another process runs rules on it; "
                "a SQLite store has one writer, for several use PostgreSQL"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.url}: {error.strerror}: {error.filename}") from error
        self._held = True

    def share(self) -> None:
        """All is held already, or nothing."""

    def advertise(self, address: str) -> None:
        """Nobody else takes requests."""

    def address_of(self, shard: int) -> str | None:  # noqa: ARG002 — there is one
        """Nobody else takes requests."""
        return None

    def owned(self) -> Mapping[int, int]:
        """The one shard, or none."""
        return {ONE: ONE} if self._held else {}

    def release(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.release()
        self._held = False

    # ---- rules

    def rules(self) -> Rules | None:
        """The rules of the last run; None in a new store."""
        return rules_in(dict(self._sqlite.read("SELECT name, value FROM store")))

    def set_rules(
        self,
        rules: Rules,
        renamed: Mapping[str, str] = NOTHING,
        places: Mapping[tuple[str, int], Place] = NOWHERE,
    ) -> None:
        """Note which rules run from now on, and which stages are called otherwise by them."""
        with self._sqlite.transaction() as sqlite:
            sqlite.executemany(_KEEP_ABOUT, rows_of(rules))
            if renamed:
                note_renaming(sqlite, rules.number, renamed)
            for was, name in renamed.items():
                _rename_stage(sqlite, was, name)
            _keep_places(sqlite, places)

    # ---- customers

    def load(self, customers: Collection[str]) -> Iterable[tuple[str, bytes]]:
        """The states of those who are here, in any order."""
        return self._named(
            "SELECT customer, state FROM json_each(?) CROSS JOIN customers ON customer = value",
            "SELECT customer, state FROM customers WHERE customer = ?",
            customers,
        )

    def due(
        self,
        until: int,
        after: tuple[int, str],
        most: int,
        shards: Collection[int] | None = None,  # noqa: ARG002 — there is one
    ) -> list[tuple[int, str]]:
        """Who is due at or before an instant, in order of (due, customer), behind `after`."""
        return self._sqlite.read(
            """
            SELECT due, customer FROM customers
            WHERE due <= ? AND due >= ? AND (due, customer) > (?, ?)
            ORDER BY due, customer LIMIT ?
            """,
            (until, after[0], *after, most),
        )

    def people(self, after: str, most: int) -> list[tuple[str, bytes]]:
        """Customers with their states in order of their names, at most so many behind a name."""
        return self._sqlite.read(
            "SELECT customer, state FROM customers WHERE customer > ? ORDER BY customer LIMIT ?",
            (after, most),
        )

    def commit(self, commit: Commit) -> None:
        """Keep what a batch did."""
        with self._sqlite.transaction() as sqlite:
            sqlite.executemany(_KEEP_STATE, commit.states)
            if commit.decisions:
                sqlite.executemany(
                    "INSERT INTO decisions (customer, kind, line) VALUES (?, ?, ?)",
                    commit.decisions,
                )
            if commit.outbox:
                sqlite.executemany(_KEEP_MESSAGE, commit.outbox)
            if commit.moves:
                moves = commit.moves.items()
                sqlite.executemany(_KEEP_MOVE, [(s or "", t, n) for (s, t), n in moves])
                sqlite.executemany(_KEEP_PEOPLE, [(t, n) for (_, t), n in moves])
                sqlite.executemany(_KEEP_PEOPLE, [(s, -n) for (s, _), n in moves if s is not None])
            if commit.counts:
                sqlite.executemany(_KEEP_COUNT, commit.counts.items())
            _keep_places(sqlite, commit.places)
            for answer in commit.answers:
                values = answer.request, answer.at, answer.body
                sqlite.execute("INSERT INTO answers VALUES (?, ?, ?)", values)
            if commit.clock is not None:
                sqlite.execute(_KEEP_CLOCK, (commit.clock,))

    def place(self, source: str, shard: int = ONE) -> Place | None:
        """Up to where a source is handled; None where nothing of it is."""
        found = self._sqlite.read(
            "SELECT place FROM places WHERE source = ? AND shard = ?", (source, shard)
        )
        return _PLACE.decode(found[0][0]) if found else None

    def clock(self) -> int | None:
        """The latest instant that was handled."""
        found = self._sqlite.read("SELECT value FROM store WHERE name = 'clock'")
        return found[0][0] if found else None

    def counts(self) -> dict[str, int]:
        """The counters."""
        return dict(self._sqlite.read("SELECT name, count FROM counts"))

    def population(self) -> dict[str, int]:
        """How many customers are in each stage."""
        return dict(self._sqlite.read("SELECT stage, people FROM population WHERE people <> 0"))

    def moves(self) -> dict[tuple[str | None, str], int]:
        """How many moves there were from one stage to another."""
        rows = self._sqlite.read("SELECT source, target, people FROM moves")
        return {(source or None, target): people for source, target, people in rows}

    # ---- answers to requests

    def answers(self, requests: Collection[str]) -> list[Answer]:
        """The answers that are kept, of some requests."""
        rows = self._named(
            "SELECT answers.* FROM json_each(?) CROSS JOIN answers ON request = value",
            "SELECT * FROM answers WHERE request = ?",
            requests,
        )
        return [Answer(*row) for row in rows]

    def forget_answers(self, before: int) -> int:
        """Remove the answers that were given before an instant; gives how many."""
        with self._sqlite.transaction() as sqlite:
            return sqlite.execute("DELETE FROM answers WHERE at < ?", (before,)).rowcount

    # ---- decisions

    def decisions(
        self, customer: str | None = None, after: int = 0, most: int = 1_000
    ) -> list[Written]:
        """Decisions behind a number in their order, of all customers or of one."""
        which, whose = ("", ()) if customer is None else ("AND customer = ?", (customer,))
        rows = self._sqlite.read(
            f"SELECT * FROM decisions WHERE number > ? {which} ORDER BY number LIMIT ?",  # noqa: S608
            (after, *whose, most),
        )
        return [Written(*row) for row in rows]

    def latest(self, most: int, kinds: Collection[str] = ()) -> list[Written]:
        """The latest decisions, newest first, of some kinds or of all."""
        which = f"WHERE kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        rows = self._sqlite.read(
            f"SELECT * FROM decisions {which} ORDER BY number DESC LIMIT ?",  # noqa: S608
            (*kinds, most),
        )
        return [Written(*row) for row in rows]

    # ---- one person's data

    def forget(self, customer: str) -> bool:
        """Erase a customer: state, decisions, outbox, answers; whether there was anything."""
        with self._sqlite.transaction() as sqlite:
            erased = forget_customer(sqlite, customer)
        self._sqlite.erase_traces()
        return erased

    def holds(self, text: bytes) -> bool:
        """Whether its files hold some bytes, be it as traces of what was erased."""
        return self._sqlite.holds(text)

    @property
    def is_file(self) -> bool:
        """Whether it is one, and not in memory."""
        return self._lock is not None

    @property
    def size(self) -> int:
        """Bytes of its file."""
        return self._sqlite.size

    def erase_traces(self) -> bool:
        """Write over what was deleted, also in the log beside it; not while others read it."""
        return self._sqlite.erase_traces()

    def write_anew(self) -> bool:
        """Write its file anew, without traces of what was erased; not while others read it."""
        self._sqlite.write_anew()
        return self._sqlite.erase_traces()

    def _named(self, of_many: str, of_one: str, names: Collection[str]) -> list[Any]:
        """The rows of some names: of all by one query, of those with a NUL, which JSON ends at."""
        whole = [name for name in names if "\0" not in name]
        rows = self._sqlite.read(of_many, (_encode(whole).decode(),)) if whole else []
        for name in set(names).difference(whole):
            rows += self._sqlite.read(of_one, (name,))
        return rows

    def close(self) -> None:
        """Release it and close the file."""
        self.release()
        self._sqlite.close()


def _keep_places(sqlite: sqlite3.Connection, places: Mapping[tuple[str, int], Place]) -> None:
    """Keep up to where inputs are handled."""
    for (source, shard), place in places.items():
        sqlite.execute(_KEEP_PLACE, (source, shard, _encode(place).decode()))


def _rename_stage(sqlite: sqlite3.Connection, was: str, name: str) -> None:
    """Count the people and moves of a stage under its new name."""
    people = sqlite.execute("DELETE FROM population WHERE stage = ? RETURNING people", (was,))
    sqlite.executemany(_KEEP_PEOPLE, [(name, count) for (count,) in people.fetchall()])
    moves = sqlite.execute(
        "DELETE FROM moves WHERE source = ? OR target = ? RETURNING source, target, people",
        (was, was),
    )
    renamed = {was: name}
    rows = [(renamed.get(s, s), renamed.get(t, t), n) for s, t, n in moves.fetchall()]
    sqlite.executemany(_KEEP_MOVE, rows)
