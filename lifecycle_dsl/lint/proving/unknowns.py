"""What is read of a customer or a record, and what has no terms: anything of its type and bounds.

The same thing where the same read, or the same expression, stands.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import field, frozen

from lifecycle_dsl.checker.expressions.wholeness import whole_number
from lifecycle_dsl.lint.proving.extents import everywhere
from lifecycle_dsl.lint.proving.terms import OF_FORMS, Term, Terms, Value
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, NO_STAGE, TEXT, Labels, StageType

_MOST = Fraction(10**30)


@frozen(eq=False)
class Unknowns:
    """Terms of which only the type and the bounds are known."""

    terms: Terms
    known: Known
    _values: dict[object, Value] = field(factory=dict, init=False)

    def value(self, found: e.Expression) -> Value:
        """A value of its own, and that it is there."""
        z3, key = self.terms.z3, key_of(found)
        if key not in self._values:
            self._values[key] = self._free(found), z3.FreshBool("there")
        value, there = self._values[key]
        # Where a read is sure to be there, it is only looked at if it is.
        return value, there if found.may_miss else z3.BoolVal(True)

    def _free(self, found: e.Expression) -> Term:
        z3 = self.terms.z3
        if found.type == BOOL:
            return z3.FreshBool("truth")
        if is_code(found):
            value = z3.FreshInt("label")
            labels = self._labels(found)
            if labels is not None:
                codes = (self.terms.code(each) for each in labels)
                self.terms.axioms.append(z3.Or(*(value == code for code in codes)))
        else:
            is_whole = whole_number(found, self.known.behind)
            value = z3.FreshInt("count") if is_whole else z3.FreshReal("value")
            self._bound(found, value)
        return value

    def _labels(self, found: e.Expression) -> tuple[str, ...] | None:
        match found:
            case e.StageRead():
                return tuple(str(stage) for stage in self.known.stages) or ("",)
            case e.PreviousStage():
                return (*self.known.program.stages, NO_STAGE)
            case _:
                return found.type.labels if isinstance(found.type, Labels) else None

    def _bound(self, found: e.Expression, value: Term) -> None:
        terms, measured = self.terms, everywhere(self.known, found)
        for end, sign in ((measured.low, 1), (measured.high, -1)):
            if abs(end) < _MOST:
                loose = Fraction(end) - sign * (abs(Fraction(end)) * OF_FORMS)
                terms.axioms.append(sign * value >= terms.exact(sign * loose))
        if isinstance(found, e.ClockRead) and found.clock is e.Clock.IN_STAGE:
            age = e.ClockRead(span=found.span, type=found.type, clock=e.Clock.AGE)
            terms.axioms.append(value <= self.value(age)[0])


def key_of(found: e.Expression) -> object:
    """What a read is known by, whether it is sure to be there or not; any other by itself."""
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


def is_code(found: e.Expression) -> bool:
    """Whether a value is a text or a label, for which a number stands."""
    return found.type == TEXT or isinstance(found.type, Labels | StageType)
