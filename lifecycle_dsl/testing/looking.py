"""What expressions come to for a customer, computed by the compiled rule set.

A fact in a condition is put to it as the field of a record: the condition is compiled and linked
once, and what happened is given to it each time. So are its numbers and texts: expectations that
differ in them alone share their code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from attrs import frozen

from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, TEXT, TIME
from lifecycle_dsl.program.walk import rewrite

NO_FACTS: Mapping[str, object] = MappingProxyType({})
_AS_FIELDS = (NUMBER, MONEY, DURATION, TIME, TEXT)
"""Types whose values a record holds as they are."""


@frozen(eq=False)
class Question:
    """An expression as one machine answers it; its facts and constants are fields of a record."""

    expression: e.Expression
    facts: tuple[tuple[str, t.FactRead], ...]
    """With the attribute of the record that each is."""
    constants: Mapping[str, object]
    """By the attribute of the record."""
    answer: Callable[[Any, Any, int], Any]


class Looking:
    """Answers questions about the customers of one machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._questions: dict[int, Question] = {}
        """By the identity of an expression, which the question keeps alive."""

    def question(self, expression: e.Expression) -> Question:
        """An expression as the machine answers it."""
        found = self._questions.get(id(expression))
        if found is None:
            found = self._questions[id(expression)] = self._made(expression)
        return found

    def value(
        self, expression: e.Expression, c: Any, now: int, facts: Mapping[str, object] = NO_FACTS
    ) -> Any:
        """What an expression comes to; None where it is missing. Facts go by their attributes."""
        question = self.question(expression)
        return question.answer(c, SimpleNamespace(**question.constants, **facts), now)

    def _made(self, expression: e.Expression) -> Question:
        facts: list[t.FactRead] = []
        constants: list[object] = []

        def as_field(part: e.Expression) -> e.Expression:
            if isinstance(part, e.Constant) and part.type in _AS_FIELDS and part.value is not None:
                constants.append(part.value)
                name = f"constant_{len(constants) - 1}"
                return e.FieldRead(span=part.span, type=part.type, name=name)
            if not isinstance(part, t.FactRead):
                return part
            if isinstance(part.fact, t.JoinedFact):
                return e.SegmentRead(span=part.span, segment=part.fact.segment)
            if part not in facts:
                facts.append(part)
            return e.FieldRead(span=part.span, type=BOOL, name=f"fact_{facts.index(part)}")

        plain = rewrite(expression, as_field)
        compiled, links = self.machine.compiled, self.machine.links
        return Question(
            expression,
            tuple((attribute_of(f"fact_{n}"), fact) for n, fact in enumerate(facts)),
            {attribute_of(f"constant_{n}"): value for n, value in enumerate(constants)},
            compiled.look(plain, links),
        )
