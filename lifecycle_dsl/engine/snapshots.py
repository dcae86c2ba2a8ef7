"""Snapshots: all states of an engine, by name, with the fingerprint of the rules they are of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from attrs import frozen

from lifecycle_dsl.engine.ruleset import RuleSet

FORMAT = 1


@frozen
class Saved:
    """What a snapshot holds."""

    clock: int | None
    counts: dict[str, int]
    customers: list[Any]


class _Envelope(msgspec.Struct):
    format: int
    lifecycle: str
    fingerprint: str
    clock: int | None
    counts: dict[str, int]
    customers: msgspec.Raw


def snapshot(
    ruleset: RuleSet, clock: int | None, counts: dict[str, int], customers: Iterable[Any]
) -> bytes:
    """The states as MessagePack."""
    encoded = msgspec.msgpack.encode(list(customers))
    envelope = _Envelope(
        FORMAT, ruleset.lifecycle, ruleset.fingerprint, clock, counts, msgspec.Raw(encoded)
    )
    return msgspec.msgpack.encode(envelope)


def restored(ruleset: RuleSet, state: type, data: bytes) -> Saved:
    """What a snapshot holds.

    Raises:
        ValueError: where the snapshot is broken or of other rules.
    """
    try:
        envelope = msgspec.msgpack.decode(data, type=_Envelope)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise ValueError(f"the snapshot cannot be read: {problem}") from problem
    if envelope.format != FORMAT:
        raise ValueError(f"the snapshot has format {envelope.format}, this engine reads {FORMAT}")
    if envelope.fingerprint != ruleset.fingerprint:
        raise ValueError(
            f"the snapshot is of other rules: {envelope.lifecycle} {envelope.fingerprint}, "
            f"not {ruleset.lifecycle} {ruleset.fingerprint}"
        )
    try:
        customers = msgspec.msgpack.decode(envelope.customers, type=list[state])  # type: ignore[valid-type]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise ValueError(f"the snapshot's states cannot be read: {problem}") from problem
    return Saved(envelope.clock, envelope.counts, customers)
