"""What conditions surely are: bounds of quantities, values of labels, and the truths that follow.

`Known` is what is known of a customer at a place: the stages they may be in, what comparisons have
said. It is asked for the truth of a condition (`True`, `False`, or None: it depends), and takes a
condition as given. It is exact or silent: `True` and `False` are proofs, None says nothing.

A comparison that forgives rounding is taken as it reads. Where two bars differ by no more than what
is forgiven nothing is concluded from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, field, frozen

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.lint.arriving import added_to, is_counted, remembered
from lifecycle_dsl.lint.ranges import EVERYTHING, Range, bounded, compared, point
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level, Score
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import NO_STAGE, TEXT, Labels, LevelType, StageType

Values = frozenset[object]

_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_BOUNDS: Mapping[str, Callable[..., intervals.Interval]] = {
    "+": intervals.add,
    "*": intervals.multiply,
    "min": intervals.least,
    "max": intervals.greatest,
    "abs": intervals.absolute,
    "clamp": intervals.clamped,
}
_MOST_VALUES = 64


@frozen(eq=False)
class Known:
    """What is known of a customer at a place."""

    program: Program
    stages: Values
    """The stages they may be in; empty where there is none yet."""
    longest_stay: Range = EVERYTHING
    """How long they may have been in the stage."""
    record: frozenset[str] = frozenset()
    """Events of one of which a record has just come, and is counted already; empty if unknown."""
    ranges: Mapping[e.Expression, Range] = field(factory=dict)
    values: Mapping[e.Expression, Values] = field(factory=dict)
    truths: Mapping[e.Expression, bool] = field(factory=dict)
    _seen: dict[e.Expression, bool | None] = field(factory=dict, init=False)
    _measured: dict[e.Expression, Range] = field(factory=dict, init=False)

    def truth(self, condition: e.Expression) -> bool | None:
        """Whether a condition surely holds, or surely does not; what is missing does not hold."""
        if condition not in self._seen:
            self._seen[condition] = self._truth(condition)
        return self._seen[condition]

    def range(self, quantity: e.Expression) -> Range:
        """What a quantity surely lies within."""
        if quantity not in self._measured:
            found = self._range(quantity)
            if quantity in self.ranges:
                found = found.meet(self.ranges[quantity])
            self._measured[quantity] = found
        return self._measured[quantity]

    def given(self, condition: e.Expression | None, *, holds: bool = True) -> Known | None:
        """With a condition that holds, or does not; None where that cannot be."""
        if condition is None:
            return self if holds else None
        truth = self.truth(condition)
        if truth is (not holds) and (holds or not condition.may_miss):
            return None
        if condition.may_miss and not holds:
            return self  # It may as well be missing.
        match condition, holds:
            case e.Or(operands=operands), True:
                left = [each for each in operands if self.truth(each) is not False]
                if len(left) == 1:
                    return self.given(left[0])
                return self._narrowed(condition, holds=True)
            case e.Not(operand=operand), _:
                return self.given(operand, holds=not holds)
            case (e.And(operands=operands), True) | (e.Or(operands=operands), False):
                known: Known | None = self
                for operand in operands:
                    known = None if known is None else known.given(operand, holds=holds)
                return known
            case ((e.LetRead() | e.SegmentRead()), _) if behind := self.behind(condition):
                return self.given(behind, holds=holds)
            case _:
                return self._narrowed(condition, holds=holds)

    # ---- truths

    def _truth(self, found: e.Expression) -> bool | None:
        if found in self.truths:
            return self.truths[found]
        truth = self._told(found)
        # What may be missing is never sure to hold.
        return None if truth is True and found.may_miss else truth

    def _told(self, found: e.Expression) -> bool | None:
        match found:
            case e.Constant(value=bool() as value):
                return value
            case e.Not(operand=operand):
                truth = self.truth(operand)
                return None if truth is None or operand.may_miss else not truth
            case e.And(operands=operands):
                return self._all(operands)
            case e.Or(operands=operands):
                return self._any(operands)
            case e.If(condition=condition, yes=yes, no=no):
                return self._chosen(condition, yes, no)
            case e.Default(value=value, fallback=fallback):
                truth = self.truth(value)
                return truth if self.is_there(value) or truth == self.truth(fallback) else None
            case e.LetRead() | e.SegmentRead():
                behind = self.behind(found)
                return None if behind is None else self.truth(behind)
            case e.IsPresent(operand=operand):
                return True if self.is_there(operand) else None
            case e.MemoryRead(term=term) if term.remembers is Remembers.SEEN:
                return True if is_counted(term, self.record) else None
            case _:
                return self._compared(found)

    def is_there(self, found: e.Expression) -> bool:
        """Whether something is surely not missing."""
        match found:
            case e.MemoryRead(term=term) if is_counted(term, self.record):
                return True
            case _:
                return not found.may_miss

    def _all(self, operands: Iterable[e.Expression]) -> bool | None:
        known: Known = self
        whole: bool | None = True
        for operand in operands:
            truth = known.truth(operand)
            if truth is False:
                return False
            whole = whole if truth else None
            further = known.given(operand)
            if further is None:
                return False
            known = further
        return whole

    def _any(self, operands: Iterable[e.Expression]) -> bool | None:
        truths = [self.truth(operand) for operand in operands]
        if any(truths):
            return True
        return False if all(truth is False for truth in truths) else None

    def _chosen(self, condition: e.Expression, yes: e.Expression, no: e.Expression) -> bool | None:
        truth = self.truth(condition)
        if truth is not None and not condition.may_miss:
            return self.truth(yes if truth else no)
        first, second = self.truth(yes), self.truth(no)
        return first if first is second else None

    def _compared(self, found: e.Expression) -> bool | None:
        match found:
            case e.OneOf(subject=subject, options=options):
                possible = self.possible(subject)
                wanted = _constants(options)
                if possible is None or wanted is None:
                    return None
                if not possible & wanted:
                    return False
                return True if possible <= wanted else None
            case _:
                sides = _sides(found)
        if sides is None:
            return None
        symbol, left, right = sides
        if symbol in ("==", "!="):
            a, b = self.possible(left), self.possible(right)
            if a is not None and b is not None:
                same = None if a & b else False
                same = True if a == b and len(a) == 1 else same
                return same if symbol == "==" or same is None else not same
        first, second = self.range(left), self.range(right)
        if isinstance(found, e.Forgiving) and _is_near(first, second):
            return None
        return compared(symbol, first, second)

    # ---- values

    def possible(self, found: e.Expression) -> Values | None:
        """The values that something of few values may have; None for all else."""
        if found in self.values:
            return self.values[found]
        match found:
            case e.Constant(value=value) if value is not None and not isinstance(value, float):
                return frozenset((value,))
            case e.StageRead():
                return self.stages
            case e.PreviousStage():
                return frozenset((*self.program.stages, NO_STAGE))
            case e.If(yes=yes, no=no) | e.Default(value=yes, fallback=no):
                first, second = self.possible(yes), self.possible(no)
                return None if first is None or second is None else first | second
            case e.LetRead(let=name):
                return self.possible(self.program.lets[name].value)
            case e.LevelRead(level=name):
                return self.ranks(self.program.levels[name])
            case _:
                pass
        match found.type:
            case Labels(labels=labels):
                return frozenset(labels)
            case LevelType(labels=labels):
                return frozenset(range(len(labels)))
            case _:
                return None

    def ranks(self, level: Level) -> Values:
        """The ranks that a level may have."""
        found: set[object] = set()
        for rank in range(len(level.labels)):
            known: Known | None = self
            if rank:
                known = self.given(level.reaches[rank - 1])
            for higher in level.reaches[rank:]:
                known = None if known is None else known.given(higher, holds=False)
            if known is not None:
                found.add(rank)
        return frozenset(found or range(len(level.labels)))

    # ---- quantities

    def _range(self, found: e.Expression) -> Range:
        match found:
            case e.Constant(value=value):
                if isinstance(value, bool) or not isinstance(value, int | float):
                    return EVERYTHING
                return point(value)
            case e.ScoreRead() | e.MemoryRead():
                return self._kept(found)
            case e.Linear(terms=terms, constant=constant):
                return self._linear(terms, constant)
            case e.LetRead(let=name):
                return self.range(self.program.lets[name].value)
            case e.LevelRead() | e.ParamRead():
                return self._named(found)
            case e.ClockRead(clock=clock):
                return self._clock(clock)
            case e.If():
                return self._either(found)
            case e.Default(value=value, fallback=fallback):
                known = self.range(value)
                return known if self.is_there(value) else known.join(self.range(fallback))
            case e.PointsSum():
                return self._points(found)
            case e.Apply():
                return self._applied(found)
            case _:
                return _checked(found)

    def _kept(self, found: e.ScoreRead | e.MemoryRead) -> Range:
        if isinstance(found, e.MemoryRead):
            return remembered(found.term, self.record, _checked(found))
        score = self.program.scores[found.score]
        return added_to(score, self.record, score_range(score))

    def _clock(self, clock: e.Clock) -> Range:
        match clock:
            case e.Clock.NOW:
                return EVERYTHING
            case e.Clock.IN_STAGE:
                return Range(0).meet(self.longest_stay)
            case _:
                return Range(0)

    def _either(self, found: e.If) -> Range:
        truth = None if found.condition.may_miss else self.truth(found.condition)
        if truth is not None:
            return self.range(found.yes if truth else found.no)
        return self.range(found.yes).join(self.range(found.no))

    def _linear(self, terms: Iterable[tuple[float, str]], constant: float) -> Range:
        total = (constant, constant)
        for weight, score in terms:
            each = self.range(_score_read(self.program.scores[score]))
            total = intervals.add(
                total, intervals.multiply((weight, weight), (each.low, each.high))
            )
        return _loosened(total)

    def _named(self, found: e.LevelRead | e.ParamRead) -> Range:
        if isinstance(found, e.LevelRead):
            given = tuple(self.ranks(self.program.levels[found.level]))
        else:
            param = self.program.params[found.param]
            cases = (value for _, value in param.cases)
            given = (param.value, *cases, *(param.tune or ())[:2])
        numbers = [value for value in given if isinstance(value, int | float)]
        return Range(min(numbers), max(numbers)) if numbers else EVERYTHING

    def _points(self, found: e.PointsSum) -> Range:
        low = high = 0.0
        for line in found.lines:
            truth = None if line.condition is None else self.truth(line.condition)
            if truth is False:
                continue
            sure = line.events is None and (line.condition is None or truth is True)
            points = self.range(line.points)
            low += points.low if sure else min(points.low, 0.0)
            high += points.high if sure else max(points.high, 0.0)
        return Range(low, high)

    def _applied(self, found: e.Apply) -> Range:
        own = _checked(found)
        bounds = _BOUNDS.get(found.operation.name)
        name = found.operation.name
        if name == "-":
            bounds = intervals.subtract if len(found.arguments) == 2 else intervals.negate
        if bounds is None or found.bounds is None:
            return own
        if any(argument.bounds is None for argument in found.arguments):
            return own
        parts = [self.range(argument) for argument in found.arguments]
        if not all(math.isfinite(part.low) and math.isfinite(part.high) for part in parts):
            return own
        low, high = bounds(*((part.low, part.high) for part in parts))
        return own.meet(_loosened((low, high)))

    # ---- narrowing

    def _narrowed(self, found: e.Expression, *, holds: bool) -> Known | None:
        truths = {**self.truths, found: holds}
        values, ranges = dict(self.values), dict(self.ranges)
        match found:
            case e.OneOf(subject=subject, options=options):
                wanted, possible = _constants(options), self.possible(subject)
                if wanted is not None and possible is not None:
                    values[subject] = possible & wanted if holds else possible - wanted
                    if not values[subject]:
                        return None
            case _:
                if sides := _sides(found):
                    symbol, left, right = sides
                    symbol = symbol if holds else _OPPOSITE[symbol]
                    turned = (_TURNED[symbol], right, left)
                    for each in ((symbol, left, right), turned):
                        if not self._narrow_side(each, values, ranges):
                            return None
        return evolve(self, ranges=ranges, values=values, truths=truths)

    def at_record(self, events: Iterable[str]) -> Known:
        """With a record of one of some events that has just come."""
        return evolve(self, record=frozenset(events))

    def _narrow_side(
        self,
        sides: tuple[str, e.Expression, e.Expression],
        values: dict[e.Expression, Values],
        ranges: dict[e.Expression, Range],
    ) -> bool:
        """Take up what a comparison says of its left side; False where nothing is left of it."""
        symbol, left, right = sides
        left = self._through(left)
        if isinstance(left, e.Constant):
            return True
        a, b = self.possible(left), self.possible(right)
        if a is not None and b is not None and len(b) == 1 and symbol in ("==", "!="):
            values[left] = a & b if symbol == "==" else a - b
            return bool(values[left])
        if left.type == TEXT and a is None and symbol == "==" and b is not None:
            values[left] = b
            return True
        if isinstance(left.type, StageType | Labels):
            return True
        before = self.range(left)
        after = before.meet(bounded(symbol, self.range(right)))
        if after.is_empty:
            return False
        ranges[left] = after
        if isinstance(left, e.LevelRead) and a is not None:
            values[left] = frozenset(
                rank for rank in a if isinstance(rank, int) and not point(rank).meet(after).is_empty
            )
            return bool(values[left])
        return True

    def _through(self, found: e.Expression) -> e.Expression:
        """What stands behind lets that are nothing but a name for it."""
        while isinstance(found, e.LetRead):
            found = self.program.lets[found.let].value
        return found

    def behind(self, found: e.Expression) -> e.Expression | None:
        """What stands behind the name of a let or a computed segment; None for all else."""
        match found:
            case e.LetRead(let=name):
                return self.program.lets[name].value
            case e.SegmentRead(segment=name):
                return self.program.segments[name].condition
            case _:
                return None


def score_range(score: Score) -> Range:
    """What a score lies within: its clamps, and 0 where no line leads further."""
    amounts = [line.amount.bounds or (-math.inf, math.inf) for line in score.lines]
    low = max(score.low, 0.0) if all(least >= 0 for least, _ in amounts) else score.low
    high = min(score.high, 0.0) if all(most <= 0 for _, most in amounts) else score.high
    # A score without lines, or before its first record, is 0 whatever its clamps are.
    return Range(min(low, 0.0), max(high, 0.0))


def _score_read(score: Score) -> e.ScoreRead:
    return e.ScoreRead(span=score.span, bounds=(score.low, score.high), score=score.name)


def _checked(found: e.Expression) -> Range:
    return EVERYTHING if found.bounds is None else Range(*found.bounds)


def _loosened(interval: intervals.Interval) -> Range:
    """Sums may be rounded another way than they are here."""
    low, high = intervals.outward(interval)
    return Range(low, high)


def _sides(found: e.Expression) -> tuple[str, e.Expression, e.Expression] | None:
    match found:
        case e.Forgiving(symbol=symbol, left=left, right=right):
            return symbol, left, right
        case e.Apply(operation=operation, arguments=(left, right)) if operation.name in _TURNED:
            return operation.name, left, right
        case _:
            return None


def _constants(options: Iterable[e.Expression]) -> Values | None:
    given = list(options)
    if not all(isinstance(option, e.Constant) for option in given):
        return None
    return frozenset(option.value for option in given if isinstance(option, e.Constant))


def _is_near(left: Range, right: Range) -> bool:
    """Whether ends lie so near that what is forgiven may decide, but are not the same."""

    def near(a: float, b: float) -> bool:
        return a != b and abs(a - b) <= 4e-9 * max(1.0, abs(b))

    return near(left.low, right.high) or near(left.high, right.low)


def all_hold(known: Known, conditions: Iterable[e.Expression | None]) -> Known | None:
    """With all of some conditions; None where they cannot all hold."""
    found: Known | None = known
    for condition in conditions:
        found = None if found is None else found.given(condition)
    return found
