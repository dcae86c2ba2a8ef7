"""Traces of forgotten customers in a store's file: looked for, and written over, in the background.

What is erased is overwritten where it stood. But a file may still hold copies: pages that were
split, the log beside it. Where a name is found, the file is written anew, which takes a while and
keeps the writer from its work meanwhile: so a large file waits until the service ends.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.refusals import ClosedError
from lifecycle_dsl.service.writer import Writer
from lifecycle_dsl.stores import Store, StoreError
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.erasing import quoted
from lifecycle_dsl.stores.sqlite import SQLiteStore

LARGE: Final = 256 << 20
"""Bytes of a file that is not written anew while requests come."""
_TRIES: Final = 20
_PAUSE: Final = 0.5
_ENOUGH: Final = 48
"""Bytes of a name that are looked for: longer texts do not lie in one piece."""


class Traces:
    """Sees to traces of forgotten customers, in a thread of its own."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store if isinstance(store, SQLiteStore) and store.is_file else None
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "lcr-traces")
        self._turn = threading.Lock()
        self._names: list[str] = []
        self._later = False
        """Whether the file is to be written anew at the end."""

    def remove(self, customer: str) -> bool:
        """Look for traces of a name and remove them; whether that is still to be done."""
        if self._store is None:
            return False
        with self._turn:
            self._names.append(customer)
        try:
            self._thread.submit(self._see_to_all, self._store)
        except RuntimeError:
            self._later = True  # the service ends, and sees to it then
        return True

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be removed."""
        with self._turn:
            return not self._names and not self._later

    def close(self) -> None:
        """Finish; the writer has ended by then."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        store = self._store
        if store is None or self.is_done:
            return
        try:
            if self._later or self._found(store, self._names):
                store.write_anew()
            self._names, self._later = [], False
        except StoreError as error:
            log(logging.ERROR, "traces of forgotten customers may be left", reason=str(error))

    def _see_to_all(self, store: SQLiteStore) -> None:
        """See to all who were forgotten up to now, at once."""
        with self._turn:
            names = list(self._names)
        if not names:
            return
        try:
            self._see_to(store, names)
        except ClosedError:
            return  # the end is near, and sees to them
        except StoreError as error:
            log(logging.ERROR, "traces of forgotten customers may be left", reason=str(error))
            return
        with self._turn:
            del self._names[: len(names)]

    def _see_to(self, store: SQLiteStore, names: list[str]) -> None:
        _empty_log(store)
        if not self._found(store, names):
            log(logging.INFO, "no trace of forgotten customers is left", customers=len(names))
        elif store.size > LARGE:
            self._later = True
            log(
                logging.WARNING,
                "traces of forgotten customers are removed when the service ends",
                bytes=store.size,
            )
        else:
            self._writer.submit_call(_write_anew).result()
            _empty_log(store)
            log(logging.INFO, "the store's file was written anew", customers=len(names))

    def _found(self, store: SQLiteStore, names: list[str]) -> bool:
        """Whether the file holds a name, be it in one of another's."""
        texts = {text[:_ENOUGH] for name in names for text in (name.encode(), quoted(name))}
        return any(store.holds(text) for text in texts)


def _write_anew(engine: StoredEngine) -> None:
    """By the writer's own connection, so that readers do not wait."""
    if isinstance(engine.store, SQLiteStore):
        engine.store.write_anew()


def _empty_log(store: SQLiteStore) -> None:
    """Take what stands in the log beside the file over into it, as soon as nobody reads there."""
    for _ in range(_TRIES):
        if store.erase_traces():
            return
        time.sleep(_PAUSE)
