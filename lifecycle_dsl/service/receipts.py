"""What a request is answered, and how an answer is kept with what the request did."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import msgspec
from attrs import frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Called, Decision, Sent
from lifecycle_dsl.service.refusals import OtherBodyError
from lifecycle_dsl.stores.store import Answer

_DIGEST: Final = 16
"""Bytes of a body's digest."""


class Rejected(msgspec.Struct, frozen=True):
    """A record that was not handled."""

    position: int
    """Its place in the request, from 1: the line, or the number of the element."""
    reason: str


class Receipt(msgspec.Struct, frozen=True):
    """What became of a request."""

    accepted: int
    """How many of its records were handled."""
    decisions: int
    """How many decisions that made."""
    messages: list[str]
    """The keys of the messages and calls among them, which are in the outbox now."""
    rejected: list[Rejected]
    """The records that were not handled; all others are kept."""


@frozen
class Asked:
    """A request that may come more than once."""

    name: str
    """Who asks, and their idempotency key."""
    digest: bytes
    """Of what is asked."""


@frozen
class Outcome:
    """A request's receipt, and its decisions if it was handled now."""

    receipt: Receipt
    decisions: Sequence[Decision]
    repeated: bool = False
    """Whether it had been handled before, and was answered from what is kept."""


def asked(who: str, key: str, *said: bytes) -> Asked:
    """Somebody's request under an idempotency key."""
    digest = blake2b(b"\0".join(said), digest_size=_DIGEST).digest()
    return Asked(f"{who}:{key}", digest)


def receipt(accepted: int, decisions: Sequence[Decision], dead: Sequence[DeadLetter]) -> Receipt:
    """The receipt of records that were handled and others that were not."""
    keys = [d.key for d in decisions if isinstance(d, Sent | Called) and not d.draft]
    return Receipt(accepted, len(decisions), keys, rejected(dead))


def rejected(dead: Sequence[DeadLetter]) -> list[Rejected]:
    """Dead letters as a receipt lists them."""
    return [Rejected(letter.line, letter.reason) for letter in dead]


def kept(request: Asked, said: Receipt, now: int) -> Answer:
    """An answer as a store keeps it; `now` in microseconds of the clock on the wall."""
    return Answer(request.name, now, request.digest + msgspec.json.encode(said))


def repeated(request: Asked, answer: Answer) -> Outcome:
    """What a request was answered the first time.

    Raises:
        OtherBodyError: where that was another request with the same key.
    """
    if answer.body[:_DIGEST] != request.digest:
        raise OtherBodyError
    said = msgspec.json.decode(answer.body[_DIGEST:], type=Receipt)
    return Outcome(said, (), repeated=True)
