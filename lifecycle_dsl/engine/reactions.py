"""Steps 5 and 6: what follows a record or a timer that changed something.

What remembers changes is brought up to date, conversions are credited, runs leave or go on, and
triggers on what happens fire. What listens to a move from one stage to another, at a record of an
event, is found once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.runs import Run
from lifecycle_dsl.engine.attributing import Converting, converting
from lifecycle_dsl.engine.effects import is_sent
from lifecycle_dsl.engine.hearing import Moment
from lifecycle_dsl.engine.reacting import Listener, Noter, Route, listeners, noters
from lifecycle_dsl.program.happenings import MessageSent

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Out = list[Any]


class Reactions:
    """What listens, in one engine."""

    def __init__(self, machine: Machine) -> None:
        self._watched = machine.watched
        self._journeys = machine.journeys
        self._noters: tuple[Noter, ...] = noters(machine)
        self._sent_noters = tuple(
            n for n in self._noters if any(isinstance(c, MessageSent) for c in n.changes)
        )
        self.remember_messages = bool(self._sent_noters)
        self._listeners: tuple[Listener, ...] = listeners(machine)
        self._absences = tuple(a for a in machine.absences.values() if a.hears_changes())
        self._converting: tuple[Converting, ...] = converting(machine)
        self._routes: dict[tuple[str | None, str, str], Route] = {}

    def react(self, c: State, r: Any, now: int, out: Out, event: str, before: str | None) -> bool:
        """Steps 5 and 6 where something changed besides the record's own effects."""
        route = self._routes.get((before, c.stage, event))
        if route is None:
            route = self._routes[before, c.stage, event] = self._route(before, c.stage, event)
        moment, candidates, noters = route.moment, route.listeners, route.noters
        if self._watched.items and (changed := self._watched.take_up(c, now)):
            moment = Moment(before, c.stage, changed)
            candidates = route.watching
            noters = tuple(n for n in self._noters if any(map(moment.has, n.changes)))
        settle = before != c.stage or moment is not route.moment
        for noter in noters:
            noter.note(c, now)
        for absence in self._absences:
            absence.at_changes(c, now, moment)
        for line in route.converting if moment is route.moment else self._converting:
            line.happens(c, r, now, out, event, moment)
        if c.runs is not None:
            self._leave(c, r, now, out, event, moment)
        matched = [a for a in candidates if a.matches(c, r, now, event, moment)]
        if c.runs is not None:
            return self._fire_and_go_on(c, r, now, out, event, moment, matched) or settle
        if len(matched) == 1:
            return matched[0].firing.fire(c, r, now, out, event) or settle
        firing = [(a.firing, a.firing.in_hours(c, now)) for a in matched]
        for each, in_hours in firing:
            settle = each.fire(c, r, now, out, event, in_hours) or settle
        return settle

    def _leave(self, c: State, r: Any, now: int, out: Out, event: str, moment: Moment) -> None:
        """Step 5: the runs that something ends, or whose stages the customer has left."""
        for run in self._in_order(c.runs):
            journey = self._journeys[run.trigger]
            reason = journey.reason_to_leave(c, r, now, event, moment, run)
            if reason is not None:
                journey.firing.leave(c, now, out, run, run.step, reason)
                journey.firing.remove(c, run)

    def _in_order(self, runs: list[Run]) -> list[Run]:
        """Runs in the order of their triggers, then of their start."""
        if len(runs) < 2:
            return runs
        return sorted(runs, key=lambda run: self._journeys[run.trigger].place)

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
            journey = self._journeys[run.trigger]
            arm = journey.arm(c, r, now, event, moment, run)
            if arm is not None:
                going_on.setdefault(journey.place, []).append((run, arm))
        firing = {a.place: (a.firing, a.firing.in_hours(c, now)) for a in matched}
        for place in sorted(going_on.keys() | firing.keys()):
            gone_on: set[str | None] = set()
            for run, arm in going_on.get(place, ()):
                gone_on.add(run.each)
                journey = self._journeys[run.trigger]
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
            tuple(v for v in self._converting if v.hearing.may_hear(event, moment)),
        )

    def note_sent(self, c: State, now: int, channel: str, topic: str | None, template: str) -> bool:
        """Remember a message; whether anything does."""
        noted = False
        for noter in self._sent_noters:
            if any(is_sent(change, channel, topic, template) for change in noter.changes):
                noted = noter.note(c, now) or noted
        return noted
