"""From a URL to a store."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.sqlite import SQLiteStore
from lifecycle_dsl.stores.store import Store

_POSTGRES: Final = ("postgresql://", "postgres://")


def open_store(url: str) -> Store:
    """The store of a URL; a SQLite file is made when it is missing.

    Raises:
        StoreError: where the URL means nothing, or the store cannot be opened.
    """
    if url == "memory:":
        return SQLiteStore(url, None)
    if url.startswith("sqlite:///"):
        path, _, options = url.removeprefix("sqlite:///").partition("?")
        return SQLiteStore(url, path, _synchronous(url, options))
    if url.startswith(_POSTGRES):
        try:
            room = import_module("lifecycle_dsl.stores.postgres")
        except ImportError as error:
            raise StoreError(
                f"a PostgreSQL store needs {error.name}: pip install 'lifecycle-dsl[postgres]'"
            ) from error
        store: Store = room.PostgresStore(url)
        return store
    raise StoreError(
        f"`{url}` is no store; try sqlite:///lifecycle.db, memory: or postgresql://host/database"
    )


def _synchronous(url: str, options: str) -> str:
    match options.split("=") if options else []:
        case []:
            return "full"
        case ["synchronous", ("full" | "normal") as level]:
            return level
        case _:
            raise StoreError(f"`{url}` has an unknown option; known is ?synchronous=full or normal")
