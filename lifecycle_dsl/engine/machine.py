"""One customer's step: the function that everything else loops around.

A machine is one rule set linked for one engine. It takes a customer's state, a record or an
instant, and a list for decisions; it changes the state, adds decisions, and leaves in `c.due` an
instant before which nothing can happen without a record. It knows no other customer, no file and no
clock.

Order within an instant, and what waits, is `drain`; the steps of a record are in the compiled
handlers (`compiler.handlers`), with `move` and `react` for what happens rarely.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import msgspec

from lifecycle_dsl.arithmetic import Cursor, Grid, bucket
from lifecycle_dsl.compiler.layout import NEVER, score_slot, watched_slot
from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.compiler.runs import Run
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.counters import Counter, counter, left_early
from lifecycle_dsl.engine.effects import is_sent
from lifecycle_dsl.engine.firing import Firing
from lifecycle_dsl.engine.hearing import Moment
from lifecycle_dsl.engine.journeys import Journey
from lifecycle_dsl.engine.messages import Messages
from lifecycle_dsl.engine.occurrences import Absence, Sequence
from lifecycle_dsl.engine.reacting import (
    Listener,
    Noter,
    Route,
    changed_slots,
    listeners,
    noters,
)
from lifecycle_dsl.engine.stagetimers import Order, StageTimers, stage_timers
from lifecycle_dsl.engine.timers import Timer
from lifecycle_dsl.localtime import Zone, format_instant, zone
from lifecycle_dsl.program.happenings import MessageSent
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.rules import OccursAbsence, OccursSequence

State = Any
Out = list[Any]


class Machine:
    """A rule set linked for one engine."""

    def __init__(self, compiled: Compiled) -> None:
        program = compiled.program
        self.compiled = compiled
        self.State = compiled.layout.state_class()
        self.grids = {
            s.half_life: Grid(s.half_life) for s in program.scores.values() if s.half_life
        }
        self.counters: dict[MemoryTerm, Counter] = {
            t: counter(t, program.keeps.get(t, t.keep)) for t in program.memory
        }
        self.unknown_zones = 0
        self._zone = zone(program.timezone)
        assert self._zone is not None
        self._zones: dict[str | None, Zone] = {}
        self._has_zone = "zone" in program.traits
        self._text_at = (0, format_instant(0))
        self.firings = {t.name: Firing(self, t) for t in program.triggers}
        self.displaced = 0
        self.sooner = NEVER
        """The first instant at which something new is due, of the record being handled."""
        self.watches_scores_fade = compiled.plan.watches_scores_fade
        self.links: dict[str, Any] = self._links()
        self.absences: dict[str, Absence] = {}
        self.sequences: dict[str, Sequence] = {}
        self.journeys: dict[str, Journey] = {}
        self._link_triggers()
        self.messages = Messages(self)
        self._transitions = program.transitions
        self._entered = tuple(compiled.layout.entered.items())
        self._scores = tuple(
            (score_slot(s.name), self.grids[s.half_life])
            for s in program.scores.values()
            if s.half_life is not None
        )
        self._noters: tuple[Noter, ...] = noters(self)
        self._sent_noters = tuple(
            n for n in self._noters if any(isinstance(c, MessageSent) for c in n.changes)
        )
        self._first: dict[tuple[str, str], Any] = {}
        self._epoch = (NEVER, -NEVER)
        self._timers: dict[str, StageTimers] = {}
        self._link_watched()
        self._listeners: tuple[Listener, ...] = listeners(self)
        self._changing_absences = tuple(a for a in self.absences.values() if a.hears_changes())
        self._routes: dict[tuple[str | None, str, str], Route] = {}
        self.stepped: Callable[[State, int, Out], None] | None = None
        """Called at the end of every step, if somebody wants to look."""
        self._place = compiled.start(self.links)
        self.set_traits = compiled.profile(self.links)
        self.links["set_traits"] = self.set_traits

    def _links(self) -> dict[str, Any]:
        links: dict[str, Any] = {
            "zone_of": self.zone_of,
            "rezone": self.rezone,
            "move": self.move,
            "react": self.react,
            "watched_changed": self.watched_changed,
            "UNSET": msgspec.UNSET,
        }
        for half_life, grid in self.grids.items():
            links[f"cursor_{half_life}"] = Cursor(grid)
            links[f"growth_{half_life}"] = grid.growth_at
        for term, slot in self.compiled.layout.memory.items():
            links[f"note_{slot}"] = self.counters[term].note
            links[f"read_{slot}"] = self.counters[term].read
        for name, firing in self.firings.items():
            links[f"fire_{name}"] = firing.fire
            links[f"in_hours_{name}"] = firing.in_hours
        return links

    def _link_triggers(self) -> None:
        for place, trigger in enumerate(self.compiled.program.triggers):
            name = trigger.name
            self.journeys[name] = Journey(self, place, trigger)
            match trigger.occurrence:
                case OccursAbsence():
                    absence = self.absences[name] = Absence(self, trigger)
                    self.links[f"arm_{name}"] = absence.arm
                    self.links[f"disarm_{name}"] = absence.disarm
                case OccursSequence():
                    sequence = self.sequences[name] = Sequence(self, trigger)
                    self.links[f"advance_{name}"] = sequence.advance
                case _:
                    pass

    def _link_watched(self) -> None:
        program = self.compiled.program
        segments = [s for s in program.segments.values() if s.watched and s.condition is not None]
        levels = [level for level in program.levels.values() if level.watched]
        self.watched = [
            *(("segment", s.name, watched_slot("segment", s.name)) for s in segments),
            *(("level", level.name, watched_slot("level", level.name)) for level in levels),
        ]
        values = changed_slots(segments, levels)
        self._watched_values: Callable[[State, int], tuple[Any, ...]] | None = None
        if values:
            span = (segments or levels)[0].span
            self._watched_values = self.compiled.values("watched", values, span, self.links)

    def counts(self) -> dict[str, int]:
        """What happened besides decisions, since the machine was made.

        `left_early` are entries of memory that left because their list was full; `displaced` are
        armings and begun sequences that made room for another value.
        """
        keeps = self.compiled.program.keeps
        early = sum(left_early(c) for term, c in self.counters.items() if term not in keeps)
        return {
            "unknown_zones": self.unknown_zones,
            "left_early": early,
            "displaced": self.displaced,
        }

    # ---- what the compiled functions ask for

    def zone_of(self, c: State) -> Zone:
        """The customer's zone; the file's where they have none or an unknown one."""
        if self._has_zone:
            found = self._zones.get(c.trait_zone)
            return self._look_up(c.trait_zone) if found is None else found
        assert self._zone is not None
        return self._zone

    def _look_up(self, key: str | None) -> Zone:
        found = (zone(key) if key is not None else None) or self._zone
        assert found is not None
        self._zones[key] = found
        return found

    def rezone(self, c: State, key: str | None, now: int) -> None:
        """Note that a customer gets another zone, before they have it; count an unknown one."""
        if key is not None and zone(key) is None:
            self.unknown_zones += 1
        if c.trait_zone != key and self.zone_of(c) is not self._look_up(key):
            c.rezoned = now

    def text(self, now: int) -> str:
        """An instant as decisions write it."""
        if self._text_at[0] != now:
            self._text_at = (now, format_instant(now))
        return self._text_at[1]

    def watched_changed(self, c: State, now: int) -> bool:
        """Whether a watched segment or level is not what it was found as."""
        if self._watched_values is None:
            return False
        for (_, _, slot), value in zip(self.watched, self._watched_values(c, now), strict=True):
            if getattr(c, slot) != value:
                return True
        return False

    # ---- moves and what follows

    def move(
        self, c: State, r: Any, now: int, out: Out, event: str, number: int, before: str | None
    ) -> bool:
        """A transition, with all that the step then still does."""
        transition = self._transitions[number]
        source, target = c.stage, transition.target
        out.append(d.Transition(c.customer, self.text(now), transition.rule, source, target))
        c.previous = source
        self.enter(c, now, source, target)
        return self.react(c, r, now, out, event, before)

    def enter(self, c: State, now: int, source: str | None, target: str) -> None:
        """Put a customer into a stage."""
        c.stage = target
        c.entered = now
        for stages, slot in self._entered:
            if target in stages and source not in stages:
                setattr(c, slot, now)

    def react(self, c: State, r: Any, now: int, out: Out, event: str, before: str | None) -> bool:
        """Steps 5 and 6 where something changed besides the record's own effects."""
        route = self._routes.get((before, c.stage, event))
        if route is None:
            route = self._routes[before, c.stage, event] = self._route(before, c.stage, event)
        moment, candidates, noters = route.moment, route.listeners, route.noters
        if self._watched_values is not None and (changed := self._take_up(c, now)):
            moment = Moment(before, c.stage, changed)
            candidates = route.watching
            noters = tuple(n for n in self._noters if any(map(moment.has, n.changes)))
        settle = before != c.stage or moment is not route.moment
        for noter in noters:
            noter.note(c, now)
        for absence in self._changing_absences:
            absence.at_changes(c, now, moment)
        if c.runs is not None:
            self._leave(c, r, now, out, event, moment)
        matched = [a for a in candidates if a.matches(c, r, now, event, moment)]
        if c.runs is not None:
            return self._fire_and_go_on(c, r, now, out, event, moment, matched) or settle
        firing = [(a.firing, a.firing.in_hours(c, now)) for a in matched]
        for each, in_hours in firing:
            settle = each.fire(c, r, now, out, event, in_hours) or settle
        return settle

    def _take_up(self, c: State, now: int) -> dict[tuple[str, str], tuple[Any, Any]]:
        """The watched segments and levels that changed, taken up as they are."""
        assert self._watched_values is not None
        changed: dict[tuple[str, str], tuple[Any, Any]] = {}
        values = self._watched_values(c, now)
        for (kind, name, slot), value in zip(self.watched, values, strict=True):
            old = getattr(c, slot)
            if old != value:
                changed[kind, name] = (old, value)
                setattr(c, slot, value)
                c.steady_until = 0
        return changed

    def _leave(self, c: State, r: Any, now: int, out: Out, event: str, moment: Moment) -> None:
        """Step 5: the runs that something ends, or whose stages the customer has left."""
        for run in self._in_order(c.runs):
            journey = self.journeys[run.trigger]
            reason = journey.reason_to_leave(c, r, now, event, moment, run)
            if reason is not None:
                journey.firing.leave(c, now, out, run, run.step, reason)
                journey.firing.remove(c, run)

    def _in_order(self, runs: list[Run]) -> list[Run]:
        """Runs in the order of their triggers, then of their start."""
        if len(runs) < 2:
            return runs
        return sorted(runs, key=lambda run: self.journeys[run.trigger].place)

    def _fire_and_go_on(
        self,
        c: State,
        r: Any,
        now: int,
        out: Out,
        event: str,
        moment: Moment,
        matched: list[Listener],
    ) -> bool:
        """Step 6: by trigger, runs go on with the arm that matches, or else it fires."""
        changed = False
        going_on: dict[int, list[tuple[Run, int]]] = {}
        for run in c.runs:
            journey = self.journeys[run.trigger]
            arm = journey.arm(c, r, now, event, moment, run)
            if arm is not None:
                going_on.setdefault(journey.place, []).append((run, arm))
        firing = {a.place: (a.firing, a.firing.in_hours(c, now)) for a in matched}
        for place in sorted(going_on.keys() | firing.keys()):
            gone_on: set[str | None] = set()
            for run, arm in going_on.get(place, ()):
                gone_on.add(run.each)
                journey = self.journeys[run.trigger]
                changed = journey.go_on(c, r, now, out, event, run, arm) or changed
            if place in firing:
                fires, in_hours = firing[place]
                if fires.values.of(r, event) not in gone_on:
                    changed = fires.fire(c, r, now, out, event, in_hours) or changed
        return changed

    def _route(self, before: str | None, after: str, event: str) -> Route:
        """What a change of stage alone touches, at a record of the event."""
        moment = Moment(before, after)
        return Route(
            moment,
            tuple(a for a in self._listeners if a.may_match(event, moment)),
            tuple(a for a in self._listeners if a.may_match(event, moment) or a.watches()),
            tuple(n for n in self._noters if any(moment.has(change) for change in n.changes)),
        )

    def note_sent(self, c: State, now: int, channel: str, topic: str | None, template: str) -> bool:
        """Remember a message; whether anything does."""
        noted = False
        for noter in self._sent_noters:
            if any(is_sent(change, channel, topic, template) for change in noter.changes):
                noted = noter.note(c, now) or noted
        return noted

    # ---- a customer's records and timers

    def new(self, customer: str, now: int) -> State:
        """The state of a customer who is nowhere yet."""
        c: State = self.State(customer=customer, entered=now, first=now, clock=now)
        self.take_watched(c, now)
        return c

    def take_watched(self, c: State, now: int) -> None:
        """Take what is watched as it is found."""
        if self._watched_values is not None:
            values = self._watched_values(c, now)
            for (_, _, slot), value in zip(self.watched, values, strict=True):
                setattr(c, slot, value)

    def bucket(self, salt: str, customer: str) -> int:
        """Which of the 10,000 buckets a customer is in for the holdout or a split."""
        return bucket(salt, customer)

    def begin(self, r: Any, event: str, now: int, out: Out) -> State:
        """A new customer, with their first record handled."""
        c = self.new(r.customer, now)
        if event == "profile":
            self.set_traits(c, r, now)
        stage = self._place(c, now)
        out.append(d.Transition(c.customer, self.text(now), "start", None, stage))
        self.enter(c, now, None, stage)
        first = self._first.get((stage, event))
        if first is None:
            first = self.compiled.handler(stage, event, self.links, first=True)
            self._first[stage, event] = first
        first(c, r, now, out)
        if event != "profile":
            c.recent = now
        if self.stepped is not None:
            self.stepped(c, now, out)
        self.drain(c, now, now, out)
        return c

    def catch_up(self, c: State, now: int, out: Out) -> None:
        """Everything due up to a record at now, and the clock put to now."""
        self.drain(c, now, now, out)
        if now > c.clock:
            self.set_clock(c, now)
            if c.due <= now:
                c.due = min(self.next_due(c, now), self._epoch_of(now)[1])

    def comes_sooner(self, c: State, due: int) -> None:
        """Take note of something new that is due."""
        c.due = min(c.due, due)
        self.sooner = min(self.sooner, due)

    def drain(self, c: State, until: int, limit: int, out: Out) -> int:
        """Run what is due up to `until`; `limit` is the instant of the input that asks.

        What has run at the clock's instant already waits for the next instant at which the
        customer is stepped: that of the next timer, or the limit. Gives when the next timer is
        due, exactly so up to the limit; by the clock where one waits.
        """
        stage = self._of_stage(c.stage)
        if stage.only_deadlines and c.runs is None and (due := stage.deadlines(c)) > until:
            c.due = min(due, self._epoch_of(c.clock)[1])
            return due
        nearest, found = stage.look(self, c, until, limit)
        if found:
            nearest = self._run_timers(c, until, limit, out, nearest, found)
        c.due = min(nearest, self._epoch_of(c.clock)[1])
        return nearest

    def _run_timers(
        self,
        c: State,
        until: int,
        limit: int,
        out: Out,
        nearest: int,
        found: list[tuple[int, Order, Timer]],
    ) -> int:
        while found:
            clock = c.clock
            best: tuple[int, Order, Timer] | None = None
            waiting = []
            for due, order, timer in found:
                if due <= clock and c.ran_at == clock and timer.key in c.ran:
                    waiting.append((order, timer))
                elif best is None or (max(due, clock), order) < best[:2]:
                    best = max(due, clock), order, timer
            if waiting:
                nearest = clock
                best = _with_waiting(c, best, waiting, until, limit)
            if best is None:
                break
            at, _, timer = best
            if at > clock:
                self.set_clock(c, at)
            c.ran = [*c.ran, timer.key] if c.ran_at == at else [timer.key]
            c.ran_at = at
            timer.run(c, at, out)
            if self.stepped is not None:
                self.stepped(c, at, out)
            nearest, found = self._of_stage(c.stage).look(self, c, until, limit)
        return nearest

    def next_due(self, c: State, limit: int) -> int:
        """When the first timer is due, exactly so up to a limit; by the clock where one waits."""
        nearest, found = self._of_stage(c.stage).look(self, c, limit, limit)
        return min([nearest, *(due for due, _, _ in found)])

    def set_clock(self, c: State, now: int) -> None:
        """Let a customer's clock go on."""
        start, end = self._epoch
        if not (start <= c.clock and now < end) and not self._epoch_of(c.clock)[1] > now:
            for slot, grid in self._scores:
                epoch, later = grid.epoch(c.clock), grid.epoch(now)
                if epoch != later:
                    setattr(c, slot, grid.rebase(getattr(c, slot), epoch, later))
        c.clock = now

    def _epoch_of(self, t: int) -> tuple[int, int]:
        """The span around an instant in which no half-life's epoch of decay begins."""
        start, end = self._epoch
        if start <= t < end:
            return self._epoch
        grids = self.grids.values()
        self._epoch = (
            max((grid.epoch_start(grid.epoch(t)) for grid in grids), default=-NEVER),
            min((grid.epoch_start(grid.epoch(t) + 1) for grid in grids), default=NEVER),
        )
        return self._epoch

    def _of_stage(self, stage: str) -> StageTimers:
        found = self._timers.get(stage)
        if found is None:
            found = self._timers[stage] = stage_timers(self, stage)
        return found


def _with_waiting(
    c: State,
    best: tuple[int, Order, Timer] | None,
    waiting: list[tuple[Order, Timer]],
    until: int,
    limit: int,
) -> tuple[int, Order, Timer] | None:
    """The next timer, where some that have run at the clock's instant wait for a later one."""
    at = limit if best is None else best[0]
    if c.clock < at <= until:
        for order, timer in sorted(waiting, key=itemgetter(0)):
            if best is not None and order > best[1]:
                break
            if timer.holds(c, at):
                return at, order, timer
    return best
