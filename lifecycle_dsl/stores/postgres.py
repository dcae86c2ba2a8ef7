"""A store in a PostgreSQL database, which several workers share.

Each worker runs the rules over the customers of the shards it holds. A commit is on the server's
disk when it returns. The numbers of decisions are given out in the order of commits, so that one
who reads on behind a number misses none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
import psycopg

from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.about import RENAMED, Renaming, Renamings, rows_of, rules_in
from lifecycle_dsl.stores.erasing import Placed, keys_in, moves_in, naming, quoted
from lifecycle_dsl.stores.errors import StoreBusyError
from lifecycle_dsl.stores.leases import NO_SHARD, shard_of
from lifecycle_dsl.stores.postgres_address import address_of
from lifecycle_dsl.stores.postgres_connection import Connection, ConnectionLostError
from lifecycle_dsl.stores.postgres_leases import Leases, worker_name
from lifecycle_dsl.stores.postgres_names import (
    all_kept_as,
    kept_as,
    name_in_line,
    name_in_state,
)
from lifecycle_dsl.stores.postgres_outbox import PostgresOutbox
from lifecycle_dsl.stores.store import NOTHING, NOWHERE, ONE, Answer, Commit, Rules, Written

_encode: Final = msgspec.json.Encoder().encode
_PLACE: Final = msgspec.json.Decoder(Place)

_KEEP_STATES: Final = """
    INSERT INTO customers
    SELECT * FROM unnest(%b::text[], %b::integer[], %b::bigint[], %b::bytea[])
    ON CONFLICT (customer) DO UPDATE SET due = excluded.due, state = excluded.state
"""
_KEEP_MESSAGES: Final = """
    INSERT INTO outbox (key, customer, kind, destination, line)
    SELECT key, customer, kind, destination, line FROM
        unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[])
        WITH ORDINALITY AS message (key, customer, kind, destination, line, place)
    WHERE NOT EXISTS (SELECT FROM pruned WHERE pruned.key = message.key)
    ORDER BY place
    ON CONFLICT (key) DO NOTHING
"""
_KEEP_DECISIONS: Final = """
    INSERT INTO decisions (customer, kind, line)
    SELECT customer, kind, line FROM
        unnest(%b::text[], %b::text[], %b::bytea[])
        WITH ORDINALITY AS decision (customer, kind, line, place)
    ORDER BY place
"""
_IN_TURN: Final = "SELECT pg_advisory_xact_lock('decisions'::regclass::oid::bigint)"
_KEEP_MOVES: Final = """
    INSERT INTO moves SELECT %b, * FROM unnest(%b::text[], %b::text[], %b::bigint[])
    ON CONFLICT (shard, source, target) DO UPDATE SET people = moves.people + excluded.people
"""
_KEEP_PEOPLE: Final = """
    INSERT INTO population SELECT %b, * FROM unnest(%b::text[], %b::bigint[])
    ON CONFLICT (shard, stage) DO UPDATE SET people = population.people + excluded.people
"""
_KEEP_COUNTS: Final = """
    INSERT INTO counts SELECT %b, * FROM unnest(%b::text[], %b::bigint[])
    ON CONFLICT (shard, name) DO UPDATE SET count = counts.count + excluded.count
"""
_KEEP_PLACES: Final = """
    INSERT INTO places SELECT * FROM unnest(%b::text[], %b::integer[], %b::text[])
    ON CONFLICT (source, shard) DO UPDATE SET place = excluded.place
"""
_KEEP_ANSWERS: Final = """
    INSERT INTO answers SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bytea[])
"""
_KEEP_CLOCK: Final = """
    INSERT INTO clocks VALUES (%b, %b)
    ON CONFLICT (shard) DO UPDATE SET clock = greatest(clocks.clock, excluded.clock)
"""
_KEEP_ABOUT: Final = """
    INSERT INTO store VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_WRITTEN: Final = "number, customer, kind, line"
_DUE: Final = """
    SELECT due, customer, CASE WHEN customer < E'\\x1b' AND customer >= E'\\x1a' THEN state END
    FROM customers
    WHERE due <= %s AND (due, customer) > (%s, %s) AND shard = ANY(%s)
    ORDER BY due, customer LIMIT %s
"""


