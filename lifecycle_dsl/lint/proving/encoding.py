"""Expressions as terms of the solver.

Whatever the engine can come to is a model of the terms; not every model is something that the
engine can come to. So what has no model never happens, and nothing follows from a model.

- A truth is a pair: it holds, it does not; where something is missing neither does.
- A sum or a product is a number of its own, near the exact one as rounding leaves it, and on the
  side of its operands on which rounding leaves it. Of a form over scores the compiler may turn the
  comparison round, so that each comparison has a number of its own.
- A comparison that forgives takes place at a bar that lies as far away as it forgives, within
  rounding.
- What has no terms here (a model, a text made of pieces) is anything of its type and bounds: the
  same thing where the same expression stands.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import field, frozen

from lifecycle_dsl.checker.expressions.wholeness import whole_number
from lifecycle_dsl.lint.proving.extents import everywhere, is_exact_sum
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import (
    BOOL,
    DURATION,
    MONEY,
    NO_STAGE,
    NUMBER,
    TEXT,
    Labels,
    LevelType,
    Plain,
    StageType,
)

Term: TypeAlias = Any
"""A term of the solver, which has no types of its own."""
Spoken = float | bool | str
"""A value as a test says it: a number of a few decimals, a truth or a label."""
Truth = tuple[Term, Term]
"""That it holds, and that it does not."""
Value = tuple[Term, Term]
"""The value, and that it is there."""

_ROUNDING = Fraction(1, 2**51)
"""Relative, of one operation: twice what it can be."""
_OF_FORMS = Fraction(1, 10**13)
"""Relative to the terms of a form over scores, which are a few dozen at most."""
_FORGIVEN = Fraction(1, 10**9)
_NEAR = Fraction(1, 10**5)
"""By what part of itself the forgiven distance may be off."""
_MOST = Fraction(10**30)


@frozen(eq=False)
class Encoding:
    """The terms of one question; `axioms` holds of all of them."""

    z3: Term
    known: Known
    axioms: list[Term] = field(factory=list)
    _truths: dict[e.Expression, Truth] = field(factory=dict, init=False)
    _values: dict[object, Value] = field(factory=dict, init=False)
    _bars: dict[object, Term] = field(factory=dict, init=False)
    _codes: dict[str, int] = field(factory=dict, init=False)

    @property
    def program(self) -> Program:
        """Whose expressions they are."""
        return self.known.program

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
                truth, there = self._anything(found)
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
        at_least = self.above((left, right), value, bar, -1)
        more = self.above((left, right), value, bar, 1)
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

    def above(self, sides: object, value: Term, bar: Term, sign: int) -> Term:
        """That a value is more than a bar, which forgiveness moves up, or down with a sign of -1.

        Of the same sides it is the same truth.
        """
        key = sides, sign
        if key not in self._bars:
            moved = self.z3.FreshReal("bar")
            least, most = self._forgiven(bar)
            distance = sign * (moved - bar)
            self.axioms.extend((distance >= least, distance <= most))
            self._bars[key] = value > moved
        return self._bars[key]

    def _forgiven(self, bar: Term) -> tuple[Term, Term]:
        """How far a bar is moved, at the least and at the most."""
        z3 = self.z3
        nearly, amply = _FORGIVEN * (1 - _NEAR), _FORGIVEN * (1 + _NEAR)
        if z3.is_int_value(bar) or z3.is_rational_value(bar):
            size = max(Fraction(1), abs(Fraction(str(bar))))
            return self.exact(nearly * size), self.exact(amply * size)
        size = self._size(bar)
        size = z3.If(size > 1, size, self.exact(1))
        return self.exact(nearly) * size, self.exact(amply) * size

    # ---- values

    def value(self, found: e.Expression) -> Value:
        """The value of what is no truth, and that it is there."""
        if isinstance(found, e.Linear):
            return self._form(found)
        key = _key(found)
        if key is not found:
            return self._anything(found)
        if key not in self._values:
            self._values[key] = self._value(found)
        return self._values[key]

    def _value(self, found: e.Expression) -> Value:
        z3, there = self.z3, self.z3.BoolVal(True)
        match found:
            case e.Constant(value=str() as text):
                return z3.IntVal(self.code(text)), there
            case e.Constant(value=int() | float() as number):
                return self.exact(number), there
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
                return self._anything(found)

    def _applied(self, found: e.Apply) -> Value:
        name, given = found.operation.name, found.arguments
        plain = all(each.type in (NUMBER, MONEY, DURATION) for each in given)
        if not plain or name not in _ARITHMETIC:
            return self._anything(found)
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
                        exact = self.exact(factor.value) * term
                        return self._near(exact), there
                return self._anything(found)
            case "min", _:
                return self._least(values, -1), there
            case "max", _:
                return self._least(values, 1), there
            case "abs", (one,):
                return self._size(one), there
            case _:
                return self._anything(found)

    def _sum(self, found: e.Apply, one: Term, other: Term) -> Term:
        if found.type == DURATION or is_exact_sum(self.program, found):
            return one + other
        total = self._near(one + other)
        for a, b in ((one, other), (other, one)):
            self.axioms.append(self.z3.Implies(b >= 0, total >= a))
            self.axioms.append(self.z3.Implies(b <= 0, total <= a))
        return total

    def _least(self, values: list[Term], sign: int) -> Term:
        found = values[0]
        for each in values[1:]:
            found = self.z3.If(sign * each > sign * found, each, found)
        return found

    def _form(self, found: e.Linear) -> Value:
        exact, size = self.exact(found.constant), self.exact(abs(found.constant))
        for weight, name in found.terms:
            score = self.program.scores[name]
            read, _ = self.value(e.ScoreRead(span=score.span, score=name))
            term = self.exact(weight) * read
            exact, size = exact + term, size + self._size(term)
        return self._near(exact, size * self.exact(_OF_FORMS)), self.z3.BoolVal(True)

    def _near(self, exact: Term, distance: Term | None = None) -> Term:
        """A number as near to another as rounding leaves it."""
        number = self.z3.FreshReal("rounded")
        if distance is None:
            tiny = self.exact(Fraction(1, 10**300))
            distance = self._size(exact) * self.exact(_ROUNDING) + tiny
        self.axioms.extend((number <= exact + distance, number >= exact - distance))
        return number

    def _anything(self, found: e.Expression) -> Value:
        """A value of its own, of the type and within the bounds of an expression."""
        z3, key = self.z3, _key(found)
        if key not in self._values:
            self._values[key] = self._free(found), z3.FreshBool("there")
        value, there = self._values[key]
        # Where a read is sure to be there, it is only looked at if it is.
        return value, there if found.may_miss else z3.BoolVal(True)

    def _free(self, found: e.Expression) -> Term:
        """A term of which only the type and the bounds of an expression are known."""
        z3 = self.z3
        if found.type == BOOL:
            return z3.FreshBool("truth")
        if _is_code(found):
            value = z3.FreshInt("label")
            labels = self._labels(found)
            if labels is not None:
                self.axioms.append(z3.Or(*(value == self.code(each) for each in labels)))
        else:
            is_whole = self._is_whole(found)
            value = z3.FreshInt("count") if is_whole else z3.FreshReal("value")
            self._bound(found, value)
        return value

    def _is_whole(self, found: e.Expression) -> bool:
        return whole_number(found, self.known.behind)

    def _labels(self, found: e.Expression) -> tuple[str, ...] | None:
        match found:
            case e.StageRead():
                return tuple(str(stage) for stage in self.known.stages) or ("",)
            case e.PreviousStage():
                return (*self.program.stages, NO_STAGE)
            case _:
                return found.type.labels if isinstance(found.type, Labels) else None

    def _bound(self, found: e.Expression, value: Term) -> None:
        measured = everywhere(self.known, found)
        for end, sign in ((measured.low, 1), (measured.high, -1)):
            if abs(end) < _MOST:
                loose = Fraction(end) - sign * (abs(Fraction(end)) * _OF_FORMS)
                self.axioms.append(sign * value >= self.exact(sign * loose))
        if isinstance(found, e.ClockRead) and found.clock is e.Clock.IN_STAGE:
            age = e.ClockRead(span=found.span, type=found.type, clock=e.Clock.AGE)
            self.axioms.append(value <= self.value(age)[0])

    def code(self, text: str) -> int:
        """The number that stands for a text or label."""
        return self._codes.setdefault(text, len(self._codes))

    def exact(self, number: Fraction | float) -> Term:
        """A number as it is."""
        exact = Fraction(number)
        if exact.denominator == 1:
            return self.z3.IntVal(exact.numerator)
        return self.z3.RealVal(str(exact))

    def _size(self, term: Term) -> Term:
        return self.z3.If(term >= 0, term, -term)

    # ---- examples

    def term(self, read: e.Expression) -> Term:
        """What a score or a trait is."""
        return self.truth(read)[0] if read.type == BOOL else self.value(read)[0]

    def spoken(self, term: Term) -> Spoken:
        """A value of a model as a test says it; numbers are rounded."""
        if self.z3.is_bool(term):
            return bool(self.z3.is_true(term))
        if self.z3.is_int(term):
            texts = {code: text for text, code in self._codes.items()}
            return texts.get(term.as_long(), "")
        return round(float(term.as_fraction()), 6)

    def written(self, value: Spoken) -> Term:
        """A value that a test says, as a term."""
        match value:
            case bool():
                return self.z3.BoolVal(value)
            case str():
                return self.z3.IntVal(self.code(value))
            case _:
                return self.exact(value)


_SYMBOLS: dict[str, Callable[[Term, Term], Term]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC = {"+", "-", "*", "min", "max", "abs"}


def _key(found: e.Expression) -> object:
    """What a read is known by, whether it is sure to be there or not."""
    match found:
        case e.ScoreRead(score=name):
            return "score", name
        case e.TraitRead(trait=name):
            return "trait", name
        case e.FieldRead(name=name):
            return "field", name
        case e.MemoryRead(term=term):
            return "memory", term
        case e.ClockRead(clock=clock):
            return "clock", clock
        case _:
            return found


def _are_comparable(left: e.Expression, right: e.Expression) -> bool:
    """Whether both are numbers, or both are texts or labels."""
    return _is_code(left) == _is_code(right) and not any(
        each.type == BOOL or not isinstance(each.type, Plain | Labels | LevelType | StageType)
        for each in (left, right)
    )


def _is_code(found: e.Expression) -> bool:
    return found.type == TEXT or isinstance(found.type, Labels | StageType)
