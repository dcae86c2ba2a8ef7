"""Whether an expectation holds, over the customer as they are and over what was decided.

Conditions are computed by the compiled rule set. A fact in one is put to it as the field of a
record: the condition is compiled once, and what happened is given to it each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, assert_never

from attrs import define, frozen

from lifecycle_dsl.engine.decisions import Decision, Transition
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import rewrite
from lifecycle_dsl.testing.facts import Wanted, found, wanted

Look = Callable[[e.Expression, dict[str, object]], Any]
"""What an expression comes to, with facts as fields."""


@frozen(eq=False)
class Question:
    """A condition whose facts are fields `fact_0`, `fact_1`, ..."""

    condition: e.Expression
    facts: tuple[t.FactRead, ...]


@cache
def question(condition: e.Expression) -> Question:
    """A condition as the compiled rule set can answer it."""
    facts: list[t.FactRead] = []

    def as_field(part: e.Expression) -> e.Expression:
        if not isinstance(part, t.FactRead):
            return part
        if isinstance(part.fact, t.JoinedFact):
            return e.SegmentRead(span=part.span, segment=part.fact.segment)
        if part not in facts:
            facts.append(part)
        return e.FieldRead(span=part.span, type=BOOL, name=f"fact_{facts.index(part)}")

    return Question(rewrite(condition, as_field), tuple(facts))


@define
class Judge:
    """Answers for one place of a test, or for one step."""

    look: Look
    decisions: Sequence[Decision]

    def value(self, expression: e.Expression) -> Any:
        """What a condition or a part of one comes to; None where it is missing."""
        asked = question(expression)
        facts: dict[str, object] = {
            f"fact_{number}": self.is_so(fact.fact) for number, fact in enumerate(asked.facts)
        }
        return self.look(asked.condition, facts)

    def wanted(self, fact: t.Fact) -> Wanted:
        """A fact to look for."""
        return wanted(fact, self.value)

    def is_so(self, fact: t.Fact) -> bool:
        """Whether something was decided that is such a fact."""
        if isinstance(fact, t.EnteredFact):
            moves = [each for each in self.decisions if isinstance(each, Transition)]
            return any(each.to == fact.stage for each in moves)
        return bool(found(self.wanted(fact), self.decisions))

    def places(self, fact: t.FactRead) -> list[int]:
        """Where among the decisions such facts are."""
        return found(self.wanted(fact.fact), self.decisions)

    def holds(self, expectation: t.Expectation) -> bool:
        """Whether it is as expected."""
        match expectation:
            case t.That(condition=condition):
                return bool(self.value(condition))
            case t.Times(fact=fact, count=count):
                return len(self.places(fact)) == count
            case t.About(value=value, about=about):
                return is_about(self.value(value), self.value(about))
            case t.Order(earlier=earlier, later=later):
                first, second = self.places(earlier), self.places(later)
                return bool(first) and bool(second) and first[0] < second[0]
        assert_never(expectation)


def is_about(value: float | None, about: float) -> bool:
    """Within 1 %, or within a billionth of 0."""
    return value is not None and abs(value - about) <= max(abs(about) * 0.01, 1e-9)
