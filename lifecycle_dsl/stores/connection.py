"""A connection to a SQLite file: transactions, and errors said for people."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from lifecycle_dsl.stores.errors import StoreError

FORMAT: Final = 1
_PATIENCE: Final = 30.0
"""Seconds to wait for another process's transaction."""
_SOMETHING_ELSE: Final = "it is a database of something else; give another name"
_FULL: Final = "the disk is full; make room and run it again, what was kept is kept"
_MEANINGS: Final = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_SHMSIZE": _FULL,
    "SQLITE_READONLY": "it may only be read; let its file and its folder be written",
    "SQLITE_CANTOPEN": "it cannot be opened; is there such a folder, and may it be written?",
    "SQLITE_NOTADB": "it is no store, or it is damaged; give another name, or put back a copy",
    "SQLITE_CORRUPT": "it is damaged; put back a copy, or make a new one from the events",
    "SQLITE_BUSY": "another process has been writing to it for 30 seconds",
    "SQLITE_IOERR": "the disk gives errors; look at the machine's log",
}
"""What becomes of SQLite's errors; of two that fit, the first counts."""
_GONE: Final = (
    "it was removed or replaced while it was in use; put it back, or make a new one from the events"
)


class Connection:
    """One connection, which threads share by turns."""

    def __init__(self, url: str, path: str | None, synchronous: str) -> None:
        self._url = url
        self._turn = threading.RLock()
        self._path = None if path is None else Path(path).absolute()
        with self._said():
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=_PATIENCE,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                if self._path is not None:
                    self._connection.execute("PRAGMA schema_version")  # which makes the file
                    self._status = self._path.stat()
                self._set_up(synchronous)
            except BaseException:
                self._connection.close()
                raise

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with self._turn, self._said():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction, kept as a whole when the block ends well and else not at all."""
        with self._turn, self._said():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                if not self._is_there():
                    raise StoreError(f"{self._url}: {_GONE}")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._turn, self._said():
            self._connection.close()

    def erase_traces(self) -> bool:
        """Write over what was deleted, also in the log beside the file; whether that was done.

        Not where somebody else is reading what was there before.
        """
        with self._turn, self._said():
            (is_busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy

    def holds(self, text: bytes) -> bool:
        """Whether the files hold some bytes."""
        found = [] if self._path is None else [self._path, Path(f"{self._path}-wal")]
        return any(_holds(path, text) for path in found if path.is_file())

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return 0 if self._path is None else self._path.stat().st_size

    def write_anew(self) -> None:
        """Write the whole file anew, so that it holds nothing but what can be read from it."""
        with self._turn, self._said():
            self._connection.execute("VACUUM")

    def _set_up(self, synchronous: str) -> None:
        execute = self._connection.execute
        is_new = execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
        if not is_new:
            self._check()
        execute("PRAGMA journal_mode = WAL")
        execute(f"PRAGMA synchronous = {synchronous}")
        execute("PRAGMA secure_delete = ON")  # of pages that are written anyway, so it costs little
        execute("PRAGMA temp_store = MEMORY")
        execute("PRAGMA cache_size = -65536")
        execute("PRAGMA mmap_size = 1073741824")
        schema = files("lifecycle_dsl.stores").joinpath("schema.sql").read_text(encoding="utf-8")
        statements = schema.split(";\n")
        if is_new:
            with self.transaction():
                if not execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                    for statement in statements:
                        execute(statement)
                    execute("INSERT INTO store VALUES ('format', ?)", (FORMAT,))
            self._check()
        elif not execute("SELECT 1 FROM sqlite_schema WHERE name = 'pruned'").fetchone():
            with self.transaction():
                for statement in statements:
                    if "IF NOT EXISTS" in statement.partition("CREATE")[2]:
                        execute(statement)

    def _check(self) -> None:
        """Whether it is a store that this version reads."""
        try:
            about = dict(self._connection.execute("SELECT name, value FROM store").fetchall())
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise StoreError(f"{self._url}: {_SOMETHING_ELSE}") from error  # no such table
        found = about.get("format")
        if found is None:
            raise StoreError(f"{self._url}: {_SOMETHING_ELSE}")
        if found != FORMAT:
            raise StoreError(
                f"{self._url}: it has format {found}, and this version reads {FORMAT}; "
                "install the version that made it"
            )

    def _is_there(self) -> bool:
        """Whether the file still stands under its name."""
        if self._path is None:
            return True
        try:
            return os.path.samestat(self._path.stat(), self._status)
        except OSError:
            return False

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            meaning = next((m for n, m in _MEANINGS.items() if name.startswith(n)), str(error))
            raise StoreError(f"{self._url}: {meaning}") from error


def _holds(path: Path, text: bytes) -> bool:
    rest = b""
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            if text in rest + block:
                return True
            rest = (rest + block)[-len(text) :]
    return False
