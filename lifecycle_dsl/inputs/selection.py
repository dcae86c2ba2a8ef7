"""Looking into records before the engine does: `--until`, `--key`, `--undeclared`, workers.

Each of them costs a second decoding, so that a run without them never comes here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final
from zlib import crc32

import msgspec
from attrs import field, frozen

from lifecycle_dsl.engine.deadletters import REFUSALS, DeadLetter, dead_letter
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.inputs.batches import Batch, pack

MOST_NAMES: Final = 1_000
"""Undeclared names that are told apart."""


@frozen
class Selected:
    """Records for the engine, and where each came from."""

    data: bytes
    first: int
    numbers: Sequence[int] | None = None
    """The number of each record in the input; None if they stand as they came."""
    originals: Sequence[bytes] | None = None
    """The records as they came, if they have been changed."""
    key: str | None = None
    """The field that names the customer, if it is another one."""

    def placed(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Dead letters of this data, with their places in the input."""
        return [self._placed(letter) for letter in letters]

    def records(self, *, framed: bool) -> list[tuple[int, bytes]]:
        """Each record with its number in the input."""
        found = list(Batch(self.data, self.first, framed).records())
        if self.numbers is None:
            return found
        return list(zip(self.numbers, (raw for _, raw in found), strict=False))

    def before(self, number: int, *, framed: bool) -> Selected:
        """The records that came before one."""
        records = self.records(framed=framed)
        kept = list(takewhile(lambda record: record[0] != number, records))
        originals = self.originals_by_number()
        return Selected(
            pack([raw for _, raw in kept], framed=framed),
            self.first,
            [each for each, _ in kept],
            None if originals is None else [originals[each] for each, _ in kept],
            self.key,
        )

    def originals_by_number(self) -> dict[int, bytes] | None:
        """The records as they came, if they have been changed."""
        if self.originals is None or self.numbers is None:
            return None
        return dict(zip(self.numbers, self.originals, strict=True))

    def _placed(self, letter: DeadLetter) -> DeadLetter:
        reason = letter.reason
        if self.key is not None:
            reason = reason.replace("`customer`", f"`{self.key}`")
        if self.numbers is None:
            return DeadLetter(self.first + letter.line - 1, reason, letter.record)
        place = min(letter.line, len(self.numbers)) - 1
        if self.originals is None:
            return DeadLetter(self.numbers[place], reason, letter.record)
        return dead_letter(self.numbers[place], reason, self.originals[place])


@frozen
class Selection:
    """What to look for in records."""

    records: Records
    until: int | None = None
    key: str | None = None
    undeclared: Counter[str] | None = None
    later: Counter[str] = field(factory=Counter)
    """How many records came `later` than `until`."""

    @property
    def idle(self) -> bool:
        """Whether records pass as they are."""
        return self.until is None and self.key is None and self.undeclared is None

    def select(self, batch: Batch) -> Selected:
        """The records of a batch that are to be handled."""
        if self.idle:
            return Selected(batch.data, batch.first, batch.rows)
        numbers, given, changed = [], [], []
        for number, raw in batch.records():
            record = raw if self.key is None else self._keyed(raw, framed=batch.framed)
            if self._is_later(record):
                self.later["later"] += 1
                continue
            if self.undeclared is not None:
                self._count_undeclared(record, framed=batch.framed)
            numbers.append(number if batch.rows is None else batch.rows[number - batch.first])
            given.append(raw)
            changed.append(record)
        originals = None if self.key is None else given
        data = pack(changed, framed=batch.framed)
        return Selected(data, batch.first, numbers, originals, self.key)

    def _is_later(self, raw: bytes) -> bool:
        if self.until is None:
            return False
        record: Any = self.records.decode_one(raw)
        return not isinstance(record, DeadLetter) and record.at > self.until

    def _keyed(self, raw: bytes, *, framed: bool) -> bytes:
        """The record with the key's value for a customer; whole numbers are names too."""
        found = _decoded(raw, framed=framed)
        if found is None or found.get("type") == "tick":
            return raw
        name = found.get(self.key)
        whole = isinstance(name, int) and not isinstance(name, bool)
        keyed = {**found, "customer": str(name) if whole else name}
        if name is None:
            del keyed["customer"]
        encode = msgspec.msgpack.encode if framed else msgspec.json.encode
        try:
            return encode(keyed)
        except REFUSALS:
            return raw

    def _count_undeclared(self, raw: bytes, *, framed: bool) -> None:
        found = _decoded(raw, framed=framed) or {}
        event = found.get("type")
        shape = self.records.shapes.get(event) if isinstance(event, str) else None
        if shape is None or self.undeclared is None:
            return
        declared = {"type", "customer", "at", "id", "value", self.key}
        declared.update(each.name for each in shape.fields)
        for name in found.keys() - declared:
            shown = f"{event}.{name}"
            if shown in self.undeclared or len(self.undeclared) < MOST_NAMES:
                self.undeclared[shown] += 1


class _Owner(msgspec.Struct):
    """As much of a record as says which worker takes it."""

    type: str = ""
    customer: str = ""


_OWNER_OF_LINE: Final = msgspec.json.Decoder(_Owner)
_OWNER_OF_MAP: Final = msgspec.msgpack.Decoder(_Owner)


def cut_at_ticks(batch: Batch) -> list[Batch]:
    """A batch in pieces, in which every tick stands alone."""
    if b"tick" not in batch.data:
        return [batch]
    ticks = [number for number, raw in batch.records() if owner(raw, framed=batch.framed) is None]
    cuts = {number + side for number in ticks for side in (0, 1)}
    return [part for part in batch.cut(sorted(cuts)) if next(part.records(), None)]


def owner(raw: bytes, *, framed: bool) -> str | None:
    """The customer of a record, empty where there is none to be seen; None for a tick."""
    try:
        found = (_OWNER_OF_MAP if framed else _OWNER_OF_LINE).decode(raw)
    except REFUSALS:
        return ""
    return None if found.type == "tick" else found.customer


def share_of(customer: str, count: int) -> int:
    """Which of so many shares a customer is in, by a hash that is the same everywhere."""
    return crc32(customer.encode("utf-8", "surrogatepass")) % count


def _decoded(raw: bytes, *, framed: bool) -> dict[Any, Any] | None:
    try:
        found = (msgspec.msgpack.decode if framed else msgspec.json.decode)(raw)
    except REFUSALS:
        return None
    return found if isinstance(found, dict) else None
