"""One customer for an explanation: replayed out of an input, or as a store keeps them."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import click
import msgspec

from lifecycle_dsl.cli.keeping import is_name, kept_in, shown, standing
from lifecycle_dsl.cli.opening import Given, readable
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.engine.deadletters import REFUSALS, DeadLetter
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining import Replay, Told
from lifecycle_dsl.inputs import Batch
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.localtime import FIRST_RECORD, LAST_RECORD, format_instant, parse_instant

MOST_NAMES: Final = 10_000
"""Other customers' names that a misspelt one is compared with."""


class NobodyError(LookupError):
    """No record is the customer's; in one clause for people."""


class _Seen(msgspec.Struct):
    """As much of a record as says whose it is and when."""

    type: str = ""
    customer: str = ""
    at: int | str = 0


_LINE: Final = msgspec.json.Decoder(_Seen)
_MAP: Final = msgspec.msgpack.Decoder(_Seen)


class _Life:
    """The search for one customer in an input."""

    def __init__(self, replay: Replay, customer: str, until: int | None) -> None:
        self.replay = replay
        self.customer = customer
        self.until = until
        self.latest = 0
        """The latest instant of anybody's records: time goes on to it when the input ends."""
        self.first: int | None = None
        """Of the customer's own, where it lies later than what is asked about."""
        self.others: dict[str, None] = {}

    def look(self, raw: bytes, *, framed: bool) -> None:
        """Takes a record if it is the customer's, or a tick."""
        try:
            seen = (_MAP if framed else _LINE).decode(raw)
        except REFUSALS:
            return
        at = self._instant(seen.at)
        if seen.type == "tick" or seen.customer == self.customer:
            self.replay.give(raw, self.until)
            if self.first is None and seen.type != "tick":
                self.first = at
        elif len(self.others) < MOST_NAMES:
            self.others[seen.customer] = None

    def _instant(self, at: int | str) -> int:
        found = at if isinstance(at, int) else parse_instant(at) or 0
        if FIRST_RECORD <= found <= LAST_RECORD and found > self.latest:
            self.latest = found
        return found


def replayed(
    ruleset: RuleSet, given: Given, customer: str, about: str | None, *, at: int | None
) -> Told:
    """The answer about a customer of an event file, or of the rows of a query.

    Raises:
        UnknownNameError: where nothing that can be asked about is called so.
        NobodyError: where the customer has no record, or none yet.
    """
    life = _Life(Replay(ruleset, about), customer, at)
    selection = Selection(ruleset.records, key=given.key)
    with closing(given.once(ruleset, undeclared=False)) as source:
        for piece in watched(readable(given.name, source), source):
            if isinstance(piece, DeadLetter):
                continue
            batch = piece
            if given.key is not None:
                batch = Batch(selection.select(piece).data, piece.first, piece.framed)
            for _, raw in batch.records():
                life.look(raw, framed=batch.framed)
    if not life.replay.is_known:
        raise NobodyError(_nobody(life, given.name))
    if life.replay.rejected:
        rejected = life.replay.rejected
        click.echo(
            f"lcr: {rejected:,} of their records were rejected; `lcr run` says why", err=True
        )
    return life.replay.told(at if at is not None else life.latest)


def kept(url: str, customer: str, about: str | None, *, at: int | None) -> Told:
    """The answer about a customer of a store, by the rules that it was last run by.

    Raises:
        UnknownNameError: where nothing that can be asked about is called so.
        NobodyError: where the store has no state of theirs.
    """
    with kept_in(url) as store:
        rules = store.rules()
        stored = dict(store.load([customer])).get(customer) if is_name(customer) else None
        if rules is None or stored is None:
            raise NobodyError(f"{url} keeps no state of {shown(customer)}")
        engine = standing(store, rules, customer, stored)
    if at is not None:
        engine.advance(at)  # of what the store keeps nothing changes
    return engine.customer(customer, at).explain(about)


def _nobody(life: _Life, events: str) -> str:
    if life.first is not None and life.until is not None and life.first > life.until:
        first = format_instant(life.first)
        return f"`{life.customer}` had no record yet; the first is of {first}"
    return f"no customer of {events} is called `{life.customer}`{hint(life.customer, life.others)}"