class PostgresStore(PostgresOutbox):
    """A store in a schema of a PostgreSQL database, made when it is missing."""

    def __init__(self, url: str) -> None:
        address = address_of(url)
        self.url = address.shown
        super().__init__(Connection(address, worker_name()))
        self._shards = self._postgres.made()
        self._leases = Leases(self._postgres, self._shards)
        self._fingerprint: str | None = None

    @property
    def shards(self) -> int:
        """As many as it was made with."""
        return self._shards

    # ---- who runs rules here

    def acquire(self) -> None:
        """Hold a fair share of the shards."""
        self._leases.acquire(self._fingerprint)

    def share(self) -> None:
        """Take what is free of a fair share, and give back what is too much."""
        self._leases.share(self._fingerprint)

    def advertise(self, address: str) -> None:
        """Tell the others where this worker takes requests; before it holds anything."""
        self._leases.takes_requests_at = address

    def address_of(self, shard: int) -> str | None:
        """Where the worker takes requests who holds a shard; None where nobody says."""
        return self._leases.address_of(shard)

    def owned(self) -> Mapping[int, int]:
        """The shards that are held, each with its token."""
        return self._leases.held

    def release(self) -> None:
        """Let other workers have them."""
        self._leases.release()

    # ---- rules

    def rules(self) -> Rules | None:
        """The rules of the last run; None in a new store."""
        about = dict(self._postgres.read("SELECT name, value FROM store"))
        self._fingerprint = about.get("fingerprint")
        return rules_in(about)

    def set_rules(
        self,
        rules: Rules,
        renamed: Mapping[str, str] = NOTHING,
        places: Mapping[tuple[str, int], Place] = NOWHERE,
    ) -> None:
        """Note which rules run from now on; other rules only by one who holds all shards.

        Stages that they call otherwise are counted under their new names.

        Raises:
            StoreBusyError: where other workers run other rules.
        """
        with self._postgres.transaction() as cursor:
            cursor.execute("SELECT FROM store WHERE name = 'format' FOR UPDATE")
            cursor.execute("SELECT value FROM store WHERE name = 'fingerprint'")
            found = cursor.fetchone()
            if found not in {None, (rules.fingerprint,)} and len(self.owned()) < self.shards:
                raise StoreBusyError(
                    f"{self.url}: other workers run other rules on it; end them first, and then "
                    "start all with the new rules"
                )
            cursor.executemany(_KEEP_ABOUT, rows_of(rules))
            if renamed:
                _note_renaming(cursor, rules.number, renamed)
            for was, name in renamed.items():
                _rename_stage(cursor, was, name)
            if places:
                cursor.execute(_KEEP_PLACES, _place_columns(places))
        self._fingerprint = rules.fingerprint

    # ---- customers

    def load(self, customers: Collection[str]) -> Iterable[tuple[str, bytes]]:
        """The states of those who are here, in any order."""
        rows = self._postgres.read(
            "SELECT customer, state FROM customers WHERE customer = ANY(%b::text[])",
            (all_kept_as(customers),),
        )
        return [(name_in_state(kept, state), state) for kept, state in rows]

    def due(
        self,
        until: int,
        after: tuple[int, str],
        most: int,
        shards: Collection[int] | None = None,
    ) -> list[tuple[int, str]]:
        """Who is due at or before an instant in the held shards, in order of (due, customer)."""
        of = self.owned() if shards is None else shards
        values = until, after[0], kept_as(after[1]), list(of), most
        rows = self._postgres.read(_DUE, values)
        return [(due, name_in_state(kept, state)) for due, kept, state in rows]

    def people(self, after: str, most: int) -> list[tuple[str, bytes]]:
        """Customers with their states in order of their names, at most so many behind a name."""
        rows = self._postgres.read(
            "SELECT customer, state FROM customers WHERE customer > %s ORDER BY customer LIMIT %s",
            (kept_as(after), most),
        )
        return [(name_in_state(kept, state), state) for kept, state in rows]

    def commit(self, commit: Commit) -> None:
        """Keep what a batch did; states only of shards that are held.

        Raises:
            LostShardError: where another worker has one of them meanwhile.
        """
        of_states = [shard_of(name, self.shards) for name, _, _ in commit.states]
        written = {*of_states, *(shard for _, shard in commit.places)} - {NO_SHARD}
        home = min(self.owned(), default=ONE)
        try:
            with self._postgres.transaction() as cursor:
                self._leases.fence(cursor, {home, *written})
                with cursor.connection.pipeline():
                    _keep(cursor, commit, of_states, home)
        except ConnectionLostError:
            if not self._leases.was_kept():
                raise

    def place(self, source: str, shard: int = ONE) -> Place | None:
        """Up to where a source is handled; None where nothing of it is."""
        found = self._postgres.read(
            "SELECT place FROM places WHERE source = %s AND shard = %s", (kept_as(source), shard)
        )
        return _PLACE.decode(found[0][0]) if found else None

    def clock(self) -> int | None:
        """The latest instant that was handled."""
        ((clock,),) = self._postgres.read("SELECT max(clock) FROM clocks")
        return None if clock is None else int(clock)

    def counts(self) -> dict[str, int]:
        """The counters."""
        return dict(
            self._postgres.read("SELECT name, sum(count)::bigint FROM counts GROUP BY name")
        )

    def population(self) -> dict[str, int]:
        """How many customers are in each stage."""
        return dict(
            self._postgres.read(
                "SELECT stage, sum(people)::bigint FROM population "
                "GROUP BY stage HAVING sum(people) <> 0"
            )
        )

    def moves(self) -> dict[tuple[str | None, str], int]:
        """How many moves there were from one stage to another."""
        rows = self._postgres.read(
            "SELECT source, target, sum(people)::bigint FROM moves GROUP BY source, target"
        )
        return {(source or None, target): people for source, target, people in rows}

    # ---- answers to requests

    def answers(self, requests: Collection[str]) -> list[Answer]:
        """The answers that are kept, of some requests."""
        names = {kept_as(request): request for request in requests}
        rows = self._postgres.read(
            "SELECT request, at, body FROM answers WHERE request = ANY(%b::text[])", (list(names),)
        )
        return [Answer(names[kept], at, body) for kept, at, body in rows]

    def forget_answers(self, before: int) -> int:
        """Remove the answers that were given before an instant; gives how many."""
        with self._postgres.transaction() as cursor:
            return cursor.execute("DELETE FROM answers WHERE at < %s", (before,)).rowcount

    # ---- decisions

    def decisions(
        self, customer: str | None = None, after: int = 0, most: int = 1_000
    ) -> list[Written]:
        """Decisions behind a number in their order, of all customers or of one."""
        which, whose = ("", ()) if customer is None else ("AND customer = %s", (kept_as(customer),))
        rows = self._postgres.read(
            f"SELECT {_WRITTEN} FROM decisions WHERE number > %s {which} ORDER BY number LIMIT %s",  # noqa: S608
            (after, *whose, most),
        )
        return list(map(_written, rows))

    def latest(self, most: int, kinds: Collection[str] = ()) -> list[Written]:
        """The latest decisions, newest first, of some kinds or of all."""
        which, what = ("WHERE kind = ANY(%s)", (list(kinds),)) if kinds else ("", ())
        rows = self._postgres.read(
            f"SELECT {_WRITTEN} FROM decisions {which} ORDER BY number DESC LIMIT %s",  # noqa: S608
            (*what, most),
        )
        return list(map(_written, rows))

    # ---- one person's data

    def forget(self, customer: str) -> bool:
        """Erase a customer: state, decisions, outbox, answers; whether there was anything.

        The worker who has them in memory forgets them before its next batch.
        """
        kept, shard = kept_as(customer), shard_of(customer, self.shards)
        with self._postgres.transaction() as cursor:
            cursor.execute("UPDATE shards SET token = token + 1 WHERE shard = %s", (shard,))
            renamings = _renamings(cursor)
            cursor.execute("DELETE FROM customers WHERE customer = %s RETURNING state", (kept,))
            found = cursor.fetchone()
            if found is not None:
                with suppress(msgspec.DecodeError):  # what is damaged is erased, too
                    placed = msgspec.msgpack.decode(found[0], type=Placed)
                    stage = renamings.of_state(placed.stage, placed.carried)
                    cursor.execute(_KEEP_PEOPLE, (shard, [stage], [-1]))
            erased = found is not None
            lines = cursor.execute(
                "SELECT number, line FROM decisions WHERE customer = %s AND kind = 'transition'",
                (kept,),
            )
            moves = [(s, t, -n) for (s, t), n in moves_in(lines, renamings).items()]
            cursor.execute(_KEEP_MOVES, (shard, *_columns(moves, 3)))
            answers = cursor.execute(
                "SELECT request, body FROM answers "
                "WHERE strpos(request, %s) > 0 OR position(%s in body) > 0",
                (kept, quoted(customer)),
            )
            requests = naming(customer, answers.fetchall())
            if requests:
                cursor.execute("DELETE FROM answers WHERE request = ANY(%s)", (requests,))
                erased = True
            sent = cursor.execute(
                "SELECT line FROM decisions WHERE customer = %s AND kind IN ('sent', 'called')",
                (kept,),
            )
            keys = list(keys_in(line for (line,) in sent))
            cursor.execute("DELETE FROM pruned WHERE key = ANY(%s)", (keys,))
            for table in ("decisions", "outbox"):
                gone = cursor.execute(f"DELETE FROM {table} WHERE customer = %s", (kept,))  # noqa: S608
                erased |= gone.rowcount > 0
        self._leases.outdate(shard)
        return erased

    def close(self) -> None:
        """Release what is held and end the session."""
        try:
            self.release()
        finally:
            self._postgres.close()


