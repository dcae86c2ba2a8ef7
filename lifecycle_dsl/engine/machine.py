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

from lifecycle_dsl.arithmetic import Cursor, Grid, bucket, split_salt
from lifecycle_dsl.compiler.layout import NEVER, score_slot
from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.compiler.steps import keeps_runs
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.absences import Absence
from lifecycle_dsl.engine.attributing import Attributing
from lifecycle_dsl.engine.counters import Counter, counter, left_early
from lifecycle_dsl.engine.firing import Firing
from lifecycle_dsl.engine.journeys import Journey
from lifecycle_dsl.engine.messages import Messages
from lifecycle_dsl.engine.reactions import Reactions
from lifecycle_dsl.engine.sequences import Sequence
from lifecycle_dsl.engine.stagetimers import Order, StageTimers, stage_timers
from lifecycle_dsl.engine.timers import Timer
from lifecycle_dsl.engine.watched import Watched
from lifecycle_dsl.localtime import Zone, format_instant, zone
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.rules import OccursAbsence, OccursSequence
from lifecycle_dsl.program.steps import Split, all_steps

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
        self.waits = any(keeps_runs(program, t) for t in program.triggers)
        """Whether anything can come due that no timer of a stage stands for."""
        self.sooner = NEVER
        """The first instant at which something new is due, of the record being handled."""
        self.attributions = {
            each.name: self.attributing(each) for each in program.attributions.values()
        }
        self.touched_by_sends = tuple(
            each for each in self.attributions.values() if each.attribution.sends
        )
        """The attributions to which the engine's own messages are touches."""
        self.watches_scores_fade = compiled.plan.watches_scores_fade
        self.links: dict[str, Any] = self._links()
        self.absences: dict[str, Absence] = {}
        self.sequences: dict[str, Sequence] = {}
        self.journeys: dict[str, Journey] = {}
        self._link_triggers()
        self.messages = Messages(self)
        self._transitions = program.transitions
        self.salts = {
            step.name: split_salt(step.was or step.name)
            for trigger in program.triggers
            for step in all_steps(trigger.steps)
            if isinstance(step, Split)
        }
        """By split: what its customers are dealt to its arms by."""
        self._entered = tuple(compiled.layout.entered.items())
        self._scores = tuple(
            (score_slot(s.name), self.grids[s.half_life])
            for s in program.scores.values()
            if s.half_life is not None
        )
        self._first: dict[tuple[str, str], Any] = {}
        self._epoch = (NEVER, -NEVER)
        self._timers: dict[str, StageTimers] = {}
        self.watched = Watched(self)
        self._reactions = Reactions(self)
        self.react = self._reactions.react
        self.note_sent = self._reactions.note_sent if self._reactions.remember_messages else None
        self.links["react"] = self.react
        self.stepped: Callable[[State, int, Out], None] | None = None
        """Called at the end of every step, if somebody wants to look."""
        self._place = compiled.start(self.links)
        self.set_traits = compiled.profile(self.links)
        self.links["set_traits"] = self.set_traits

    def attributing(self, attribution: Attribution) -> Attributing:
        """What runs an attribution; who wants to see touches gives one of their own."""
        return Attributing(self, attribution)

    def _links(self) -> dict[str, Any]:
        links: dict[str, Any] = {
            "zone_of": self.zone_of,
            "rezone": self.rezone,
            "move": self.move,
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
        for name, attributing in self.attributions.items():
            links[f"touch_{name}"] = attributing.touch
            links[f"credit_{name}"] = attributing.credit
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

    def counts(self) -> dict[str, int]:
        """What happened besides decisions, since the machine was made.

        `left_early` are entries of memory, and touches, that left because their list was full;
        `displaced` are armings and begun sequences that made room for another value.
        """
        keeps = self.compiled.program.keeps
        early = sum(left_early(c) for term, c in self.counters.items() if term not in keeps)
        early += sum(each.left_early for each in self.attributions.values())
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

    # ---- a customer's records and timers

    def new(self, customer: str, now: int) -> State:
        """The state of a customer who is nowhere yet."""
        c: State = self.State(customer=customer, entered=now, first=now, clock=now)
        self.watched.take(c, now)
        return c

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
                c.due = self.next_due(c, now)

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
            c.due = due
            return due
        nearest, found = stage.look(self, c, until, limit)
        if found:
            nearest = self._run_timers(c, until, limit, out, nearest, found)
        c.due = nearest
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
        if not (start <= c.clock and now < end) and not self.epoch_of(c.clock)[1] > now:
            for slot, grid in self._scores:
                epoch, later = grid.epoch(c.clock), grid.epoch(now)
                if epoch != later:
                    setattr(c, slot, grid.rebase(getattr(c, slot), epoch, later))
        c.clock = now

    def epoch_of(self, t: int) -> tuple[int, int]:
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
