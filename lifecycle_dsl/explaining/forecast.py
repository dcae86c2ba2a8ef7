"""When a condition turns if no record comes.

The state is taken on in a copy as an engine would: between two of the customer's timers nothing but
time moves, and there the watching's own sources say when a condition may change; at a timer the
rules run. A condition that is unwatchable is not foretold.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from lifecycle_dsl.checker.watchable import watch_problem
from lifecycle_dsl.engine.decisions import Transition
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.watching import NextChange, next_changes
from lifecycle_dsl.explaining.probe import Probe, behind, reads_record
from lifecycle_dsl.localtime import LAST_RECORD
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.expression_text import expression_text
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import TEXT, ListType

HORIZON = 10 * 365 * 86_400_000_000
"""How far it looks, in microseconds."""
STRIDE = 30 * 86_400_000_000
MOST_LOOKS = 300
"""How often a condition, and the customer's timers, are looked at on the way."""


def turns_at(probe: Probe, condition: e.Expression) -> int | None:
    """The first instant at which a condition is not what it is now; None if none is known."""
    nowhere = not probe.state.stage  # before the start nothing is due
    if nowhere or not is_foreseeable(probe.program, condition):
        return None
    return Future(probe).turn(condition)


def later(probe: Probe, at: int) -> Probe:
    """The customer at a later instant, if no record comes; or as they are, if they have moved."""
    c = probe.copied()
    advance(probe.machine, c, at - 1)
    return Probe(probe.machine, c, at) if c.stage == probe.state.stage else probe.at(at)


def is_foreseeable(program: Program, condition: e.Expression) -> bool:
    """Whether the instants at which time alone changes a condition are known."""
    if reads_record(program, condition):
        return False

    def resolve(found: e.Expression) -> e.Expression | None:
        match found:
            case e.TableRead():
                items = behind(program, found)
                return e.ListOf(span=found.span, type=ListType(TEXT, 0), items=items)
            case e.ScoreRead(score=score):
                half_life = program.scores[score].half_life
                if half_life is None:
                    return None
                return e.Linear(
                    span=found.span,
                    bounds=found.bounds,
                    terms=((1.0, score),),
                    constant=0.0,
                    half_life=half_life,
                )
            case _:
                return next(iter(behind(program, found)), None)

    return watch_problem(condition, resolve, both_ways=True) is None


class Future:
    """A customer on whom time goes by without records."""

    def __init__(self, probe: Probe) -> None:
        self.machine = probe.machine
        self.probe = probe
        self.c = probe.copied()
        # In the middle of a step the run at hand stands nowhere yet.
        self.c.runs = [run for run in self.c.runs or () if run.step] or None
        self.now = probe.now
        self.until = self.now
        self.end = min(probe.now + HORIZON, LAST_RECORD)
        self._looks = 0

    def turn(self, condition: e.Expression) -> int | None:
        """When a condition turns."""
        title = _title(condition)
        holds = self.machine.compiled.condition(title, condition, self.machine.links, ahead=True)
        changes = next_changes(self.machine, title, condition)
        before = bool(holds(self.c, self.now))
        for due in self._coming():
            found = self._turn_between(holds, changes, self.until, before=before)
            if found is not None:
                return found
            if due is not None:
                self.step(due)
                if bool(holds(self.c, due)) != before:
                    return due
        return None

    def _turn_between(
        self,
        holds: Any,
        changes: NextChange,
        until: int,
        *,
        before: bool,
    ) -> int | None:
        """When it turns while nothing but time moves, up to an instant."""
        t = self.now
        while self._looks < MOST_LOOKS:
            self._looks += 1
            t = changes(self.c, t, until)
            if t > until:
                return None
            if bool(holds(self.c, t)) != before:
                return int(t)
        return None

    def next_move(self) -> tuple[int, str, str] | None:
        """When the customer next changes stage: the instant, the rule and the stage."""
        for due in self._coming():
            if due is None:
                continue
            for decision in self.step(due):
                if isinstance(decision, Transition):
                    return due, decision.rule, decision.to
        return None

    def fewer_runs(self, trigger: str, than: int, each: str | None = None) -> int | None:
        """When fewer runs of a trigger (for a value, if one is given) are under way."""
        for due in self._coming():
            if due is None:
                continue
            self.step(due)
            runs = [run for run in self.c.runs or () if run.trigger == trigger]
            if sum(each is None or run.each == each for run in runs) < than:
                return due
        return None

    @property
    def is_over(self) -> bool:
        """Whether all that is looked at has gone by."""
        return self.now >= self.end

    def _coming(self) -> Iterator[int | None]:
        """The customer's timers as they come, each to be run before the next is asked for.

        Or None, where up to `until` nothing is due: further ahead is looked in longer strides.
        """
        stride = STRIDE
        while self._looks < MOST_LOOKS and self.now < self.end:
            self._looks += 1
            limit = min(self.now + stride, self.end)
            due = max(self.now, self.machine.next_due(self.c, limit))
            self.until = min(due, limit)
            if due <= limit:
                yield due
            else:
                yield None
                self.now = limit
                stride *= 2

    def step(self, due: int) -> list[Any]:
        """Runs what is due up to an instant."""
        out = advance(self.machine, self.c, due)
        if due <= self.now:
            self._looks += MOST_LOOKS // 10
        self.now = due
        return out


def advance(machine: Machine, c: Any, limit: int) -> list[Any]:
    """Runs a customer's timers due up to an instant, as an engine's tick does."""
    out: list[Any] = []
    due = machine.next_due(c, limit)
    while due <= limit:
        due = machine.drain(c, max(due, c.clock), limit, out)
        if due <= c.clock:
            due = machine.drain(c, limit, limit, out)
            break
    return out


def _title(condition: e.Expression) -> str:
    """A name for a condition's functions: the same for the same condition only."""
    text = expression_text(condition).encode()
    return f"explained_{blake2b(text, digest_size=12).hexdigest()}"
