"""The guards of a trigger, and those of its messages, as they stand for a customer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from lifecycle_dsl.arithmetic import HOLDOUT_SALT
from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.decisions import Decision, Fired, Sent
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.conditions import explained
from lifecycle_dsl.explaining.forecast import Future
from lifecycle_dsl.explaining.model import (
    Bucket,
    Filling,
    Gate,
    Guard,
    Hours,
    Limit,
    Message,
    Passing,
    Stages,
    Standing,
)
from lifecycle_dsl.explaining.probe import Probe, reads_private
from lifecycle_dsl.localtime import (
    DailyHours,
    Period,
    first_outside,
    next_period_start,
    parse_instant,
    period_index,
)
from lifecycle_dsl.program import memory
from lifecycle_dsl.program.messages import Cap, MessageGuards
from lifecycle_dsl.program.rules import Frequency, Stay, Trigger
from lifecycle_dsl.program.steps import Await, Send, WaitUntil, all_steps

Past = Sequence[Decision]
"""The firings and messages of the customer that are known, the oldest first."""


@frozen
class Gates:
    """The gates of a trigger for a customer at an instant."""

    probe: Probe
    trigger: Trigger
    past: Past = ()

    def of_firing(self, each: str | None = None) -> tuple[Gate, ...]:
        """What must let through before it fires, in the order in which it is asked."""
        return tuple(self._firing(each))

    def _firing(self, each: str | None) -> Iterable[Gate]:
        probe, trigger = self.probe, self.trigger
        if trigger.stages is not None:
            inside = probe.state.stage in trigger.stages
            need = None if inside else n.InStage(trigger.stages)
            detail = Stages(trigger.stages, probe.state.stage)
            yield Gate(Guard.STAGE, inside, detail=detail, need=need)
        if trigger.condition is not None:
            when = explained(probe, trigger.condition, lasting=True)
            yield Gate(Guard.WHEN, when.fits, condition=when, need=when.need)
        if trigger.between is not None:
            yield self._hours(DailyHours(*trigger.between))
        firing = probe.machine.firings[trigger.name]
        for key, frequency in firing.frequencies:
            yield self._frequency(key, frequency)
        if not trigger.restart:
            yield from self._running(each)
        if trigger.each is not None:
            yield from self._too_many(each)

    def _hours(self, hours: DailyHours) -> Gate:
        zone, now = self._zone, self.probe.now
        inside = hours.inside(zone, now)
        turn = hours.next_change(zone, now)
        need = None if inside or turn is None else n.Wait(turn, turn - now)
        return Gate(Guard.HOURS, inside, detail=Hours((hours,), turn), need=need)

    @property
    def _zone(self) -> Any:
        return self.probe.machine.zone_of(self.probe.state)

    # ---- how often

    def _frequency(self, key: str, frequency: Frequency) -> Gate:
        slot = (self.probe.state.firings or {}).get(key)
        fired = [
            each for each in self.past if isinstance(each, Fired) and each.rule == self.trigger.name
        ]
        used, free_at = self._used(frequency.per, frequency.count, slot)
        passed = used < frequency.count
        need: n.Need | None = None
        if not passed and free_at is not None:
            need = n.Wait(free_at, free_at - self.probe.now)
        elif not passed and frequency.per is Stay.STAY:
            stages = tuple(s for s in self.probe.program.stages if s != self.probe.state.stage)
            need = n.InStage(stages)
        elif not passed:
            need = n.Never(n.Hopeless.ONCE)
        limit = Limit(frequency, used, _newest(fired, used), free_at)
        guard = Guard.ONCE if frequency.reason == "once" else Guard.AT_MOST
        return Gate(guard, passed, detail=limit, need=need)

    def _used(self, per: object, count: int, slot: Any) -> tuple[int, int | None]:
        """How many count, and when one less does so that there is room."""
        now = self.probe.now
        match per:
            case None:
                return int(slot or 0), None
            case int() as span:
                young = (slot or [])[bisect_right(slot or [], now - span) :]
                full = len(young) >= count
                return len(young), young[len(young) - count] + span if full else None
            case Stay.STAY:
                stays = slot is not None and slot[0] == self.probe.state.entered
                return (int(slot[1]) if stays else 0), None
            case memory.Period():
                period = Period(per.value)
                current = slot is not None and slot[0] >= period_index(self._zone, now, period)
                used = int(slot[1]) if current else 0
                free = next_period_start(self._zone, now, period) if used >= count else None
                return used, free
            case _:
                raise TypeError(f"no span: {per!r}")

    # ---- runs

    def _running(self, each: str | None) -> Iterable[Gate]:
        runs = [run for run in self._runs() if self.trigger.each is None or run.each == each]
        if self.trigger.each is not None and each is None:
            return  # nobody says which value
        if runs or self._waits():
            need = self._fewer_runs(runs, 1, each) if runs else None
            yield Gate(Guard.ALREADY_RUNNING, not runs, detail=tuple(runs), need=need)

    def _too_many(self, each: str | None) -> Iterable[Gate]:
        assert self.trigger.each is not None
        runs = self._runs()
        others = tuple(run for run in runs if run.each != each)
        up_to = self.trigger.each.up_to
        room = len(others) < up_to
        need = None if room else self._fewer_runs(others, up_to)
        yield Gate(Guard.TOO_MANY, room, f"up to {up_to}", detail=others, need=need)

    def _fewer_runs(
        self, runs: Iterable[Standing], than: int, each: str | None = None
    ) -> n.Need | None:
        if any(self._hides_end(run.step) for run in runs):
            return n.Hidden()
        end = Future(self.probe).fewer_runs(self.trigger.name, than, each)
        return None if end is None else n.Wait(end, end - self.probe.now)

    def _runs(self) -> list[Standing]:
        machine, c = self.probe.machine, self.probe.state
        journey = machine.journeys[self.trigger.name]
        found = []
        for run in c.runs or ():
            if run.trigger == self.trigger.name and run.step:
                due = journey.due(c, run)
                end = None if due >= NEVER or self._hides_end(run.step) else due
                found.append(Standing(run.trigger, run.step, run.since, end, run.each))
        return found

    def _hides_end(self, name: str) -> bool:
        """Whether the instant up to which a step waits would tell something private."""
        program = self.probe.program
        return any(
            step.name == name and step.instant is not None and reads_private(program, step.instant)
            for step in all_steps(self.trigger.steps)
            if isinstance(step, WaitUntil | Await)
        )

    def _waits(self) -> bool:
        kinds = {type(step).__name__ for step in all_steps(self.trigger.steps)}
        return bool(kinds & {"Wait", "WaitUntil", "Await"})

    # ---- messages

    def of_messages(self) -> tuple[Message, ...]:
        """What guards each of its messages."""
        sends = (step for step in all_steps(self.trigger.steps) if isinstance(step, Send))
        return tuple(self.of_message(step) for step in sends)

    def of_message(self, step: Send) -> Message:
        """What guards a message."""
        if step.route is None:
            assert step.channel is not None
            gates = (*self._draft(), *self._passage(step.channel, asks_holdout=True))
            return Message(step.name, None, None, (Passing(step.channel, gates),))
        machine = self.probe.machine
        whole = Passing(None, (*self._draft(), *self._passage(None, asks_holdout=True)))
        route = self.probe.program.routes[step.route]
        order = machine.messages.channels(self.probe.state, self.probe.now, route)
        channels = tuple(
            Passing(channel, tuple(self._passage(channel, asks_holdout=False))) for channel in order
        )
        return Message(step.name, step.route, whole, channels)

    def _draft(self) -> Iterable[Gate]:
        if self.trigger.draft:
            yield Gate(Guard.DRAFT, passed=False, need=n.Edit("draft"))

    def _passage(self, channel: str | None, *, asks_holdout: bool) -> Iterable[Gate]:
        probe = self.probe
        owners = self._owners(channel)
        file = probe.program.message_guards
        for blocks in (*(guards.blocks for _, guards, _ in owners), file.blocks):
            for block in blocks:
                found = explained(probe, block.condition, wanted=False)
                yield Gate(Guard.BLOCK, found.fits, block.name, found, need=found.need)
        for owner, guards, asks in owners:
            if asks and guards.consent is not None:
                consent = explained(probe, guards.consent)
                yield Gate(Guard.CONSENT, consent.fits, owner, consent, need=consent.need)
        if asks_holdout and not self._transactional and file.holdout:
            bucket = probe.machine.bucket(HOLDOUT_SALT, probe.state.customer)
            inside = bucket < file.holdout
            need = n.Never(n.Hopeless.HOLDOUT) if inside else None
            yield Gate(Guard.HOLDOUT, not inside, detail=Bucket(bucket, file.holdout), need=need)
        if channel is not None:
            yield from self._quiet(channel)
            yield from self._caps(channel, owners)

    @property
    def _transactional(self) -> bool:
        topic = self.trigger.topic
        return topic is not None and self.probe.program.topics[topic].transactional

    def _owners(self, channel: str | None) -> list[tuple[str, MessageGuards, bool]]:
        """Channel and topic, with whether more than their blocks is asked."""
        program, topic = self.probe.program, self.trigger.topic
        owners = []
        if channel is not None:
            owners.append((channel, program.channels[channel].guards, not self._transactional))
        if topic is not None:
            owners.append((topic, program.topics[topic].guards, True))
        return owners

    def _quiet(self, channel: str) -> Iterable[Gate]:
        passage = self.probe.machine.messages.passage(channel, self.trigger.topic)
        if not passage.quiet:
            return
        now = self.probe.now
        until = first_outside(self._zone, now, passage.quiet)
        windows = tuple(w for w in passage.quiet if w.inside(self._zone, now))
        need = None if until is None or until == now else n.Wait(until, until - now)
        detail = Hours(windows or passage.quiet, until)
        yield Gate(Guard.QUIET, until == now, detail=detail, need=need)

    def _caps(self, channel: str, owners: list[tuple[str, MessageGuards, bool]]) -> Iterable[Gate]:
        caps: list[tuple[str, Cap]] = [
            (owner, cap) for owner, guards, asks in owners if asks for cap in guards.caps
        ]
        if not self._transactional:
            caps += [
                ("all" if cap.channels is None else ", ".join(cap.channels), cap)
                for cap in self.probe.program.message_guards.caps
                if cap.channels is None or channel in cap.channels
            ]
        for owner, cap in caps:
            slot = (self.probe.state.caps or {}).get(cap.key)
            used, free_at = self._used(cap.per, cap.count, slot)
            counted = [
                each for each in self.past if isinstance(each, Sent) and self._counts(each, cap)
            ]
            need = None if free_at is None else n.Wait(free_at, free_at - self.probe.now)
            limit = Limit(cap, used, _newest(counted, used), free_at)
            yield Gate(Guard.CAP, used < cap.count, owner, detail=limit, need=need)

    def _counts(self, sent: Sent, cap: Cap) -> bool:
        passage = self.probe.machine.messages.passage(sent.channel, sent.topic)
        return any(counter.key == cap.key for counter in passage.caps)


def _newest(found: Sequence[Decision], count: int) -> tuple[Filling, ...]:
    newest = found[len(found) - count :] if 0 < count <= len(found) else found if count else ()
    return tuple(
        Filling(
            parse_instant(each.at) or 0,
            each.rule,
            each.template if isinstance(each, Sent) else None,
        )
        for each in newest
    )


def hindrance(gates: Iterable[Gate]) -> Gate | None:
    """The first gate that does not let through."""
    return next((gate for gate in gates if not gate.passed), None)
