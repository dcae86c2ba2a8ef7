"""The rows of a query, page by page; whoever waits for the first may be interrupted.

DuckDB puts all rows in order before it gives the first, and listens to no Ctrl-C meanwhile. So a
thread waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Any, Final

from duckdb import DuckDBPyConnection

_LOOK: Final = 0.1
"""Seconds between two attempts to stop a query that nobody waits for any more."""

Page = list[tuple[Any, ...]]


def pages(
    connection: DuckDBPyConnection, sql: str, values: Sequence[object], rows: int
) -> Iterator[Page]:
    """The rows of a query, so many at once."""
    page = _first(connection, sql, values, rows)
    while page:
        yield page
        page = connection.fetchmany(rows)


def _first(connection: DuckDBPyConnection, sql: str, values: Sequence[object], rows: int) -> Page:
    found: Future[Page] = Future()

    def fetch() -> None:
        try:
            found.set_result(connection.execute(sql, values).fetchmany(rows))
        except BaseException as error:  # noqa: BLE001 — raised again by who waits
            found.set_exception(error)

    thread = Thread(target=fetch, name="query", daemon=True)
    thread.start()
    try:
        return found.result()
    finally:
        thread.join(_LOOK)
        while thread.is_alive():
            connection.interrupt()
            thread.join(_LOOK)
