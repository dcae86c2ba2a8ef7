"""Promises, looked at at the end of every step: of a record, of a timer.

In a promise `sent` and `entered` mean in this very step, and `sent` marketing messages only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve, frozen

from lifecycle_dsl.checker.remembering import memory_with_tests
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.looking import Looking
from lifecycle_dsl.testing.scene import rehearsed
from lifecycle_dsl.testing.story import Failure, Part
from lifecycle_dsl.testing.values import parts_of


@frozen
class Breach:
    """A promise that did not hold, when, and what its parts came to."""

    promise: t.Promise
    at: int
    parts: tuple[Part, ...]

    def failure(self, span: Span) -> Failure:
        """A test's failure at a step of it."""
        source, start = self.promise.span.source, self.promise.span.start
        where = f"the promise stands at {source.name}:{source.position(start)[0]}"
        headline = f'always "{self.promise.title}" does not hold'
        return Failure(span, headline, self.parts, (where,))


def watched_engine(ruleset: RuleSet) -> Engine:
    """An engine that writes a `broken` decision wherever a promise of its rules is."""
    prepared = rehearsed(ruleset.program)
    prepared.records = ruleset.records  # it takes what engines of the rules take
    machine = Machine(prepared.compiled)
    machine.stepped = Watcher(prepared.program.promises, Looking(machine)).stepped
    return Engine(prepared, machine)


def only_promised(program: Program) -> list[MemoryTerm]:
    """The memory that promises read and rules do not, or with more entries than rules need."""
    with_promises = memory_with_tests(evolve(program, tests=()))

    def has(term: MemoryTerm) -> bool:
        enough = with_promises.keeps.get(term, term.keep)
        return term in program.memory and program.keeps.get(term, term.keep) >= enough

    return [term for term in with_promises.memory if not has(term)]


def watched_as_it_is(ruleset: RuleSet) -> Engine:
    """As `watched_engine`, of a rule set whose promises read no memory of their own.

    So states are the same, whether or not anybody looks at promises.
    """
    machine = Machine(ruleset.compiled)
    machine.stepped = Watcher(ruleset.program.promises, Looking(machine)).stepped
    return Engine(ruleset, machine)


class Watcher:
    """Looks at promises; writes a decision wherever one is broken."""

    def __init__(
        self,
        promises: Sequence[t.Promise],
        looking: Looking,
        broken: Callable[[Breach], None] | None = None,
    ) -> None:
        self.promises = promises
        self.looking = looking
        self._broken = broken
        self._out: list[Any] | None = None
        self._seen = 0

    def stepped(self, c: Any, now: int, out: list[Any]) -> None:
        """A step of a customer has ended; `out` has its decisions behind those of earlier ones."""
        if out is not self._out or self._seen > len(out):
            self._out, self._seen = out, 0
        judge = Judge(self.looking, c, now, _marketing(out[self._seen :]))
        for promise in self.promises:
            if not judge.value(promise.condition):
                if self._broken is not None:
                    self._broken(Breach(promise, now, parts_of(promise.condition, judge)))
                text = self.looking.machine.text(now)
                out.append(d.Broken(c.customer, text, promise.title, promise.title))
        self._seen = len(out)


def _marketing(decisions: Sequence[d.Decision]) -> list[d.Decision]:
    """What a promise speaks of: no transactional messages, and the last of the step's moves."""
    found = [each for each in decisions if not (isinstance(each, d.Sent) and each.transactional)]
    moves = [each for each in found if isinstance(each, d.Transition)]
    return [each for each in found if not isinstance(each, d.Transition) or each is moves[-1]]
