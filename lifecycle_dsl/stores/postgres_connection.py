"""A connection to a PostgreSQL server: made anew when it was lost, errors said for people."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from typing import Any, Final, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.postgres_address import SHARDS, Address

T = TypeVar("T")

FORMAT: Final = 1
_PATIENCE: Final = 30
"""Seconds to wait, beyond a lease, for what another worker has locked."""
_MEANINGS: Final = {
    "28": "the server does not let this user in: is the password right?",
    "3D000": "the server has no such database; `createdb` makes one",
    "42501": "the user may not do this: GRANT CREATE ON DATABASE lets a store be made",
    "25006": "it may only be read: is this a standby?",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "53300": "the server has too many connections",
    "55P03": "another session has been locking what is needed here for too long",
    "57P03": "the server is just starting or stopping; try again",
    "57P": "the server has ended the connection; it is made anew at the next use",
    "58": "the server's disk gives errors",
    "XX001": "it is damaged: put back a backup, or make a new one from the events",
    "XX002": "it is damaged: put back a backup, or make a new one from the events",
}
"""By the beginning of the SQLSTATE."""
_HINTS: Final = {
    "password authentication failed": _MEANINGS["28"],
    "no password supplied": "the server asks for a password: postgresql://user:password@host/…, or "
    "PGPASSWORD",
    "does not exist": "is the name right? `createdb` makes a database, `createuser` a user",
    "Connection refused": "there is no server: is it running, and are host and port right?",
    "No such file or directory": "there is no server at this socket: is it running?",
    "could not translate host name": "there is no such host",
    "failed to resolve host": "there is no such host",
    "timeout": "the server does not answer: is the host right?",
    "too many clients": _MEANINGS["53300"],
    "the database system is": _MEANINGS["57P03"],
}
"""By what stands in the message where a connection is refused, for which there is no SQLSTATE."""

_LATER: Final = re.compile(r"^(?:CREATE|ALTER) .*IF NOT EXISTS", re.MULTILINE)
_IS_OLDER: Final = """
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = %s AND table_name = 'workers' AND column_name = 'address'
"""
"""Finds nothing where a store is of a version that lacked what came last."""


class ConnectionLostError(StoreError):
    """The connection was lost while a transaction was to be kept: nobody knows whether it was."""


class Connection:
    """One session of a server, which threads share by turns."""

    def __init__(self, address: Address, name: str) -> None:
        self.address = address
        self.name = name
        """What the session is called at the server."""
        self._turn = threading.RLock()
        self._session: psycopg.Connection | None = None

    def made(self) -> int:
        """Make the store where it is missing; gives the number of its shards.

        Raises:
            StoreError: where it cannot be made, or what is there is no store of ours.
        """
        try:
            with self._turn, self._said():
                return self._made()
        except BaseException:
            self.close()
            raise

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""

        def use(session: psycopg.Connection) -> list[Any]:
            with session.cursor(binary=True) as cursor:
                return cursor.execute(statement, values).fetchall()

        with self._turn, self._said():
            return self._tried(use)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor]:
        """A transaction, kept as a whole when the block ends well and else not at all.

        Raises:
            ConnectionLostError: where it cannot be known whether it was kept.
        """
        with self._turn, self._said():
            session = self._tried(_begin)
            try:
                with session.cursor(binary=True) as cursor:
                    yield cursor
            except BaseException:
                _undo(session)
                raise
            try:
                session.execute("COMMIT")
            except psycopg.OperationalError as error:
                if not session.closed:
                    _undo(session)
                    raise
                raise ConnectionLostError(
                    f"{self.address.shown}: the connection was lost while a batch was to be kept"
                ) from error

    def close(self) -> None:
        """End the session."""
        with self._turn:
            if self._session is not None:
                self._session.close()
                self._session = None

    # ---- sessions

    def _tried(self, use: Callable[[psycopg.Connection], T]) -> T:
        """Use the session; where it turns out to have been lost, another one."""
        session = self._connected()
        try:
            return use(session)
        except psycopg.OperationalError:
            if not session.closed:
                raise
        return use(self._connected())

    def _connected(self) -> psycopg.Connection:
        """The session, made anew if it was lost."""
        session = self._session
        if session is not None and not session.closed:
            return session
        if session is not None:
            session.close()
        self._session = None
        address = self.address
        session = psycopg.connect(
            address.server,
            autocommit=True,
            application_name=self.name,
            connect_timeout=10,
            prepare_threshold=2,
        )
        try:
            self._set_up(session)
        except BaseException:
            session.close()
            raise
        self._session = session
        return session

    def _set_up(self, session: psycopg.Connection) -> None:
        patience = round((self.address.lease + _PATIENCE) * 1_000)
        settings = {
            "search_path": f'"{self.address.schema}"',
            "client_encoding": "UTF8",
            "lock_timeout": f"{patience}ms",
            "idle_in_transaction_session_timeout": f"{patience}ms",
        }
        found = session.execute("SHOW synchronous_commit").fetchone()
        if found == ("off",):
            # What a server forgets when it crashes would be lost: workers go on behind it.
            settings["synchronous_commit"] = "on"
        values = [each for pair in settings.items() for each in pair]
        session.execute(
            f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(settings))}", values
        )

    # ---- the schema

    def _made(self) -> int:
        session = self._connected()
        shown, wanted = self.address.shown, self.address.shards
        try:
            found = self._about(session)
            if found is None:
                found = self._make(session)
            elif session.execute(_IS_OLDER, (self.address.schema,)).fetchone() is None:
                _add_later(session)
        except psycopg.errors.UndefinedTable as error:
            raise StoreError(
                f"{shown}: the schema `{self.address.schema}` belongs to something else; "
                "?schema=NAME gives the store one of its own"
            ) from error
        if found.get("format") != str(FORMAT):
            raise StoreError(
                f"{shown}: it has format {found.get('format')}, and this version reads {FORMAT}"
            )
        shards = int(found["shards"])
        if wanted not in {None, shards}:
            raise StoreError(f"{shown}: it was made with {shards} shards, which stay as they are")
        return shards

    def _about(self, session: psycopg.Connection) -> dict[str, str] | None:
        """What the store says of itself; None where there is no schema yet."""
        schema = session.execute(
            "SELECT 1 FROM pg_namespace WHERE nspname = %s", (self.address.schema,)
        )
        if schema.fetchone() is None:
            return None
        return dict(session.execute("SELECT name, value FROM store").fetchall())

    def _make(self, session: psycopg.Connection) -> dict[str, str]:
        encoding = session.execute("SHOW server_encoding").fetchone()
        if encoding != ("UTF8",):
            raise StoreError(
                f"{self.address.shown}: the database keeps texts as {encoding and encoding[0]}; "
                "a store needs one of UTF8: createdb --encoding UTF8 --template template0"
            )
        schema = _schema()
        shards = self.address.shards or SHARDS
        with session.transaction():
            # Two may come at once: the second finds what the first has made.
            name = f"lifecycle-dsl {self.address.schema}"
            session.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))
            if (found := self._about(session)) is not None:
                return found
            create = sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.address.schema))
            session.execute(create)
            session.execute(schema)  # a file of the package
            session.execute(
                "INSERT INTO store VALUES ('format', %s), ('shards', %s)",
                (str(FORMAT), str(shards)),
            )
            session.execute(
                "INSERT INTO shards SELECT shard, NULL, 0 FROM generate_series(0, %s) AS shard",
                (shards - 1,),
            )
        return self._about(session) or {}

    # ---- errors

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise StoreError(f"{self.address.shown}: {_meaning(error)}") from error


def _begin(session: psycopg.Connection) -> psycopg.Connection:
    session.execute("BEGIN")
    return session


def _undo(session: psycopg.Connection) -> None:
    """Roll back; a session that cannot is ended."""
    with suppress(psycopg.Error):
        if session.info.transaction_status is not TransactionStatus.IDLE:
            session.execute("ROLLBACK")
    if session.info.transaction_status is not TransactionStatus.IDLE:
        session.close()


def _meaning(error: psycopg.Error) -> str:
    """What an error means, for people."""
    state = error.sqlstate or ""
    said = str(error).strip().splitlines()
    first = said[0] if said else type(error).__name__
    for beginning, meaning in _MEANINGS.items():
        if state.startswith(beginning):
            return f"{meaning} ({first})"
    if not state:
        for part, hint in _HINTS.items():
            if part in str(error):
                return f"{hint} ({first})"
        return f"the connection was lost; it is made anew at the next use ({first})"
    return f"{first} ({state})"


def _schema() -> str:
    return files("lifecycle_dsl.stores").joinpath("postgres.sql").read_text(encoding="utf-8")


def _add_later(session: psycopg.Connection) -> None:
    """Add to an older store what came later: what says so, and is none of the remarks."""
    statements = _schema().split(";\n")
    later = [each for each in statements if _LATER.search(each)]
    with session.transaction():
        for statement in later:
            session.execute(statement)  # of a file of the package
