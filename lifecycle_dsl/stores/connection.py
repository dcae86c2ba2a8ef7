"""A connection to a SQLite file: transactions, and errors said for people."""

from __future__ import annotations

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
_MEANINGS: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it may only be read",
    "SQLITE_CANTOPEN": "it cannot be opened: is there such a folder, and may it be written?",
    "SQLITE_NOTADB": "it is not a store of lifecycle-dsl",
    "SQLITE_CORRUPT": "it is damaged: put back a copy, or make a new one from the events",
    "SQLITE_BUSY": "another process has been writing to it for 30 seconds",
    "SQLITE_IOERR": "the disk gives errors",
}


class Connection:
    """One connection, which threads share by turns."""

    def __init__(self, url: str, path: str | None, synchronous: str) -> None:
        self._url = url
        self._turn = threading.RLock()
        with self._said():
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=_PATIENCE,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
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
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._turn, self._said():
            self._connection.close()

    def _set_up(self, synchronous: str) -> None:
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute(f"PRAGMA synchronous = {synchronous}")
        execute("PRAGMA temp_store = MEMORY")
        execute("PRAGMA cache_size = -65536")
        execute("PRAGMA mmap_size = 1073741824")
        with self.transaction():
            if not execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                schema = files("lifecycle_dsl.stores").joinpath("schema.sql")
                for statement in schema.read_text(encoding="utf-8").split(";\n"):
                    execute(statement)
                execute("INSERT INTO store VALUES ('format', ?)", (FORMAT,))
        if not execute("SELECT 1 FROM sqlite_schema WHERE name = 'store'").fetchone():
            raise StoreError(f"{self._url}: it is a database of something else")
        (found,) = execute("SELECT value FROM store WHERE name = 'format'").fetchone() or (None,)
        if found != FORMAT:
            raise StoreError(f"{self._url}: it has format {found}, and this version reads {FORMAT}")

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            meaning = next((m for n, m in _MEANINGS.items() if name.startswith(n)), str(error))
            raise StoreError(f"{self._url}: {meaning}") from error


def folder_of(path: str) -> Path:
    """The folder of a store's file."""
    return Path(path).resolve().parent
