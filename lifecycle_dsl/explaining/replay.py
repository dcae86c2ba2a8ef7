"""One customer's past, run through again by an engine that looks on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining.asking import of_replay, subject
from lifecycle_dsl.explaining.told import Told
from lifecycle_dsl.explaining.witness import Witness

Given = Mapping[str, Any] | Struct | bytes
"""A record as `Engine.process` takes it."""


class Replay:
    """A customer's records, one after the other; then a question about them.

    `about` is the stage, trigger or attribution that will be asked about: of the latter two more is
    kept.

    Raises:
        UnknownNameError: where none of them is called so.
    """

    def __init__(self, ruleset: RuleSet, about: str | None = None) -> None:
        self.about = subject(ruleset.program, about)
        watched = None if isinstance(self.about, str) else self.about
        self.records = 0
        self.rejected = 0
        self._decoding = ruleset.records
        self._witness = Witness(ruleset.compiled, watched)
        self._engine = Engine(ruleset, self._witness)
        self._names = {struct: name for name, struct in ruleset.records.classes.items()}

    def give(self, given: Given, until: int | None = None) -> None:
        """A record or a tick; one later than `until` is passed over, a malformed one counted."""
        record: Any = (
            self._decoding.decode_one(given)
            if isinstance(given, bytes)
            else self._decoding.convert(given)
        )
        if isinstance(record, DeadLetter):
            self.rejected += 1
            return
        if until is not None and record.at > until:
            return
        event = self._names.get(record.__class__)
        if event is not None:
            self.records += 1
            self._witness.comes(record, event)
        self._engine.process(given)

    @property
    def is_known(self) -> bool:
        """Whether the customer has come."""
        return self._witness.state is not None

    def told(self, at: int | None = None) -> Told:
        """The answer, at an instant not before the last record; by default at that.

        To be asked for once, when a record of the customer was taken.
        """
        clock = self._engine.clock
        assert clock is not None
        now = clock if at is None else max(at, clock)
        self._engine.advance(now)
        return Told(of_replay(self._witness, now, self.about, self.records))


def explain(
    ruleset: RuleSet, records: Iterable[Given], about: str | None = None, at: int | None = None
) -> Told:
    """Why a customer is in a stage, why a trigger fired or did not, or who got the credit.

    `records` are all of one customer's, in order, and ticks, to be replayed; `about` is a stage, a
    trigger or an attribution, by default the stage they are in; `at` is the instant that is asked
    about, in microseconds, by default the last record's.

    Raises:
        UnknownNameError: where none of them is called so.
        ValueError: where no record of a customer is among them.
    """
    replay = Replay(ruleset, about)
    for record in records:
        replay.give(record, at)
    if not replay.is_known:
        raise ValueError("there is no record of a customer up to then")
    return replay.told(at)
