"""The interpreter: records and ticks in, decisions and states out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifecycle_dsl.arithmetic import nine_decimals
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import NO_STAGE
from tests.reference.customer import Customer, Decision, Moment, Record, Value
from tests.reference.evaluate import holds, inside, rank, score
from tests.reference.happenings import watched_now
from tests.reference.records import decoded
from tests.reference.step import move, record_step, run_until, settle
from tests.reference.timers import next_due
from tests.reference.traits import set_profile
from tests.reference.written import json_value

IDS_KEPT = 256


class Reference:
    """All customers under one rule set."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.customers: dict[str, Customer] = {}

    def process(self, record: Mapping[str, Any]) -> list[Decision]:
        """One valid record, `at` in microseconds; or a tick."""
        if record["type"] == "tick":
            return self.advance(record["at"])
        r = decoded(self.program, record)
        customer = self.customers.get(r.customer)
        if customer is not None and self._seen_before(customer, r):
            return []
        decisions: list[Decision] = []
        before = None
        if customer is None:
            customer = self._place(r, decisions)
        else:
            now = max(r.at, customer.clock)
            run_until(Moment(self.program, customer, now, decisions), now)
            customer.move_clock(now)
            before = customer.stage
        m = Moment(self.program, customer, customer.clock, decisions).at_record(r)
        record_step(m, before)
        if self.program.dedupe is not None and r.id is not None:
            customer.ids.append((r.id, m.now))
        settle(m.without_record())
        return decisions

    def advance(self, at: int) -> list[Decision]:
        """A tick: run every timer due at or before an instant."""
        due: list[tuple[int, str]] = []
        for customer in self.customers.values():
            first = next_due(self._moment(customer, customer.clock), at)
            if first is not None:
                due.append((first, customer.name))
        decisions: list[Decision] = []
        for _, name in sorted(due):
            customer = self.customers[name]
            run_until(Moment(self.program, customer, customer.clock, decisions), at)
        return decisions

    def state(self, name: str, at: int | None = None) -> dict[str, Value]:
        """A line of the state, scores and levels read at an instant, else at the clock's."""
        customer = self.customers[name]
        m = self._moment(customer, customer.clock if at is None else max(at, customer.clock))
        program = self.program
        return {
            "customer": name,
            "stage": customer.stage,
            "previous": None if customer.previous == NO_STAGE else customer.previous,
            "entered": format_instant(customer.entered),
            "scores": {each: nine_decimals(score(m, each)) for each in program.scores},
            "levels": {
                level.name: level.labels[rank(m, level) or 0] for level in program.levels.values()
            },
            "traits": {
                trait.name: json_value(trait.type, customer.traits[trait.name])
                for trait in program.traits.values()
            },
            "segments": [
                segment.name for segment in program.segments.values() if inside(m, segment) is True
            ],
        }

    def _seen_before(self, customer: Customer, r: Record) -> bool:
        if self.program.dedupe is None or r.id is None or r.at > customer.clock:
            return False
        latest = customer.ids[-IDS_KEPT:]
        young = {known for known, t in latest if customer.clock - t < self.program.dedupe}
        return r.id in young

    def _place(self, r: Record, decisions: list[Decision]) -> Customer:
        """A new customer: watches as of nobody, the traits of a profile, then the start."""
        traits = {trait.name: trait.default for trait in self.program.traits.values()}
        customer = Customer(name=r.customer, clock=r.at, first=r.at, entered=r.at, traits=traits)
        self.customers[r.customer] = customer
        m = Moment(self.program, customer, r.at, decisions).at_record(r)
        customer.remembered = watched_now(m)
        if r.event == "profile":
            set_profile(m)
        for placing in self.program.start:
            if holds(m.without_record(), placing.condition):
                move(m, placing.target, "start")
                return customer
        raise AssertionError("a checked start places everybody")

    def _moment(self, customer: Customer, now: int) -> Moment:
        return Moment(self.program, customer, now, [])
