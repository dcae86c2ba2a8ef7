"""Shards of customers, and how workers that share a store divide them among themselves.

Who belongs to which shard depends on the name alone. Each worker holds its fair share: shards that
nobody holds are taken, what is too much is given back, one worker's turn after the other's. When
everybody has had a few turns and nobody has come or gone, all shards are held and no two workers'
shares differ by more than one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final
from zlib import crc32

from attrs import frozen

NO_SHARD: Final = -1
"""In place of a shard: of what belongs to a worker, such as a file that it writes."""


def shard_of(customer: str, shards: int) -> int:
    """The shard of a customer, the same on every machine."""
    return crc32(customer.encode()) % shards


@frozen
class Turn:
    """What a worker does in its turn."""

    take: frozenset[int] = frozenset()
    give: frozenset[int] = frozenset()


def turn_of(worker: str, live: Collection[str], holders: Mapping[int, str | None]) -> Turn:
    """What a worker takes and gives back, where it and others are alive.

    A shard whose holder is not alive is free.
    """
    held = Counter(holder for holder in holders.values() if holder in live)
    free = sorted(shard for shard, holder in holders.items() if holder not in live)
    least, odd = divmod(len(holders), len(live))
    most = least + bool(odd)
    poor = any(held[other] < least for other in live if other != worker)
    mine = held[worker]
    # What is free goes first to those who have too little.
    wanted = max((least if poor else most) - mine, 0)
    surplus = mine - most
    if mine == most > least and poor and not free:
        surplus = 1
    if surplus > 0:
        own = sorted(shard for shard, holder in holders.items() if holder == worker)
        return Turn(give=frozenset(own[-surplus:]))
    return Turn(take=frozenset(free[:wanted]))
