"""What can go wrong with a store, said for people."""

from __future__ import annotations


class StoreError(Exception):
    """A store that cannot be read or written now; nothing of the batch at hand was kept."""


class StoreBusyError(StoreError):
    """Another process runs rules on this store."""


class LostShardError(StoreError):
    """Another worker has customers that were to be written; nothing of the batch was kept."""


class EngineInUseError(RuntimeError):
    """A stored engine was used by a second thread while it was at work in another."""


class OtherLifecycleError(StoreError):
    """The store belongs to another lifecycle."""


class OtherRulesError(StoreError):
    """The store's customers were last handled by other rules."""
