"""A trigger while it runs: whether it may fire now, and what its steps do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import joined_slot, trait_set_slot, trait_slot
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.localtime import DailyHours, Period, period_index
from lifecycle_dsl.program import memory
from lifecycle_dsl.program.happenings import MessageSent
from lifecycle_dsl.program.rules import Frequency, Stay, Trigger

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


class Firing:
    """One trigger of one engine."""

    def __init__(self, machine: Machine, trigger: Trigger) -> None:
        self.machine = machine
        self.trigger = trigger
        self.name = trigger.name
        self.draft = trigger.draft
        program = machine.compiled.program
        self.lifecycle = program.lifecycle
        self.transactional = (
            trigger.topic is not None and program.topics[trigger.topic].transactional
        )
        self.hours = None if trigger.between is None else DailyHours(*trigger.between)
        self.frequencies = [
            (f"{trigger.name} {number} {frequency.reason}", frequency)
            for number, frequency in enumerate(trigger.frequencies)
        ]
        self._held_keys = {
            reason: f"{trigger.name} {reason}" for reason in ("hours", "once", "at_most")
        }
        self._steps: Callable[..., bool] | None = None

    def fire(self, c: State, r: Any, now: int, out: list[Any], event: str) -> bool:
        """Fires the trigger unless a guard holds it; whether the customer's state was changed."""
        if self.hours is not None and not self.hours.inside(self.machine.zone_of(c), now):
            return self._held(c, now, out, "hours")
        if self.frequencies:
            # Kept only for triggers that have fired: there may be thousands.
            kept = c.firings
            if kept is None:
                kept = c.firings = {}
            for key, frequency in self.frequencies:
                if self._used(c, now, kept.get(key), frequency) >= frequency.count:
                    return self._held(c, now, out, frequency.reason)
            for key, frequency in self.frequencies:
                kept[key] = self._counted(c, now, kept.get(key), frequency)
        if c.held is not None:
            for key in self._held_keys.values():
                c.held.pop(key, None)
        if c.fired_at == now:
            c.fired.append(self.name)
        else:
            c.fired_at, c.fired = now, [self.name]
        out.append(d.Fired(c.customer, self.machine.text(now), self.name, self.name, self.draft))
        if self._steps is None:
            self._steps = self.machine.compiled.steps(self.trigger, self.machine.links)
        return self._steps(c, r, now, out, event, self)

    def _held(self, c: State, now: int, out: list[Any], reason: str) -> bool:
        counts, key = c.held, self._held_keys[reason]
        if counts is None:
            counts = c.held = {}
        if key in counts:
            counts[key] += 1
        else:
            counts[key] = 1
            text = self.machine.text(now)
            out.append(d.Held(c.customer, text, self.name, self.name, reason, draft=self.draft))
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

    def send(
        self,
        c: State,
        now: int,
        out: list[Any],
        step: str,
        channel: str,
        template: str,
        data: dict[str, Any],
    ) -> bool:
        """Sends a message; whether anything remembers it."""
        trigger = self.trigger
        sent = d.Sent(
            c.customer,
            self.machine.text(now),
            self.name,
            channel,
            trigger.topic,
            template,
            data,
            self.transactional,
            self._key(c, step),
            self.draft,
        )
        out.append(sent)
        if self.draft:
            return False
        return self.machine.note_sent(c, now, channel, trigger.topic, template)

    def call(
        self, c: State, now: int, out: list[Any], step: str, action: str, data: dict[str, Any]
    ) -> None:
        """Calls an action."""
        text = self.machine.text(now)
        key = self._key(c, step)
        out.append(d.Called(c.customer, text, self.name, action, data, key, self.draft))

    def _key(self, c: State, step: str) -> str:
        """The idempotency key of a step of the present firing."""
        number = c.fired.count(self.name) - 1
        parts = (self.lifecycle, c.customer, self.name, str(c.fired_at), str(number), step)
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def set(
        self,
        c: State,
        now: int,
        out: list[Any],
        trait: str,
        value: Any,
        write: Callable[[Any], Any] | None,
    ) -> bool:
        """Sets a trait; whether it was another."""
        slot = trait_slot(trait)
        differs: bool = getattr(c, slot) != value
        if differs:
            shown = value if write is None else write(value)
            text = self.machine.text(now)
            out.append(d.Changed(c.customer, text, self.name, trait, shown, self.draft))
        if self.draft:
            return False
        setattr(c, slot, value)
        setattr(c, trait_set_slot(trait), now)
        if trait == "zone" and differs:
            self.machine.know_zone(value)
        return differs

    def join(self, c: State, now: int, out: list[Any], segment: str) -> bool:
        """Puts the customer into a segment; whether they were outside."""
        if getattr(c, joined_slot(segment)):
            return False
        text = self.machine.text(now)
        out.append(d.Joined(c.customer, text, self.name, segment, self.draft))
        if not self.draft:
            setattr(c, joined_slot(segment), True)
        return not self.draft

    def quit(self, c: State, now: int, out: list[Any], segment: str) -> bool:
        """Takes the customer out of a segment; whether they were in it."""
        if not getattr(c, joined_slot(segment)):
            return False
        text = self.machine.text(now)
        out.append(d.Quit(c.customer, text, self.name, segment, self.draft))
        if not self.draft:
            setattr(c, joined_slot(segment), False)
        return not self.draft


def is_sent(change: object, channel: str, topic: str | None, template: str) -> bool:
    """Whether a happening is a message like this one."""
    return (
        isinstance(change, MessageSent)
        and change.channel in (None, channel)
        and change.topic in (None, topic)
        and change.template in (None, template)
    )