def _written(row: tuple[Any, ...]) -> Written:
    number, kept, kind, line = row
    return Written(number, name_in_line(kept, line), kind, line)


def _keep(cursor: psycopg.Cursor, commit: Commit, of_states: list[int], home: int) -> None:
    """Write what a batch did; the decisions last, since others wait from there on."""

    def keep(statement: str, *columns: Sequence[Any], shard: int | None = None) -> None:
        if columns[0]:
            values = columns if shard is None else (shard, *columns)
            cursor.execute(statement, values, prepare=True)

    names, dues, states = _columns(commit.states, 3)
    keep(_KEEP_STATES, all_kept_as(names), of_states, dues, states)
    keys, names, kinds, destinations, lines = _columns(commit.outbox, 5)
    keep(_KEEP_MESSAGES, keys, all_kept_as(names), kinds, destinations, lines)
    moves = [(source or "", target, people) for (source, target), people in commit.moves.items()]
    keep(_KEEP_MOVES, *_columns(moves, 3), shard=home)
    keep(_KEEP_PEOPLE, *_columns(_people(commit), 2), shard=home)
    keep(_KEEP_COUNTS, *_columns(list(commit.counts.items()), 2), shard=home)
    keep(_KEEP_PLACES, *_place_columns(commit.places))
    answers = [(kept_as(each.request), each.at, each.body) for each in commit.answers]
    keep(_KEEP_ANSWERS, *_columns(answers, 3))
    if commit.clock is not None:
        cursor.execute(_KEEP_CLOCK, (home, commit.clock), prepare=True)
    if commit.decisions:
        names, kinds, lines = _columns(commit.decisions, 3)
        cursor.execute(_IN_TURN)
        keep(_KEEP_DECISIONS, all_kept_as(names), kinds, lines)


