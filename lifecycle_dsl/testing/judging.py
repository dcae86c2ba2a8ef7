"""Whether an expectation holds, over the customer as they are and over what was decided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, assert_never

from attrs import define

from lifecycle_dsl.engine.decisions import Credit, Decision, Transition
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.facts import Wanted, found, is_of_kind, wanted
from lifecycle_dsl.testing.looking import Looking


@define
class Judge:
    """Answers for one place of a test, or for one step."""

    looking: Looking
    customer: Any
    """Their state."""
    now: int
    decisions: Sequence[Decision]

    def value(self, expression: e.Expression) -> Any:
        """What a condition or a part of one comes to; None where it is missing."""
        if isinstance(expression, e.Constant):
            return expression.value
        if isinstance(expression, t.FactRead) and not isinstance(expression.fact, t.JoinedFact):
            return self.is_so(expression.fact)
        facts = self.looking.question(expression).facts
        said = {name: self.is_so(fact.fact) for name, fact in facts}
        return self.looking.value(expression, self.customer, self.now, said)

    def wanted(self, fact: t.Fact) -> Wanted:
        """A fact to look for."""
        return wanted(fact, self.value)

    def is_so(self, fact: t.Fact) -> bool:
        """Whether something was decided that is such a fact."""
        if not self.decisions:
            return False
        if isinstance(fact, t.EnteredFact):
            moves = [each for each in self.decisions if isinstance(each, Transition)]
            return any(each.to == fact.stage for each in moves)
        near = [each for each in self.decisions if is_of_kind(fact, each)]
        return bool(near) and bool(found(self.wanted(fact), near))

    def places(self, fact: t.FactRead) -> list[int]:
        """Where among the decisions such facts are."""
        return found(self.wanted(fact.fact), self.decisions)

    def share(self, fact: t.FactRead) -> float:
        """What such credits have together, of one conversion or several."""
        given = (self.decisions[place] for place in self.places(fact))
        return math.fsum(each.share for each in given if isinstance(each, Credit))

    def holds(self, expectation: t.Expectation) -> bool:
        """Whether it is as expected."""
        match expectation:
            case t.That(condition=condition):
                return bool(self.value(condition))
            case t.Times(fact=fact, count=count):
                return len(self.places(fact)) == count
            case t.About(value=value, about=about):
                return is_about(self.value(value), self.value(about))
            case t.Shared(fact=fact, about=about):
                return is_about(self.share(fact), self.value(about))
            case t.Order(earlier=earlier, later=later):
                first, second = self.places(earlier), self.places(later)
                return bool(first) and bool(second) and first[0] < second[0]
        assert_never(expectation)


def is_about(value: float | None, about: float) -> bool:
    """Within 1 %, or within a billionth of 0."""
    return value is not None and abs(value - about) <= max(abs(about) * 0.01, 1e-9)
