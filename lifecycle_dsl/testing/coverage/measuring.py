"""Measures what tests reach: a rule set compiled so that its conditions tell their values.

Only what really is decided counts. Looking ahead for the instant at which a timer will be due, and
what an expectation itself computes, reach nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.load import Compiled, Links
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.compiler.steps import Entry, Way
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import DAY, parse_instant
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.attributions import DIRECT
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.coverage.boundaries import near_span, side
from lifecycle_dsl.testing.coverage.items import Catalogue, Key, Kind, Reached, catalogue
from lifecycle_dsl.testing.scene import Scene

P = ParamSpec("P")
T = TypeVar("T")
_FAR = 366 * DAY
"""Nothing that is due later is near."""


class Measured(Compiled):
    """A program whose code tells what it comes to."""

    def observed_by(self, meter: Meter) -> None:
        """Have a meter told."""
        self.layout.observe = meter.observe
        self._told = meter

    def steps(self, trigger: Trigger, entry: Entry, links: Links) -> Callable[..., bool]:
        """The steps from a place on; going there is told."""
        steps = super().steps(trigger, entry, links)
        told = self._told

        def run(*arguments: Any) -> bool:
            told.goes_on(trigger.name, entry, arguments[2])
            return steps(*arguments)

        return run

    def condition(
        self, title: str, condition: e.Expression, links: Links, *, ahead: bool
    ) -> Callable[[Any, int], Any]:
        """As it is; of what looks ahead, only what a transition waits for is told, if it comes."""
        holds = super().condition(title, condition, links, ahead=ahead)
        if not ahead:
            return holds
        number = title.removeprefix("when_")
        if not number.isdigit():
            return self._told.unheard(holds)
        return self._told.foreseeing(self.program.transitions[int(number)].rule, holds)

    def crossing(
        self, title: str, comparison: e.Expression, half_life: int, links: Links
    ) -> Callable[[Any, int, float], Any]:
        """As it is; looking ahead is not told."""
        return self._told.unheard(super().crossing(title, comparison, half_life, links))

    def values(
        self, title: str, values: list[e.Expression], span: Span, links: Links
    ) -> Callable[[Any, int], tuple[Any, ...]]:
        """As it is; a look from outside is not told, nor what is watched until it is so."""
        found = super().values(title, values, span, links)
        if title == "watched":
            return self._told.foreseeing("", found)
        return found if title.startswith("prefer_") else self._told.unheard(found)

    def look(self, looked_at: e.Expression, links: Links) -> Callable[[Any, Any, int], Any]:
        """As it is; what a test computes is not told."""
        return self._told.unheard(super().look(looked_at, links))


class Meter:
    """What has been reached so far."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.catalogue: Catalogue = catalogue(ruleset.program)
        self.reached: Reached = set()
        self._heard = self.reached
        """Where what compiled code tells is noted."""
        self._foreseen: dict[str, tuple[int, Reached]] = {}
        """By rule: when what it waits for will be so, if nothing happens, and what that tells."""
        compiled = Measured(ruleset.program)
        compiled.observed_by(self)
        self.ruleset = ruleset
        ruleset.compiled = compiled
        self._rules = {each.key[4]: each.key for each in self._of(Kind.TRANSITION)}
        self._triggers = {each.key[4]: each.key for each in self._of(Kind.TRIGGER)}
        self._attributions = {each.key[4]: each.key for each in self._of(Kind.ATTRIBUTION)}
        self._branches = {each.key[4]: each.key for each in self._of(Kind.BRANCH)}
        self._ran: list[tuple[Key, int, int]] = []
        """Timers of the present test that ran: boundary, when, length."""
        self._fired: dict[str, list[int]] = {}
        """By trigger: when it fired in the present test."""

    def _of(self, kind: Kind) -> list[Any]:
        return [item for item in self.catalogue.items.values() if item.kind is kind]

    # ---- told by compiled code

    def observe(self, expression: e.Expression, node: ast.expr, needs: Needs) -> ast.expr:
        """Puts a call around the Python of a watched expression."""
        readings = self.catalogue.watched.get(id(expression))
        if not readings:
            return node

        def seen(value: object) -> object:
            for key, reading in readings:
                outcome = reading(value)
                if outcome is not None:
                    self._heard.add((key, outcome))
            return value

        return py.call(needs.value(f"seen_{id(expression)}", seen), node)

    def unheard(self, function: Callable[P, T]) -> Callable[P, T]:
        """A function whose code tells nothing."""

        def call(*arguments: P.args, **named: P.kwargs) -> T:
            with self._noting(set()):
                return function(*arguments, **named)

        return call

    def foreseeing(self, rule: str, function: Callable[[Any, int], T]) -> Callable[[Any, int], T]:
        """A function of an instant: it tells of the clock's; of a later one, if the rule runs then.

        It gives something true where the rule would run.
        """

        def call(c: Any, t: int) -> T:
            if t == c.clock:
                return function(c, t)
            noted: Reached = set()
            real = self._heard is self.reached
            with self._noting(noted):
                found = function(c, t)
            if found and real:
                self._foreseen[rule] = t, noted
            return found

        return call

    @contextmanager
    def _noting(self, elsewhere: Reached) -> Iterator[None]:
        """While this lasts, what is told is noted elsewhere."""
        before, self._heard = self._heard, elsewhere
        try:
            yield
        finally:
            self._heard = before

    def goes_on(self, trigger: str, entry: Entry, now: int) -> None:
        """A run goes on at a step."""
        if entry.step is None:
            return
        if entry.way in (Way.ELSE, Way.AFTER):
            self.ran(f"run {trigger}\0{entry.step}", now)
        way = "else" if entry.way in (Way.ELSE, Way.AFTER) else str(entry.way)
        key = self._branches.get(f"{trigger}.{entry.step}.{way}")
        if key is not None:
            self.reached.add((key, "else" if way == "else" else "taken"))

    # ---- told by the test that runs

    def begins(self) -> None:
        """A new test."""
        self._ran = []
        self._fired = {}
        self._foreseen = {}

    def record(self, stage: str, event: str) -> None:
        """A record comes to a customer in a stage."""
        for key, stages, events in self.catalogue.point_events:
            if stage in stages and event in events:
                self.reached.add((key, "counted"))

    def looks(self, scene: Scene) -> None:
        """The test looks at the customer, or a record has come: notes how near each timer is."""
        now, machine, c = scene.now, scene.machine, scene.state
        for key, at, length in self._ran:
            if at == now:
                self.reached.add((key, "at"))
            elif 0 < now - at <= near_span(length):
                self.reached.add((key, "above"))
        if not c.stage:
            return
        with self._noting(set()):
            pending = list(machine.pending(c, now + _FAR))
        for name, due in pending:
            found = self._timer(name)
            if found is not None and 0 < due - now <= near_span(found[1]):
                self.reached.add((found[0], "below"))

    def stepped(self, c: Any, now: int, out: list[Any]) -> None:
        """A step of the customer has ended."""
        del out
        if c.ran_at == now:
            for name in c.ran:
                self.ran(name, now)

    def ran(self, name: str, at: int) -> None:
        """A timer ran."""
        foreseen_at, foreseen = self._foreseen.pop(name, (None, set()))
        if foreseen_at == at:
            self.reached |= foreseen
        found = self._timer(name)
        if found is not None:
            self._ran.append((found[0], at, found[1]))

    def _timer(self, name: str) -> tuple[Key, int] | None:
        timers = self.catalogue.timers
        if name in timers:
            return timers[name]
        return None if name.startswith("run ") else timers.get(name.partition("\0")[0])

    def decided(self, decisions: list[d.Decision]) -> None:
        """What was decided in a step of the test."""
        for decision in decisions:
            match decision:
                case d.Transition(rule=rule) if rule in self._rules:
                    self.reached.add((self._rules[rule], "taken"))
                case d.Fired(trigger=trigger, at=at):
                    self.reached.add((self._triggers[trigger], "fired"))
                    self._may_fire(trigger, at)
                    self._fired.setdefault(trigger, []).append(parse_instant(at) or 0)
                case d.Held(trigger=trigger, reason="at_most", at=at):
                    self._may_fire(trigger, at)
                case d.Credit(attribution=name, channel=channel) if channel != DIRECT:
                    self.reached.add((self._attributions[name], "credited a touch"))
                case d.Arm(split=split, arm=arm):
                    self.reached.add((self._branches[f"{split}/{arm}"], "taken"))
                case _:
                    pass

    def _may_fire(self, trigger: str, at: str) -> None:
        """A trigger fires, or is stopped by its frequency: notes how old what counts is."""
        fired, now = self._fired.get(trigger, []), parse_instant(at) or 0
        for key, count, micros in self.catalogue.frequencies.get(trigger, ()):
            if len(fired) >= count:
                outcome = side(now - fired[-count], float(micros), is_time=True)
                if outcome is not None:
                    self.reached.add((key, outcome))
