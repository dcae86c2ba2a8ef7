"""A machine that notes what a later question needs while a customer's past is replayed.

It decides what every machine decides. Of each move it keeps the state that its guards were looked
at in; of a trigger that is asked about, the state in which its guards were looked at when its
happening came, and when its messages were let out or held; of an attribution what `crediting` says.
The ordinary machine knows nothing of this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from attrs import define, field

from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.engine.attributing import Attributing
from lifecycle_dsl.engine.decisions import Decision, Fired, Held, Sent
from lifecycle_dsl.engine.hearing import Moment
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.explaining.crediting import About, OnlookingAttributing
from lifecycle_dsl.explaining.masking import masked
from lifecycle_dsl.explaining.probe import NO_RECORD, Probe
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.rules import OccursOn, OccursSequence, Trigger
from lifecycle_dsl.program.rules import Transition as Rule

State = Any
Out = list[Any]
MOST_MOVES = 200
"""Moves whose state is kept; of older ones only the number."""


@define
class SeenMove:
    """A move, the state before it, and the record or timer it was about."""

    at: int
    source: str | None
    target: str
    rule: Rule | None
    """None for the start."""
    state: bytes
    record: Any
    event: str
    timer: str | None


@define
class SeenMessage:
    """A message that was let out, held or deferred, and the state in which that was asked."""

    step: str
    at: int
    state: bytes
    decision: Decision | None


@define
class SeenOccasion:
    """A time at which the trigger's happening came."""

    at: int
    state: bytes
    record: Any
    event: str
    timer: str | None
    each: str | None
    fired: bool
    decisions: list[Decision] = field(factory=list)
    """Of the firing and of the run that followed."""
    messages: list[SeenMessage] = field(factory=list)


