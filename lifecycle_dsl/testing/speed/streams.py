"""Records to measure with: those of a file, or made from what the rules declare."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from operator import itemgetter

import msgspec
from attrs import frozen

from lifecycle_dsl.localtime import MINUTE
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.testing.generating import Maker
from lifecycle_dsl.testing.scene import first_instant, written

_LIFE = 25
"""Records of a made customer."""
_BATCH = 1_000
_FRAME_LENGTH = 4
_FRAME = msgspec.msgpack.Decoder(list[msgspec.Raw])


@frozen
class Stream:
    """Records in batches, as the engine takes them."""

    batches: tuple[bytes, ...]
    """JSON Lines or frames of MessagePack."""
    framed: bool
    name: str

    @property
    def digest(self) -> str:
        """What tells it from others."""
        whole = blake2b(digest_size=8)
        for batch in self.batches:
            whole.update(batch)
        return whole.hexdigest()

    def records(self) -> Iterator[bytes]:
        """Each record by itself."""
        for batch in self.batches:
            if self.framed:
                yield from map(bytes, _FRAME.decode(memoryview(batch)[_FRAME_LENGTH:]))
            else:
                yield from (line for line in batch.split(b"\n") if line.strip())

    def first(self, count: int) -> Stream:
        """The batches that hold the first records, in whole batches."""
        return Stream(tuple(_holding(self, count)), self.framed, self.name)


def _holding(stream: Stream, count: int) -> Iterator[bytes]:
    there = 0
    for batch in stream.batches:
        if there >= count:
            return
        yield batch
        there += sum(1 for _ in Stream((batch,), stream.framed, "").records())


def made(program: Program, count: int, seed: int) -> Stream:
    """So many records of customers who do what the rules look for; the same for the same rules."""
    maker = Maker(program)
    if not maker.events and not program.traits:
        return Stream((), framed=False, name="made of nothing")  # there is nothing to happen
    customers = max(1, count // _LIFE)
    start = first_instant(program)
    lives = (
        record
        for number in range(customers)
        for record in islice(_life(maker, seed, number, start), count // customers + 1)
    )
    ordered = sorted(lives, key=itemgetter(0))[:count]
    lines = [msgspec.json.encode(record) for _, record in ordered]
    batches = tuple(
        b"\n".join(lines[at : at + _BATCH]) + b"\n" for at in range(0, len(lines), _BATCH)
    )
    return Stream(batches, framed=False, name=f"made with seed {seed}")


def _life(
    maker: Maker, seed: int, number: int, start: int
) -> Iterator[tuple[int, dict[str, object]]]:
    """The records of a customer, who comes a little after the one before."""
    at, chapter = start + number * MINUTE, 0
    while True:
        series = maker.series(seed, number * 1_000 + chapter, at)
        for one in series:
            at += one.gap
            if one.event is not None:
                record = {"type": one.event, "customer": f"c{number}", "at": at}
                fields = {each.name: written(each.value, each.type) for each in one.fields}
                yield at, record | fields
        chapter += 1
