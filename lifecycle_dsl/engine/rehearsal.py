"""A machine for tests: customers put where a test wants them, without anything happening.

What is given fires nothing: what is watched is taken as it is then found. Nobody is held out and
everybody is in the first arm of every split, unless that is given too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifecycle_dsl.arithmetic import HOLDOUT_SALT
from lifecycle_dsl.compiler.layout import joined_slot, score_slot, trait_set_slot, trait_slot
from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.engine.journeys import RunTimer
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.program.steps import Split, all_steps

State = Any
_HELD_OUT, _NOT_HELD_OUT = -1, 10_000


class Rehearsal(Machine):
    """A machine whose customers can be given a state."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was given, and who looks on."""
        self.stepped = None
        self.held_out = False
        self._buckets: dict[str, int] = {}
        """By salt."""
        self._waiting: dict[str, State] = {}
        """Customers who have been given something, but no stage."""

    def bucket(self, salt: str, customer: str) -> int:
        """The bucket that puts everybody where the test wants them."""
        del customer
        if salt == HOLDOUT_SALT:
            return _HELD_OUT if self.held_out else _NOT_HELD_OUT
        return self._buckets.get(salt, -1)

    def new(self, customer: str, now: int) -> State:
        """The state of a new customer, with what was given."""
        c = self._waiting.pop(customer, None)
        if c is None:
            return super().new(customer, now)
        self.set_clock(c, now)
        c.first = c.entered = now
        self.watched.take(c, now)
        return c

    def nowhere(self, customer: str, now: int) -> State:
        """The customer before their first record, to be given something."""
        if customer not in self._waiting:
            self._waiting[customer] = super().new(customer, now)
        return self._waiting[customer]

    def place(self, c: State, now: int, stage: str) -> None:
        """Puts a customer into a stage, as if they had come there now."""
        self._waiting.pop(c.customer, None)
        before = c.stage or None
        if before is not None and before != stage:
            c.previous = before
        self.enter(c, now, before, stage)
        if before is None:
            c.first = now

    def set_trait(self, c: State, now: int, trait: str, value: object) -> None:
        """Gives a trait a value."""
        if trait == "zone":
            self.rezone(c, value if isinstance(value, str) else None, now)
        dated = self.compiled.layout.dated.get(trait)
        if dated is not None and getattr(c, trait_slot(trait)) != value:
            setattr(c, dated, now)
        setattr(c, trait_slot(trait), value)
        setattr(c, trait_set_slot(trait), now)

    def set_score(self, c: State, now: int, name: str, value: float) -> None:
        """Gives a score a value, within its bounds."""
        score = self.compiled.program.scores[name]
        kept = min(max(value, score.low), score.high)
        if score.half_life is not None:
            growth = self.links[f"growth_{score.half_life}"]
            kept *= growth(c.clock, now)
        setattr(c, score_slot(name), kept)
        c.steady_until = 0

    def join(self, c: State, segment: str) -> None:
        """Puts a customer into a segment."""
        setattr(c, joined_slot(segment), True)

    def deal(self, split: str, arm: int) -> None:
        """Everybody is in an arm of a split, counted from 1."""
        for trigger in self.compiled.program.triggers:
            for step in all_steps(trigger.steps):
                if isinstance(step, Split) and step.name == split:
                    before = sum(share.buckets for share in step.shares[: arm - 1])
                    self._buckets[self.salts[split]] = before

    def pending(self, c: State, until: int) -> Iterator[tuple[str, int]]:
        """What becomes due up to an instant without any record: its timer's key, and when.

        The key of a run is `run TRIGGER`, a NUL, and the step at which it waits.
        """
        _, found = self._of_stage(c.stage).look(self, c, until, until)
        for due, _, timer in found:
            if isinstance(timer, RunTimer):
                yield f"run {timer.run_.trigger}\0{timer.run_.step}", due
            else:
                yield timer.key, due

    def settle(self, c: State, now: int) -> None:
        """Takes what is watched as it now is; timers are looked at anew."""
        self.watched.take(c, now)
        c.due = min(c.due, now)
