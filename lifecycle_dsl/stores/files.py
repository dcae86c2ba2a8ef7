"""Files written beside a store, which hold what it holds: no line more, no line less.

The length is kept with each batch. What was written for a batch that was not kept is cut off when
the file is opened again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.leases import NO_SHARD
from lifecycle_dsl.stores.store import Store


class KeptFile:
    """A file of lines that grows with a store's commits.

    Raises:
        StoreError: where it is shorter than what was kept of it.
        OSError: where it cannot be written.
    """

    def __init__(self, path: Path, store: Store) -> None:
        self._source = f"file {path.resolve()}"
        self._store = store
        kept = store.place(self._source, NO_SHARD)
        length = 0 if kept is None else int(kept[0])
        self.is_new = kept is None
        self._path = path
        if path.exists() and not path.is_file():
            raise StoreError(
                f"{path} is no plain file, of which a store can keep up to where it is written"
            )
        if kept is not None and not path.exists():
            raise StoreError(
                f"{path} is gone, of which {store.url} knows; put it back, or give another name"
            )
        self._file = path.open("wb" if kept is None else "r+b", buffering=0)
        if self._file.seek(0, os.SEEK_END) < length:
            self._file.close()
            raise StoreError(
                f"{path} is shorter than when {store.url} was last written; put it back, "
                "or give another name"
            )
        self._length = length
        self._head = 0
        self._go_back()

    def begin(self, head: bytes) -> None:
        """Write what stands before all that is kept."""
        self.write(head)
        self._head = self._length

    def write(self, data: bytes) -> dict[tuple[str, int], Place]:
        """Write lines to the disk, and give the place that is to be kept with the batch.

        Raises:
            StoreError: where they cannot be written.
        """
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            if data:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._go_back()
            raise StoreError(f"{self._path}: {error.strerror}") from error
        self._length += len(data)
        return {(self._source, NO_SHARD): (self._length,)}

    def go_back(self) -> None:
        """Cut off what was written for a batch that was not kept."""
        kept = self._store.place(self._source, NO_SHARD)
        self._length = self._head if kept is None else int(kept[0])
        self._go_back()

    def _go_back(self) -> None:
        """Cut off what was not kept."""
        self._file.truncate(self._length)
        self._file.seek(self._length)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
