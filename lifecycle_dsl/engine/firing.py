"""A trigger while it runs: whether it may fire now, and what its steps do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.runs import Run
from lifecycle_dsl.compiler.steps import Entry, keeps_runs
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.effects import Effects
from lifecycle_dsl.engine.hearing import Values
from lifecycle_dsl.localtime import DailyHours, Period, period_index
from lifecycle_dsl.program import memory
from lifecycle_dsl.program.rules import Frequency, Stay, Trigger
from lifecycle_dsl.program.trigger_text import frequency_keys

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
START = Entry()


class Firing(Effects):
    """One trigger of one engine."""

    def __init__(self, machine: Machine, trigger: Trigger) -> None:
        super().__init__(machine, trigger)
        program = machine.compiled.program
        self.hours = None if trigger.between is None else DailyHours(*trigger.between)
        self.frequencies = list(zip(frequency_keys(trigger), trigger.frequencies, strict=True))
        self.values = Values(program, trigger.each)
        # Where nothing is kept of a run, one serves every firing.
        self._lone = None if keeps_runs(program, trigger) else Run(self.name, 0)
        self._is_guarded = self.hours is not None or bool(self.frequencies)
        self._start: Callable[..., bool] | None = None

    def fire(
        self,
        c: State,
        r: Any,
        now: int,
        out: list[Any],
        event: str,
        in_hours: bool | None = None,
        each: str | None = None,
        kept: dict[str, Any] | None = None,
    ) -> bool:
        """Fires the trigger unless a guard holds it; whether the customer's state was changed.

        Its hours are looked at when it is matched, before the steps of others: `in_hours` says
        what was found then; None where it is matched here.
        """
        if self.trigger.each is not None and each is None:
            each = self.values.of(r, event)
            if each is None:
                return False
        if self._is_guarded or c.runs is not None:
            reason = self._stopped(c, now, in_hours, each)
            if reason is not None:
                return self._held(c, now, out, reason, each)
            for key, frequency in self.frequencies:
                c.firings[key] = self._counted(c, now, c.firings.get(key), frequency)
            if c.runs is not None and self.trigger.restart:
                self._end(c, now, out, each)
        if c.held is not None:
            c.held.pop(self.name, None)
        if c.fired_at == now:
            number = c.fired.count(self.name)
            c.fired.append(self.name)
        else:
            c.fired_at, c.fired, number = now, [self.name], 0
        text = self.machine.text(now)
        out.append(d.Fired(c.customer, text, self.name, self.name, each, self.draft))
        if self._lone is None:
            run = Run(self.name, now, number, each, "", now, None, kept)
        else:
            run = self._lone
            run.fired_at, run.number = now, number
        if self._start is None:
            self._start = self.steps(START)
        changed = self._start(c, r, now, out, event, self, run)
        if run.step:
            c.runs = [run] if c.runs is None else [*c.runs, run]
        return changed

    def in_hours(self, c: State, now: int) -> bool:
        """Whether the local time lies in `between T and T`."""
        return self.hours is None or self.hours.inside(self.machine.zone_of(c), now)

    def _stopped(self, c: State, now: int, in_hours: bool | None, each: str | None) -> str | None:
        """The reason for which it may not fire now."""
        if self.hours is not None:
            within = self.in_hours(c, now) if in_hours is None else in_hours
            if not within:
                return "hours"
        if self.frequencies:
            # Kept only for triggers that have fired: there may be thousands.
            kept = c.firings
            if kept is None:
                kept = c.firings = {}
            for key, frequency in self.frequencies:
                if self._used(c, now, kept.get(key), frequency) >= frequency.count:
                    return frequency.reason
        return None if c.runs is None else self._running(c, each)

    def _running(self, c: State, each: str | None) -> str | None:
        """Whether runs that wait stop another one."""
        running = [run.each for run in c.runs if run.trigger == self.name]
        if each in running:
            return None if self.trigger.restart else "already_running"
        if self.trigger.each is not None and len(running) >= self.trigger.each.up_to:
            return "too_many"
        return None

    def _end(self, c: State, now: int, out: list[Any], each: str | None) -> None:
        """Ends the run that a new one takes the place of."""
        for run in c.runs:
            if run.trigger == self.name and run.each == each:
                self.leave(c, now, out, run, run.step, "restart")
                self.remove(c, run)
                return

    def _held(self, c: State, now: int, out: list[Any], reason: str, each: str | None) -> bool:
        held = c.held
        if held is None:
            held = c.held = {}
        counts = held.setdefault(self.name, {})
        if reason in counts:
            counts[reason] += 1
        else:
            counts[reason] = 1
            text = self.machine.text(now)
            out.append(
                d.Held(c.customer, text, self.name, self.name, reason, each=each, draft=self.draft)
            )
        return False

    def _used(self, c: State, now: int, slot: Any, frequency: Frequency) -> int:
        """How many firings count against a frequency."""
        if slot is None:
            return 0
        match frequency.per:
            case None:
                return int(slot)
            case int() as span:
                return len(slot) - bisect_right(slot, now - span)
            case Stay.STAY:
                return int(slot[1]) if slot[0] == c.entered else 0
            case _:
                return int(slot[1]) if slot[0] >= self._period(c, now, frequency) else 0

    def _counted(self, c: State, now: int, slot: Any, frequency: Frequency) -> Any:
        """The slot with one more firing."""
        match frequency.per:
            case None:
                return (slot or 0) + 1
            case int() as span:
                slot = slot or []
                return [*slot[bisect_right(slot, now - span) :], now]
            case Stay.STAY:
                period = c.entered
            case _:
                period = self._period(c, now, frequency)
                if slot is not None:
                    period = max(period, slot[0])
        return [period, slot[1] + 1 if slot is not None and slot[0] == period else 1]

    def _period(self, c: State, now: int, frequency: Frequency) -> int:
        assert isinstance(frequency.per, memory.Period)
        return period_index(self.machine.zone_of(c), now, Period(frequency.per.value))
