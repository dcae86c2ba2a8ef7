"""Expressions as terms of the solver.

Whatever the engine can come to is a model of the terms; not every model is something that the
engine can come to. So what has no model never happens, and nothing follows from a model.

- A truth is a pair: it holds, it does not; where something is missing neither does.
- Of a form over scores the compiler may turn the comparison round, so that each comparison has a
  number of its own.
- What has no terms here (a model, a text made of pieces) is anything of its type and bounds.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from lifecycle_dsl.lint.proving.extents import is_exact_sum
from lifecycle_dsl.lint.proving.terms import OF_FORMS, Term, Terms, Truth, Value
from lifecycle_dsl.lint.proving.unknowns import Unknowns, is_code, key_of
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import (
    BOOL,
    DURATION,
    MONEY,
    NUMBER,
    Labels,
    LevelType,
    Plain,
    StageType,
)


@frozen(eq=False)
class Encoding:
    """The terms of the expressions of one question."""

    terms: Terms
    unknowns: Unknowns
    _truths: dict[e.Expression, Truth] = field(factory=dict, init=False)
    _values: dict[e.Expression, Value] = field(factory=dict, init=False)

    @property
    def z3(self) -> Term:
        """The solver."""
        return self.terms.z3

    @property
    def program(self) -> Program:
        """Whose expressions they are."""
        return self.unknowns.known.program

    # ---- truths

    def truth(self, found: e.Expression) -> Truth:
        """That a condition holds, and that it does not."""
        if found not in self._truths:
            self._truths[found] = self._truth(found)
        return self._truths[found]

    def _truth(self, found: e.Expression) -> Truth:
        z3 = self.z3
        match found:
            case e.Constant(value=bool() as value):
                return z3.BoolVal(value), z3.BoolVal(not value)
            case e.Not(operand=operand):
                holds, fails = self.truth(operand)
                return fails, holds
            case e.And(operands=operands):
                return self._each_before(operands, last=0)
            case e.Or(operands=operands):
                holds, fails = self._each_before(operands, last=1)
                return fails, holds
            case e.If(condition=condition, yes=yes, no=no):
                when, unless = self.truth(condition)
                first, second = self.truth(yes), self.truth(no)
                holds = z3.Or(z3.And(when, first[0]), z3.And(unless, second[0]))
                return holds, z3.Or(z3.And(when, first[1]), z3.And(unless, second[1]))
            case e.Default(value=value, fallback=fallback):
                first, second = self.truth(value), self.truth(fallback)
                missing = z3.Not(z3.Or(*first))
                holds = z3.Or(first[0], z3.And(missing, second[0]))
                return holds, z3.Or(first[1], z3.And(missing, second[1]))
            case e.LetRead(let=name):
                return self.truth(self.program.lets[name].value)
            case e.SegmentRead(segment=name) if self.program.segments[name].condition is not None:
                return self.truth(self.program.segments[name].condition or found)
            case e.IsPresent(operand=operand):
                there = self.is_there(operand)
                return there, z3.Not(there)
            case _:
                return self._relation(found)

    def _relation(self, found: e.Expression) -> Truth:
        """That values are in some relation."""
        match found:
            case e.OneOf(subject=subject, options=options):
                return self._one_of(subject, options)
            case e.Forgiving(symbol=symbol, left=left, right=right):
                return self._forgiving(symbol, left, right)
            case e.Apply(operation=operation, arguments=(left, right)) if (
                operation.name in _SYMBOLS and _are_comparable(left, right)
            ):
                return self._compared(operation.name, left, right)
            case _:
                truth, there = self.unknowns.value(found)
                return self.z3.And(there, truth), self.z3.And(there, self.z3.Not(truth))

    def _each_before(self, operands: tuple[e.Expression, ...], *, last: int) -> Truth:
        """All of them so, and one otherwise with all before it so; with `last` 1 the opposites."""
        z3 = self.z3
        so: list[Term] = []
        otherwise: list[Term] = []
        for operand in operands:
            truth = self.truth(operand)
            otherwise.append(z3.And(*so, truth[1 - last]))
            so.append(truth[last])
        return z3.And(*so), z3.Or(*otherwise)

    def is_there(self, operand: e.Expression) -> Term:
        """That something is not missing."""
        if operand.type == BOOL:
            return self.z3.Or(*self.truth(operand))
        return self.value(operand)[1]

    def _one_of(self, subject: e.Expression, options: tuple[e.Expression, ...]) -> Truth:
        z3 = self.z3
        if not all(_are_comparable(subject, option) for option in options):
            truth = z3.FreshBool()
            return truth, z3.Not(truth)
        value, there = self.value(subject)
        given = [self.value(option) for option in options]
        same = z3.Or(*(value == each for each, _ in given))
        all_there = z3.And(there, *(each for _, each in given))
        return z3.And(all_there, same), z3.And(all_there, z3.Not(same))

    def _compared(self, symbol: str, left: e.Expression, right: e.Expression) -> Truth:
        first, second = self.value(left), self.value(right)
        there = self.z3.And(first[1], second[1])
        holds = _SYMBOLS[symbol](first[0], second[0])
        return self.z3.And(there, holds), self.z3.And(there, self.z3.Not(holds))

    def _forgiving(self, symbol: str, left: e.Expression, right: e.Expression) -> Truth:
        value, there = self.value(left)
        bar, bar_there = self.value(right)
        z3 = self.z3
        at_least = self.terms.above((left, right), value, bar, -1)
        more = self.terms.above((left, right), value, bar, 1)
        holds = {
            ">=": at_least,
            ">": more,
            "<": z3.Not(at_least),
            "<=": z3.Not(more),
            "==": z3.And(at_least, z3.Not(more)),
            "!=": z3.Not(z3.And(at_least, z3.Not(more))),
        }[symbol]
        both = z3.And(there, bar_there)
        return z3.And(both, holds), z3.And(both, z3.Not(holds))

    # ---- values

    def value(self, found: e.Expression) -> Value:
        """The value of what is no truth, and that it is there."""
        if isinstance(found, e.Linear):
            return self._form(found)
        key = key_of(found)
        if key is not found:
            return self.unknowns.value(found)
        if key not in self._values:
            self._values[key] = self._value(found)
        return self._values[key]

    def _value(self, found: e.Expression) -> Value:
        z3, there = self.z3, self.z3.BoolVal(True)
        match found:
            case e.Constant(value=str() as text):
                return z3.IntVal(self.terms.code(text)), there
            case e.Constant(value=int() | float() as number):
                return self.terms.exact(number), there
            case e.LetRead(let=name):
                return self.value(self.program.lets[name].value)
            case e.LevelRead(level=name):
                rank, level = z3.IntVal(0), self.program.levels[name]
                for at, reach in enumerate(level.reaches, 1):
                    rank = z3.If(self.truth(reach)[0], z3.IntVal(at), rank)
                return rank, there
            case e.If(condition=condition, yes=yes, no=no):
                when, unless = self.truth(condition)
                first, second = self.value(yes), self.value(no)
                known = z3.Or(z3.And(when, first[1]), z3.And(unless, second[1]))
                return z3.If(when, first[0], second[0]), known
            case e.Default(value=value, fallback=fallback):
                first, second = self.value(value), self.value(fallback)
                return z3.If(first[1], first[0], second[0]), z3.Or(first[1], second[1])
            case e.Apply() if found.type in (NUMBER, MONEY, DURATION):
                return self._applied(found)
            case _:
                return self.unknowns.value(found)

    def _applied(self, found: e.Apply) -> Value:
        name, given = found.operation.name, found.arguments
        plain = all(each.type in (NUMBER, MONEY, DURATION) for each in given)
        if not plain or name not in _ARITHMETIC:
            return self.unknowns.value(found)
        terms = [self.value(each) for each in given]
        there = self.z3.And(*(each for _, each in terms))
        values = [value for value, _ in terms]
        match name, values:
            case "-", (one,):
                return -one, there
            case "+", (one, other):
                return self._sum(found, one, other), there
            case "-", (one, other):
                return self._sum(found, one, -other), there
            case "*", (one, other) if found.type != DURATION:
                for factor, term in ((given[0], other), (given[1], one)):
                    if isinstance(factor, e.Constant) and isinstance(factor.value, int | float):
                        exact = self.terms.exact(factor.value) * term
                        return self.terms.near(exact), there
                return self.unknowns.value(found)
            case "min", _:
                return self.terms.least(values), there
            case "max", _:
                return self.terms.greatest(values), there
            case "abs", (one,):
                return self.terms.size(one), there
            case _:
                return self.unknowns.value(found)

    def _sum(self, found: e.Apply, one: Term, other: Term) -> Term:
        if found.type == DURATION or is_exact_sum(self.program, found):
            return one + other
        return self.terms.rounded_sum(one, other)

    def _form(self, found: e.Linear) -> Value:
        exact, size = self.terms.exact(found.constant), self.terms.exact(abs(found.constant))
        for weight, name in found.terms:
            score = self.program.scores[name]
            read, _ = self.value(e.ScoreRead(span=score.span, score=name))
            term = self.terms.exact(weight) * read
            exact, size = exact + term, size + self.terms.size(term)
        return self.terms.near(exact, size * self.terms.exact(OF_FORMS)), self.z3.BoolVal(True)

    # ---- examples

    def term(self, read: e.Expression) -> Term:
        """What a score or a trait is."""
        return self.truth(read)[0] if read.type == BOOL else self.value(read)[0]


_SYMBOLS: dict[str, Callable[[Term, Term], Term]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC = {"+", "-", "*", "min", "max", "abs"}


def _are_comparable(left: e.Expression, right: e.Expression) -> bool:
    """Whether both are numbers, or both are texts or labels."""
    return is_code(left) == is_code(right) and not any(
        each.type == BOOL or not isinstance(each.type, Plain | Labels | LevelType | StageType)
        for each in (left, right)
    )
