"""Numbers, labels and bars as terms of the solver, of which no expression is known.

- A sum or a product is a number of its own, near the exact one as rounding leaves it, and on the
  side of its operands on which rounding leaves it.
- A comparison that forgives takes place at a bar that lies as far away as it forgives, within
  rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import field, frozen

Term: TypeAlias = Any
"""A term of the solver, which has no types of its own."""
Spoken = float | bool | str
"""A value as a test says it: a number of a few decimals, a truth or a label."""
Truth = tuple[Term, Term]
"""That it holds, and that it does not."""
Value = tuple[Term, Term]
"""The value, and that it is there."""

OF_FORMS = Fraction(1, 10**13)
"""Relative to the terms of a form over scores, which are a few dozen at most."""
_ROUNDING = Fraction(1, 2**51)
"""Relative, of one operation: twice what it can be."""
_FORGIVEN = Fraction(1, 10**9)
_NEAR = Fraction(1, 10**5)
"""By what part of itself the forgiven distance may be off."""


@frozen(eq=False)
class Terms:
    """Makes the terms of one question; `axioms` holds of all of them."""

    z3: Term
    axioms: list[Term] = field(factory=list, init=False)
    _bars: dict[object, Term] = field(factory=dict, init=False)
    _codes: dict[str, int] = field(factory=dict, init=False)

    # ---- labels

    def code(self, text: str) -> int:
        """The number that stands for a text or label."""
        return self._codes.setdefault(text, len(self._codes))

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

    # ---- numbers

    def exact(self, number: Fraction | float) -> Term:
        """A number as it is."""
        exact = Fraction(number)
        if exact.denominator == 1:
            return self.z3.IntVal(exact.numerator)
        return self.z3.RealVal(str(exact))

    def size(self, term: Term) -> Term:
        """How far a number is from 0."""
        return self.z3.If(term >= 0, term, -term)

    def greatest(self, values: Sequence[Term]) -> Term:
        """The greatest of some numbers."""
        return self._outermost(values, 1)

    def least(self, values: Sequence[Term]) -> Term:
        """The least of some numbers."""
        return self._outermost(values, -1)

    def _outermost(self, values: Sequence[Term], sign: int) -> Term:
        found = values[0]
        for each in values[1:]:
            found = self.z3.If(sign * each > sign * found, each, found)
        return found

    def rounded_sum(self, one: Term, other: Term) -> Term:
        """A sum as rounding leaves it: adding nothing negative makes nothing less."""
        total = self.near(one + other)
        for a, b in ((one, other), (other, one)):
            self.axioms.append(self.z3.Implies(b >= 0, total >= a))
            self.axioms.append(self.z3.Implies(b <= 0, total <= a))
        return total

    def near(self, exact: Term, distance: Term | None = None) -> Term:
        """A number as near to another as rounding leaves it, or within a distance."""
        number = self.z3.FreshReal("rounded")
        if distance is None:
            tiny = self.exact(Fraction(1, 10**300))
            distance = self.size(exact) * self.exact(_ROUNDING) + tiny
        self.axioms.extend((number <= exact + distance, number >= exact - distance))
        return number

    # ---- bars

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
        size = self.size(bar)
        size = z3.If(size > 1, size, self.exact(1))
        return self.exact(nearly) * size, self.exact(amply) * size
