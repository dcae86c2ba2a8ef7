"""The engine: customers' states in memory, records in, decisions out.

An engine is for one thread at a time. It has no clock: time comes with records and with `advance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any

from msgspec import Struct

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.engine.snapshots import restored, snapshot
from lifecycle_dsl.engine.view import Customer, state_line
from lifecycle_dsl.localtime import FIRST_RECORD, LAST_RECORD, datetime_to_micros

Handler = Callable[[Any, Any, int, list[Any]], object]
REMEMBERED_IDS = 256
"""How many ids of a customer `dedupe` looks at."""


class Engine:
    """Runs a rule set over customers that it keeps in memory."""

    def __init__(self, ruleset: RuleSet, machine: Machine | None = None) -> None:
        self.ruleset = ruleset
        self.records = ruleset.records
        self.counts: dict[str, int] = {"records": 0, "late": 0, "duplicates": 0, "dead": 0}
        self._machine = Machine(ruleset.compiled) if machine is None else machine
        self._states: dict[str, Any] = {}
        self._counted_before: dict[str, int] = {}
        self._dead_letters: list[DeadLetter] = []
        self._ticked: int | None = None
        self._alarms: list[tuple[int, str]] | None = None
        self._alarm_at: dict[str, int] = {}
        self._names = {struct: name for name, struct in self.records.classes.items()}
        self._handlers: dict[str, dict[type, Handler]] = {s: {} for s in ruleset.program.stages}
        self._dedupe = ruleset.program.dedupe
        self._reads_idle = ruleset.compiled.plan.reads_idle

    # ---- input

    def process(self, event: Mapping[str, Any] | Struct | bytes) -> list[Decision]:
        """Handle one record: a mapping, a struct of `ruleset.events`, or encoded bytes.

        Raises:
            TypeError: where it is none of these; a malformed record becomes a dead letter.
        """
        if isinstance(event, bytes | bytearray | memoryview):
            record = self.records.decode_one(bytes(event))
        elif isinstance(event, Mapping | Struct):
            record = self.records.convert(event)
        else:
            raise TypeError(f"an event is a mapping, a struct or bytes, not {event!r:.80}")
        out: list[Decision] = []
        if isinstance(record, DeadLetter):
            self._bury([record])
        else:
            self._handle([record], out)
        return out

    def process_batch(self, data: bytes) -> list[Decision]:
        """Handle a MessagePack frame or JSON Lines; malformed records become dead letters."""
        decoded = self.records.decode(data)
        if decoded.dead_letters:
            self._bury(decoded.dead_letters)
        return self.handle(decoded.records)

    def handle(self, records: list[Any]) -> list[Decision]:
        """Handle records as `records` decodes them."""
        out: list[Decision] = []
        self._handle(records, out)
        return out

    def advance(self, now: int | datetime) -> list[Decision]:
        """Run every customer's timers that are due at or before an instant, in order of time.

        Raises:
            TypeError: where it is neither a whole number nor a datetime with an offset.
            ValueError: where it lies before 1980 or after 2200, as seconds given by mistake do.
        """
        limit = instant_given(now)
        self._ticked = limit if self._ticked is None else max(self._ticked, limit)
        return self._run_timers(self._ringing(limit), limit)

    def advance_some(self, customers: Iterable[str], now: int) -> list[Decision]:
        """As `advance`, of some customers only: for one who keeps the others elsewhere."""
        return self._run_timers(customers, now)

    def _run_timers(self, customers: Iterable[str], limit: int) -> list[Decision]:
        out: list[Decision] = []
        machine = self._machine
        turns = self._first_turns(customers, limit)
        while turns:
            at, name = heappop(turns)
            c = self._states[name]
            due = machine.drain(c, max(at, c.clock), limit, out)
            if due <= c.clock:
                # What has run at this very instant waits for the customer's next, or for the limit.
                due = machine.drain(c, limit, limit, out)
            if c.clock < due <= limit:
                heappush(turns, (due, name))
            else:
                self._set_alarm(name, due)
        return out

    def _ringing(self, limit: int) -> Iterator[str]:
        """Whose alarms ring up to a limit."""
        alarms = self._set_alarms()
        while alarms and alarms[0][0] <= limit:
            at, name = heappop(alarms)
            if self._alarm_at.get(name) == at:  # else it was set anew since
                del self._alarm_at[name]
                yield name

    def _first_turns(self, customers: Iterable[str], limit: int) -> list[tuple[int, str]]:
        """Who has something due up to a limit, with the exact instant of the first, as a heap.

        Alarms may ring early, depending on what happened before; the order of a tick may not.
        """
        turns: list[tuple[int, str]] = []
        early: list[tuple[str, int]] = []
        for name in customers:
            due = self._machine.next_due(self._states[name], limit)
            if due <= limit:
                turns.append((due, name))
            else:
                # From here on, as exactly as is known: what comes sooner is found by `c.due`.
                self._states[name].due = due
                early.append((name, due))
        for name, due in early:
            self._set_alarm(name, due)
        heapify(turns)
        return turns

    def take_dead_letters(self) -> list[DeadLetter]:
        """The dead letters since the last time, of `process` and `process_batch`."""
        taken, self._dead_letters = self._dead_letters, []
        return taken

    # ---- state

    def adopt(self, state: Any) -> None:
        """Take in a customer who is somewhere already, in place of one of the same name."""
        self._states[state.customer] = state
        self._alarms = None

    @property
    def state_class(self) -> type[Struct]:
        """The class of customers' states, which msgspec encodes by name."""
        return self._machine.State

    def __contains__(self, customer: str) -> bool:
        return customer in self._states

    def state(self, customer: str) -> Any:
        """A customer's state; KeyError where nobody is called so."""
        return self._states[customer]

    def release(self, customers: Iterable[str]) -> None:
        """Let go of customers, who are kept elsewhere."""
        for name in customers:
            self._states.pop(name, None)
        self._alarms = None

    @property
    def clock(self) -> int | None:
        """The latest instant of all records and ticks, in microseconds; None before the first."""
        instants = [c.clock for c in self._states.values()]
        if self._ticked is not None:
            instants.append(self._ticked)
        return max(instants, default=None)

    def customer(self, name: str, at: int | None = None) -> Customer:
        """A customer as they were at the end of their last step, or as they are at an instant.

        Raises:
            KeyError: where nobody is called so.
        """
        return Customer(self._machine, self._states[name], at)

    def customers(self) -> Iterator[str]:
        """Their names, in the order of their first records."""
        return iter(self._states)

    def states(
        self, at: int | None = None, customers: Iterable[str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The lines of a state file, sorted by customer, scores read at an instant."""
        for name in sorted(self._states if customers is None else customers):
            yield state_line(self._machine, self._states[name], at)

    def snapshot(self) -> bytes:
        """Everything that `restore` needs, as MessagePack."""
        return snapshot(self.ruleset, self.clock, self.counts, self._states.values())

    @classmethod
    def restore(cls, ruleset: RuleSet, data: bytes) -> Engine:
        """The engine that a snapshot was taken of.

        Raises:
            ValueError: where the snapshot is broken or of other rules.
        """
        engine = cls(ruleset)
        saved = restored(ruleset, engine._machine.State, data)
        engine._ticked = saved.clock
        engine.counts.update(saved.counts)
        engine._counted_before = saved.counts
        engine._states = {c.customer: c for c in saved.customers}
        return engine

    # ---- one record after the other

    def _bury(self, letters: list[DeadLetter]) -> None:
        self.counts["dead"] += len(letters)
        self._dead_letters += letters

    def _handle(self, records: list[Any], out: list[Any]) -> None:
        states, handlers, machine = self._states, self._handlers, self._machine
        dedupe, reads_idle = self._dedupe, self._reads_idle
        waits = machine.waits
        late = 0
        start, end = 0, 0  # the span of time in which no epoch of decay begins
        for r in records:
            now = r.at
            try:
                c = states[r.customer]
            except KeyError:
                self._begin(r, now, out)
                continue
            except AttributeError:
                out += self.advance(now)
                continue
            if dedupe is not None and r.id is not None and self._is_double(c, r):
                continue
            clock = c.clock
            if now < clock:
                now = clock
                late += 1
            if now >= c.due or clock < start or now >= end:
                start, end = machine.epoch_of(now)
                machine.catch_up(c, now, out)
                self._alarm(c)
            c.clock = now
            try:
                handler = handlers[c.stage][r.__class__]
            except KeyError:
                handler = self._handler(c.stage, r.__class__)
            settle = handler(c, r, now, out)
            if reads_idle and self._names[r.__class__] != "profile":
                c.recent = now
            if settle or (waits and machine.sooner != NEVER):
                self._settle(c, now, out, settle)
        self.counts["records"] += len(records)
        self.counts["late"] += late
        before = self._counted_before
        for name, count in machine.counts().items():
            self.counts[name] = before.get(name, 0) + count

    def _begin(self, r: Any, now: int, out: list[Any]) -> None:
        """Handle a customer's first record."""
        c = self._machine.begin(r, self._names[r.__class__], now, out)
        self._states[r.customer] = c
        if self._dedupe is not None and r.id is not None:
            c.ids = [(r.id, now)]
        self._alarm(c)

    def _handler(self, stage: str, struct: type) -> Handler:
        """The handler of a stage and an event, made on first use."""
        machine = self._machine
        made: Handler = machine.compiled.handler(
            stage, self._names[struct], machine.links, first=False
        )
        if machine.stepped is not None:
            made = _seen(made, machine.stepped)
        self._handlers[stage][struct] = made
        return made

    def _is_double(self, c: Any, r: Any) -> bool:
        """Whether a record's id was seen lately; if not, it is remembered."""
        assert self._dedupe is not None
        clock = c.clock
        ids = c.ids or []
        if r.at <= clock and any(known == r.id and clock - t < self._dedupe for known, t in ids):
            self.counts["duplicates"] += 1
            return True
        c.ids = [*ids[1 - REMEMBERED_IDS :], (r.id, max(r.at, clock))]
        return False

    def _settle(self, c: Any, now: int, out: list[Any], settle: Any) -> None:
        """Run what is due at once after a record, and see to the customer's next alarm."""
        machine = self._machine
        if settle:
            machine.drain(c, now, now, out)
            self._alarm(c)
        # `c.due` may be sooner already than what is new; its alarm need not be.
        self._set_alarm(c.customer, machine.sooner)
        machine.sooner = NEVER

    def _alarm(self, c: Any) -> None:
        if self._alarms is not None:
            self._set_alarm(c.customer, c.due)
            if len(self._alarms) > 4 * len(self._states) + 1_000:
                self._alarms = None  # most are stale: they are made anew at the next tick

    def _set_alarm(self, name: str, due: int) -> None:
        if self._alarms is not None and due < self._alarm_at.get(name, NEVER):
            self._alarm_at[name] = due
            heappush(self._alarms, (due, name))

    def _set_alarms(self) -> list[tuple[int, str]]:
        if self._alarms is None:
            self._alarm_at = {n: c.due for n, c in self._states.items() if c.due != NEVER}
            self._alarms = [(due, name) for name, due in self._alarm_at.items()]
            heapify(self._alarms)
        return self._alarms


def _seen(handler: Handler, stepped: Callable[[Any, int, list[Any]], None]) -> Handler:
    """A handler whose step somebody looks at when it ends."""

    def handle(c: Any, r: Any, now: int, out: list[Any]) -> object:
        settle = handler(c, r, now, out)
        stepped(c, now, out)
        return settle

    return handle


def instant_given(now: int | datetime) -> int:
    """An instant of the language from what a caller gives."""
    if isinstance(now, datetime):
        if now.tzinfo is None:
            raise TypeError("an instant needs an offset: a datetime with tzinfo, or microseconds")
        now = datetime_to_micros(now)
    if not isinstance(now, int):
        raise TypeError(f"an instant is a whole number of microseconds, not {now!r:.80}")
    if not FIRST_RECORD <= now <= LAST_RECORD:
        raise ValueError(f"{now} microseconds since 1970 lie outside the years 1980 to 2200")
    return now