class Witness(Machine):
    """A machine for one customer's replay."""

    def __init__(self, compiled: Compiled, about: Trigger | Attribution | None = None) -> None:
        self.credits: OnlookingAttributing | None = None
        self._asked = about
        super().__init__(compiled)
        self.about = about if isinstance(about, Trigger) else None
        self.watching = True
        self.state: State = None
        self.moves: deque[SeenMove] = deque(maxlen=MOST_MOVES)
        self.all_moves: list[tuple[int, str]] = []
        """Every move, as its instant and the stage it led to."""
        self.past: list[Decision] = []
        """Its firings and messages."""
        self.occasions = 0
        self.fired_times = 0
        self.fired: SeenOccasion | None = None
        self.stopped: SeenOccasion | None = None
        self._record: Any = NO_RECORD
        self._event = ""
        self._in_timers = False
        self._before: tuple[Any, ...] = ()
        self._matched: bytes | None = None
        self._tried: list[SeenOccasion] = []
        self._served = False
        self._seen = 0
        self._out: Out | None = None
        self.stepped = self._stepped
        self._listen()

    def _listen(self) -> None:
        """Have the firings, runs and messages that are asked about pass by here."""
        for name, firing in self.firings.items():
            firing.fire = self._fire(name, firing.fire)  # type: ignore[method-assign]
            self.links[f"fire_{name}"] = firing.fire
        for journey in self.journeys.values():
            journey.go_on = self._before_steps(journey.go_on)  # type: ignore[method-assign]
        if self.about is None:
            return
        firing = self.firings[self.about.name]
        firing.by_channel = self._message(firing.by_channel)  # type: ignore[method-assign]
        firing.by_route = self._message(firing.by_route)  # type: ignore[method-assign]
        if isinstance(self.about.occurrence, OccursSequence):
            sequence = self.sequences[self.about.name]
            sequence.advance = self._serve(sequence.advance)  # type: ignore[method-assign]
            self.links[f"advance_{self.about.name}"] = sequence.advance

    def attributing(self, attribution: Attribution) -> Attributing:
        if attribution is not self._asked:
            return super().attributing(attribution)
        self.credits = OnlookingAttributing(self, attribution, self._looked_at, self._messages)
        return self.credits

    def _looked_at(self, c: State) -> About | None:
        return About(*self._about_what(c)) if self.watching else None

    def _messages(self) -> list[Decision]:
        return self.past

    # ---- what the replay says

    def comes(self, record: Any, event: str) -> None:
        """A record is about to be handled."""
        self._record, self._event = record, event

    def rests(self) -> None:
        """The replay is over: nothing is noted from here on."""
        self.watching = False
        self.stepped = None

    # ---- what happens

    def _fire(self, name: str, fire: Callable[..., bool]) -> Callable[..., bool]:
        asked = self.about is not None and self.about.name == name

        def noted(
            c: State,
            r: Any,
            now: int,
            out: Out,
            event: str,
            in_hours: bool | None = None,
            each: str | None = None,
            kept: dict[str, Any] | None = None,
        ) -> bool:
            if not self.watching:
                return fire(c, r, now, out, event, in_hours, each, kept)
            matched = self._match(c)
            if not asked:
                return fire(c, r, now, out, event, in_hours, each, kept)
            if self.about is not None and self.about.each is not None and each is None:
                each = self.firings[name].values.of(r, event)
                if each is None:
                    return False  # a record without the value does nothing
            occasion = self._occasion(c, now, each)
            occasion.state = matched
            self._tried.append(occasion)
            start = len(out)
            changed = fire(c, r, now, out, event, in_hours, each, kept)
            occasion.fired = any(isinstance(d, Fired) and d.trigger == name for d in out[start:])
            if occasion.fired:
                self.fired, self.stopped = occasion, None
                self.fired_times += 1
            else:
                self.stopped = occasion
            return changed

        return noted

    def _occasion(self, c: State, now: int, each: str | None) -> SeenOccasion:
        state = msgspec.msgpack.encode(c)
        return SeenOccasion(now, state, *self._about_what(c), each, fired=False)

    def _before_steps(self, go_on: Callable[..., bool]) -> Callable[..., bool]:
        def noted(c: State, *others: Any, **named: Any) -> bool:
            if self.watching:
                self._match(c)
            changed: bool = go_on(c, *others, **named)
            return changed

        return noted

    def _match(self, c: State) -> bytes:
        """The state in which triggers are matched, before any of their steps."""
        if self.about is None:
            return b""
        if self._matched is None:
            self._matched = msgspec.msgpack.encode(c)
        return self._matched

    def _message(self, asked: Callable[..., str | None]) -> Callable[..., str | None]:
        def noted(c: State, now: int, out: Out, run: Any, step: str, target: str) -> str | None:
            if not self.watching:
                return asked(c, now, out, run, step, target)
            state, start = msgspec.msgpack.encode(c), len(out)
            answer = asked(c, now, out, run, step, target)
            decision = out[start] if len(out) > start else None
            for occasion in (self.fired, *self._tried[-1:]):
                if occasion is not None and self._is_of(occasion, run):
                    occasion.messages.append(SeenMessage(step, now, state, decision))
                    break
            return answer

        return noted

    def _is_of(self, occasion: SeenOccasion, run: Any) -> bool:
        return bool(occasion.at == run.fired_at and occasion.each == run.each)

    def _serve(self, advance: Callable[..., bool]) -> Callable[..., bool]:
        def noted(*given: Any) -> bool:
            served = advance(*given)
            self._served = self._served or served
            return served

        return noted

    def move(
        self, c: State, r: Any, now: int, out: Out, event: str, number: int, before: str | None
    ) -> bool:
        if self.watching:
            transition = self.compiled.program.transitions[number]
            self._note_move(c, now, c.stage, transition.target, transition)
        return super().move(c, r, now, out, event, number, before)

    def enter(self, c: State, now: int, source: str | None, target: str) -> None:
        if self.watching and source is None:
            self._note_move(c, now, None, target, None)
        super().enter(c, now, source, target)

    def _note_move(
        self, c: State, now: int, source: str | None, target: str, rule: Rule | None
    ) -> None:
        self.all_moves.append((now, target))
        state = msgspec.msgpack.encode(c)
        self.moves.append(SeenMove(now, source, target, rule, state, *self._about_what(c)))

    def _about_what(self, c: State) -> tuple[Any, str, str | None]:
        """The record, its event and the timer that the step is about."""
        if self._in_timers:
            return NO_RECORD, "", c.ran[-1]
        return self._record, self._event, None

    def drain(self, c: State, until: int, limit: int, out: Out) -> int:
        self.state = c
        if not self.watching:
            return super().drain(c, until, limit, out)
        self._in_timers = True
        self._remember(c)
        due = super().drain(c, until, limit, out)
        self._in_timers = False
        self._remember(c)
        return due

    def catch_up(self, c: State, now: int, out: Out) -> None:
        super().catch_up(c, now, out)
        self._remember(c)

    # ---- the end of a step

    def _stepped(self, c: State, now: int, out: Out) -> None:
        self.state = c
        if out is not self._out or self._seen > len(out):
            self._out, self._seen = out, 0
        made = out[self._seen :]
        self._seen = len(out)
        for decision in made:
            if isinstance(decision, Fired | Sent):
                self.past.append(masked(self.compiled.program, decision))
        if self.credits is not None and not self._in_timers:
            self.credits.rests(c, now, About(*self._about_what(c)))
        if self.about is not None:
            self._note_occasion(c, now, self.about)
            if self.fired is not None:
                each = self.fired.each
                self.fired.decisions += [d for d in made if self._is_about(d, each)]
        self._tried, self._matched, self._served = [], None, False
        self._remember(c)

    def _is_about(self, decision: Decision, each: str | None) -> bool:
        """Whether a decision belongs to the last firing; a firing that was held does not."""
        assert self.about is not None
        if isinstance(decision, Held) and decision.step is None:
            return False
        return decision.rule == self.about.name and getattr(decision, "each", None) == each

    def _remember(self, c: State) -> None:
        """What changes of the next step are told by."""
        if self.watched.items or self.about is not None:
            watched = tuple(getattr(c, slot) for _, _, slot in self.watched.items)
            self._before = (c.stage or None, watched)

    def _note_occasion(self, c: State, now: int, trigger: Trigger) -> None:
        """Count it if the trigger's happening came; keep the state where its guards stopped it."""
        if self._tried:
            self.occasions += 1
            return
        if not self._occurred(c, now, trigger):
            return
        self.occasions += 1
        occasion = self._occasion(c, now, None)
        if self._matched is not None:
            occasion.state = self._matched
        self.stopped = occasion

    def _occurred(self, c: State, now: int, trigger: Trigger) -> bool:
        """Whether the trigger's happening came in this step, whatever its guards said."""
        if self._in_timers and c.ran[-1].split("\0")[0] == f"trigger {trigger.name}":
            return True
        match trigger.occurrence:
            case OccursSequence():
                return self._served
            case OccursOn(happenings=happenings):
                record, event, _ = self._about_what(c)
                if event in happenings.events:
                    return Probe(self, c, now, record, event).holds(happenings.where)
                moment = self._moment(c)
                changed = any(map(moment.has, happenings.changes))
                return changed and Probe(self, c, now).holds(happenings.where)
            case _:
                return False

    def _moment(self, c: State) -> Moment:
        if not self._before:
            return Moment(None, c.stage)
        stage, watched = self._before
        changed = {
            (kind, name): (old, getattr(c, slot))
            for (kind, name, slot), old in zip(self.watched.items, watched, strict=True)
            if old != getattr(c, slot)
        }
        return Moment(stage, c.stage, changed)
