"""Stores: where customers' states, decisions, the outbox and the place in the input are kept.

`open_store` takes a URL: `sqlite:///file.db` (a file, made when it is missing), `memory:` (gone
with the process), `postgresql://…`. `StoredEngine` runs a rule set over a store.
"""

from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.errors import (
    LostShardError,
    OtherLifecycleError,
    OtherRulesError,
    StoreBusyError,
    StoreError,
)
from lifecycle_dsl.stores.opening import open_store
from lifecycle_dsl.stores.store import Commit, Delivery, Message, Store, Written

__all__ = [
    "Commit",
    "Delivery",
    "LostShardError",
    "Message",
    "OtherLifecycleError",
    "OtherRulesError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoredEngine",
    "Written",
    "open_store",
]
