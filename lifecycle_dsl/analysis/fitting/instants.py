"""When customers are looked at: instants of their observed lives, drawn by a hash.

No clock and no generator of random numbers: the same customers, seed and span give the same
instants, whatever the order or the batches in which records come.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from attrs import define, field, frozen

from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.engine.structs import customer_of

_WHOLE: Final = 2**64


@define
class Lives:
    """Who was observed, and since when; up to when everybody was."""

    firsts: dict[str, int] = field(factory=dict)
    """By customer: the instant of the first record, in microseconds."""
    end: int = 0
    records: int = 0


@frozen
class Drawn:
    """Instants by customer, in order; and how many customers were not seen long enough."""

    instants: Mapping[str, tuple[int, ...]]
    too_short: int


def lives_in(feed: Feed, records: Records) -> Lives:
    """Everybody's first record, and the end of what is observed: the latest input, or `until`."""
    found = Lives()
    firsts = found.firsts
    latest = 0
    for decoded in feed.records(records):
        found.records += len(decoded)
        for record in decoded:
            at: int = record.at
            latest = max(latest, at)
            customer = customer_of(record)
            if customer is not None and customer not in firsts:
                firsts[customer] = at
    found.end = latest if feed.until is None else feed.until
    return found


def drawn(observed: Lives, *, within: int, each: int, seed: int) -> Drawn:
    """Instants after which a customer was observed for `within` more.

    A life is cut into `each` parts of the same length, and one instant is drawn in each.
    """
    last = observed.end - within
    found: dict[str, tuple[int, ...]] = {}
    too_short = 0
    for customer in sorted(observed.firsts):
        first = observed.firsts[customer]
        if last - first < each:
            too_short += 1
            continue
        shares = (_share(customer, seed, place) for place in range(each))
        found[customer] = tuple(
            first + 1 + (last - first - 1) * (place * _WHOLE + share) // (each * _WHOLE)
            for place, share in enumerate(shares)
        )
    return Drawn(found, too_short)


def fold_of(customer: str, seed: int, folds: int) -> int:
    """Which part of a cross-validation a customer is in."""
    return _share(customer, seed, -1) % folds


def _share(customer: str, seed: int, place: int) -> int:
    """64 bits, as good as drawn."""
    text = f"fit\0{seed}\0{place}\0{customer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