def _people(commit: Commit) -> list[tuple[str, int]]:
    """How many customers there are more in each stage."""
    more: dict[str, int] = {}
    for (source, target), people in commit.moves.items():
        more[target] = more.get(target, 0) + people
        if source is not None:
            more[source] = more.get(source, 0) - people
    return list(more.items())


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """Rows as columns."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * count


def _place_columns(places: Mapping[tuple[str, int], Place]) -> list[list[Any]]:
    """Places by column."""
    rows = [
        (kept_as(source), shard, _encode(place).decode())
        for (source, shard), place in places.items()
    ]
    return _columns(rows, 3)


def _renamings(cursor: psycopg.Cursor[Any]) -> Renamings:
    """What stages were called before."""
    cursor.execute("SELECT value FROM store WHERE name = %s", (RENAMED,))
    found = cursor.fetchone()
    return Renamings.of(None if found is None else found[0])


def _note_renaming(cursor: psycopg.Cursor[Any], number: int, names: Mapping[str, str]) -> None:
    """Note that stages are called otherwise after a change."""
    before = _renamings(cursor)
    ((latest,),) = cursor.execute("SELECT coalesce(max(number), 0) FROM decisions").fetchall()
    noted = before.with_another(Renaming(number, latest, dict(names)))
    cursor.execute(_KEEP_ABOUT, (RENAMED, noted))


def _rename_stage(cursor: psycopg.Cursor[Any], was: str, name: str) -> None:
    """Count the people and moves of a stage under its new name."""
    cursor.execute(
        """
        WITH old AS (DELETE FROM population WHERE stage = %(was)s RETURNING *)
        INSERT INTO population SELECT shard, %(name)s, people FROM old
        ON CONFLICT (shard, stage) DO UPDATE SET people = population.people + excluded.people
        """,
        {"was": was, "name": name},
    )
    cursor.execute(
        """
        WITH old AS (DELETE FROM moves WHERE source = %(was)s OR target = %(was)s RETURNING *),
        renamed AS (
            SELECT shard,
                CASE source WHEN %(was)s THEN %(name)s ELSE source END AS source,
                CASE target WHEN %(was)s THEN %(name)s ELSE target END AS target,
                people
            FROM old
        )
        INSERT INTO moves SELECT * FROM renamed
        ON CONFLICT (shard, source, target) DO UPDATE SET people = moves.people + excluded.people
        """,
        {"was": was, "name": name},
    )
