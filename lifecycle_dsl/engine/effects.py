"""What the steps of a trigger do: messages, calls, traits, segments, and where a run waits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import joined_slot, trait_set_slot, trait_slot
from lifecycle_dsl.compiler.runs import Run
from lifecycle_dsl.compiler.steps import Entry
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.messages import CapCounter, Passage
from lifecycle_dsl.localtime import at_time_next
from lifecycle_dsl.program.happenings import MessageSent
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import LONGEST_COMPUTED_WAIT

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Out = list[Any]
MOST_DEFERRALS = 32
"""How often a message waits for quiet times to end; then it is dropped."""


class Effects:
    """What the compiled steps of one trigger ask for."""

    def __init__(self, machine: Machine, trigger: Trigger) -> None:
        self.machine = machine
        self.trigger = trigger
        self.name = trigger.name
        self.topic = trigger.topic
        self.draft = trigger.draft
        program = machine.compiled.program
        self.lifecycle = program.lifecycle
        self.transactional = (
            trigger.topic is not None and program.topics[trigger.topic].transactional
        )
        self._steps: dict[Entry, Callable[..., bool]] = {}
        self._caps: dict[str, tuple[CapCounter, ...]] = {}

    def steps(self, entry: Entry) -> Callable[..., bool]:
        """The steps from a place on."""
        found = self._steps.get(entry)
        if found is None:
            compiled = self.machine.compiled
            found = compiled.steps(self.trigger, entry, self.machine.links)
            self._steps[entry] = found
        return found

    # ---- messages: None if one waits, "" if it is held, else the channel

    def by_channel(
        self, c: State, now: int, out: Out, run: Run, step: str, channel: str
    ) -> str | None:
        """Whether a message may go out by a channel."""
        if self.draft:
            return self._hold(c, now, out, run, step, "draft", channel)
        messages = self.machine.messages
        passage = messages.passage(channel, self.topic)
        reason = self._refused(c, now, passage)
        if reason is not None:
            return self._hold(c, now, out, run, step, reason, channel)
        if (
            passage.quiet
            and (waits := self._quiet(c, now, out, run, step, channel, passage)) != channel
        ):
            return waits
        if not passage.has_room(c, now, self.machine.zone_of(c)):
            return self._hold(c, now, out, run, step, "cap", channel)
        run.deferrals = 0
        return channel

    def by_route(self, c: State, now: int, out: Out, run: Run, step: str, name: str) -> str | None:
        """By which channel of a route a message may go out."""
        if self.draft:
            return self._hold(c, now, out, run, step, "draft", None)
        messages = self.machine.messages
        whole = messages.passage(None, self.topic)
        reason = self._refused(c, now, whole)
        if reason is not None:
            return self._hold(c, now, out, run, step, reason, None)
        route = messages.program.routes[name]
        passages = {
            channel: passage
            for channel in route.channels[c.stage]
            if (passage := messages.passage(channel, self.topic)).blocked(c, now) is None
            and passage.has_consent(c, now)
        }
        if not passages:
            return self._hold(c, now, out, run, step, "no_channel", None)
        zone = self.machine.zone_of(c)
        # The order of the others does not matter where only one is left.
        order = messages.channels(c, now, route) if len(passages) > 1 else passages
        for channel in order:
            if channel in passages and (passage := passages[channel]).has_room(c, now, zone):
                if passage.quiet:
                    return self._quiet(c, now, out, run, step, channel, passage)
                run.deferrals = 0
                return channel
        return self._hold(c, now, out, run, step, "cap", None)

    def _refused(self, c: State, now: int, passage: Passage) -> str | None:
        """Why nothing goes this way whatever else: a block, no consent, or the holdout."""
        reason = passage.blocked(c, now)
        if reason is None and not passage.has_consent(c, now):
            return "consent"
        if reason is None and not self.transactional and self.machine.messages.is_held_out(c):
            return "holdout"
        return reason

    def _quiet(
        self,
        c: State,
        now: int,
        out: Out,
        run: Run,
        step: str,
        channel: str,
        passage: Passage,
    ) -> str | None:
        """The channel where it is not quiet; else the message waits, or is dropped."""
        until = passage.quiet_end(now, self.machine.zone_of(c))
        if until == now:
            run.deferrals = 0
            return channel
        if until is None or run.deferrals >= MOST_DEFERRALS:
            return self._hold(c, now, out, run, step, "quiet", channel)
        run.deferrals += 1
        run.channel, run.until = channel, until
        self._stop(c, now, out, run, step, "quiet", channel, self.machine.text(until))
        return None

    def _hold(
        self, c: State, now: int, out: Out, run: Run, step: str, reason: str, channel: str | None
    ) -> str:
        run.deferrals = 0
        self._stop(c, now, out, run, step, reason, channel, None)
        return ""

    def _stop(
        self,
        c: State,
        now: int,
        out: Out,
        run: Run,
        step: str,
        reason: str,
        channel: str | None,
        until: str | None,
    ) -> None:
        """Record what stops a message, and until when if it waits."""
        text, name = self.machine.text(now), self.name
        out.append(
            d.Held(c.customer, text, name, name, reason, step, channel, until, run.each, self.draft)
        )

    def quiet_end(self, c: State, run: Run) -> int | None:
        """When quiet times end for a message that waits, as they now are."""
        passage = self.machine.messages.passage(run.channel, self.topic)
        return passage.quiet_end(c.clock, self.machine.zone_of(c))

    def send(
        self,
        c: State,
        now: int,
        out: Out,
        run: Run,
        step: str,
        channel: str,
        template: str,
        data: dict[str, Any],
    ) -> bool:
        """Sends a message that may go out; whether anything remembers it."""
        caps = self._caps.get(channel)
        if caps is None:
            caps = self._caps[channel] = self.machine.messages.passage(channel, self.topic).caps
        for cap in caps:
            cap.note(c, now, self.machine.zone_of(c))
        sent = d.Sent(
            c.customer,
            self.machine.text(now),
            self.name,
            channel,
            self.topic,
            template,
            data,
            self.transactional,
            self._key(c, run, step),
            run.each,
            self.draft,
        )
        out.append(sent)
        if not self.transactional:
            for attributing in self.machine.touched_by_sends:
                attributing.touch(c, now, channel, None, self.name, template=template)
        note_sent = self.machine.note_sent
        return note_sent is not None and note_sent(c, now, channel, self.topic, template)

    def call(
        self, c: State, now: int, out: Out, run: Run, step: str, action: str, data: dict[str, Any]
    ) -> None:
        """Calls an action."""
        text, key = self.machine.text(now), self._key(c, run, step)
        out.append(d.Called(c.customer, text, self.name, action, data, key, run.each, self.draft))

    def _key(self, c: State, run: Run, step: str) -> str:
        """The idempotency key of a step of a firing."""
        firing = (self.name, str(run.fired_at), str(run.number))
        each = () if run.each is None else (run.each,)
        parts = (self.lifecycle, c.customer, *firing, step, *each)
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    # ---- the customer's state

    def set(
        self,
        c: State,
        now: int,
        out: Out,
        run: Run,
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
            out.append(d.Changed(c.customer, text, self.name, trait, shown, run.each, self.draft))
        if self.draft:
            return False
        if trait == "zone":
            self.machine.rezone(c, value, now)
        if differs and (changed := self.machine.compiled.layout.dated.get(trait)) is not None:
            setattr(c, changed, now)
        setattr(c, slot, value)
        setattr(c, trait_set_slot(trait), now)
        return differs

    def join(self, c: State, now: int, out: Out, run: Run, segment: str) -> bool:
        """Puts the customer into a segment; whether they were outside."""
        if getattr(c, joined_slot(segment)):
            return False
        text = self.machine.text(now)
        out.append(d.Joined(c.customer, text, self.name, segment, run.each, self.draft))
        if not self.draft:
            setattr(c, joined_slot(segment), True)
        return not self.draft

    def quit(self, c: State, now: int, out: Out, run: Run, segment: str) -> bool:
        """Takes the customer out of a segment; whether they were in it."""
        if not getattr(c, joined_slot(segment)):
            return False
        text = self.machine.text(now)
        out.append(d.Quit(c.customer, text, self.name, segment, run.each, self.draft))
        if not self.draft:
            setattr(c, joined_slot(segment), False)
        return not self.draft

    # ---- the run

    def stand(
        self,
        c: State,
        now: int,
        run: Run,
        step: str,
        until: int | None,
        kept: dict[str, Any] | None,
    ) -> None:
        """Lets the run wait at a step."""
        run.step, run.since, run.until, run.kept = step, now, until, kept
        due = self.machine.journeys[self.name].due(c, run)
        self.machine.comes_sooner(c, due)

    def after(self, now: int, duration: int) -> int:
        """When a computed wait is over."""
        return now + min(max(duration, 0), LONGEST_COMPUTED_WAIT)

    def next_time(self, c: State, now: int, time_of_day: int) -> int:
        """The next such local time of day, now included."""
        return at_time_next(self.machine.zone_of(c), now, time_of_day)

    def arm(self, c: State, now: int, out: Out, run: Run, split: str, ends: tuple[int, ...]) -> int:
        """The arm of a split that the customer is in, from 1."""
        arm = bisect_right(ends, self.machine.bucket(self.machine.salts[split], c.customer)) + 1
        text = self.machine.text(now)
        out.append(d.Arm(c.customer, text, self.name, split, arm, run.each, self.draft))
        return arm

    def exit(self, c: State, now: int, out: Out, run: Run, step: str) -> None:
        """Ends the run at an `exit`."""
        self.leave(c, now, out, run, step, "exit")

    def leave(self, c: State, now: int, out: Out, run: Run, step: str, reason: str) -> None:
        """Record that a run ends before its last step."""
        text = self.machine.text(now)
        left = d.Left(c.customer, text, self.name, self.name, step, reason, run.each, self.draft)
        out.append(left)

    def remove(self, c: State, run: Run) -> None:
        """Forget a run."""
        c.runs = [each for each in c.runs if each is not run] or None


def is_sent(change: object, channel: str, topic: str | None, template: str) -> bool:
    """Whether a happening is a message like this one."""
    return (
        isinstance(change, MessageSent)
        and change.channel in (None, channel)
        and change.topic in (None, topic)
        and change.template in (None, template)
    )
