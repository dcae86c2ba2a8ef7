"""What a change of rules will do to customers who are under way: nobody is touched.

Each stored customer is carried over on the side and let go on to an instant, under the old rules
and under the new ones, with no record coming. What both decide is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from attrs import define, field

from lifecycle_dsl.changing.carrying import Carrier, StrandedError
from lifecycle_dsl.changing.told import Naming, told
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import parse_instant


@define
class Counted:
    """What one version of the rules decides."""

    at_once: Counter[str] = field(factory=Counter)
    """Up to the present, in words, such as `sent welcome by email`."""
    later: Counter[str] = field(factory=Counter)
    """From then on to the end."""
    squares: Counter[tuple[bool, str]] = field(factory=Counter)
    """Of what comes at once, or later: the sum of the squares of each customer's count."""

    def add(self, decisions: Iterable[Decision], now: int, called: Naming) -> None:
        """Count a customer's decisions, under the names that things now have."""
        found: Counter[tuple[bool, str]] = Counter()
        for decision in decisions:
            what = told(decision, called)
            if what is not None:
                at = parse_instant(decision.at)
                found[at is not None and at <= now, what] += 1
        for (at_once, what), count in found.items():
            (self.at_once if at_once else self.later)[what] += count
            self.squares[at_once, what] += count * count


@define
class Forecast:
    """What is known of a change when all customers have been looked at."""

    old: RuleSet
    new: RuleSet
    now: int
    """The present, in microseconds."""
    until: int
    customers: int = 0
    stages: Counter[tuple[str, str]] = field(factory=Counter)
    """Where customers are and where they will be."""
    runs: Counter[tuple[str, str]] = field(factory=Counter)
    """The same of runs that wait, as `trigger.step`; empty where they end."""
    sooner: int = 0
    """Customers to whom something happens sooner than under the old rules, up to the end."""
    stranded: Counter[str] = field(factory=Counter)
    lost: Counter[str] = field(factory=Counter)
    before: Counted = field(factory=Counted)
    after: Counted = field(factory=Counted)

    def look(self, people: Iterable[tuple[str, bytes]]) -> None:
        """Look at customers as they are stored."""
        carrier = Carrier(self.old, self.new)
        old, new = Engine(self.old), Engine(self.new)
        decode = msgspec.msgpack.Decoder(old.state_class).decode
        for name, data in people:
            self.customers += 1
            was: Any = decode(data)
            try:
                carried = carrier.carry(data)
            except StrandedError as error:
                self.stranded[error.where] += 1
                continue
            self.stages[was.stage, carried.state.stage] += 1
            self._note_runs(carrier, was, carried.state)
            self.lost.update(carried.lost)
            before, first_before = self._go_on(old, was, name)
            after, first_after = self._go_on(new, carried.state, name)
            self.before.add(before, self.now, carrier.names.now)
            self.after.add([*carried.decisions, *after], self.now, str)
            self.sooner += first_after < first_before

    def _go_on(self, engine: Engine, state: Any, name: str) -> tuple[list[Decision], int]:  # noqa: ANN401 — a struct made while running
        """Let a customer go on; gives what is decided, and when the first thing is, or the end."""
        engine.adopt(state)
        decisions = engine.advance_some([name], self.until)
        engine.release([name])
        instants = (parse_instant(decision.at) for decision in decisions)
        return decisions, min((at for at in instants if at is not None), default=self.until)

    def _note_runs(self, carrier: Carrier, was: Any, now: Any) -> None:  # noqa: ANN401
        present = Counter((run.trigger, run.step) for run in now.runs or ())
        for run in was.runs or ():
            place = carrier.names.step(run.trigger, run.step)
            goes_on = present[place] > 0
            present[place] -= goes_on
            self.runs[f"{run.trigger}.{run.step}", ".".join(place) if goes_on else ""] += 1
