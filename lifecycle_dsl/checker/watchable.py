"""Whether a condition can be watched: noticed at the instant it turns, also when only time passes.

Everything that is read moves with time in one of a few ways. What stands still or jumps at known
instants may be put together at will. A score, or the sum of several of one half-life, and a
running clock may be compared with what stands still: when they cross it can be worked out. Scores
of several half-lives may only be compared so that time leads away from the turn. All else is
unwatchable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum

from attrs import frozen

from lifecycle_dsl.checker.operators import TURNED
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Calendar, Remembers, Rolling
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import children, walk

Resolve = Callable[[e.Expression], e.Expression | None]
"""What stands behind a let, level or segment that is read, what a table's output asks and may be (a
list), and the linear form of a score that decays; None where nothing is behind."""


class Motion(IntEnum):
    """How a value moves while nothing happens."""

    STILL = 0
    STEPS = 1
    """It jumps, at instants that are known beforehand."""
    DECAYS = 2
    """It goes towards one value, without turning."""
    MIXED = 3
    """A sum of what decays at several rates."""
    RUNS = 4
    """It grows as time does."""


class _ObstacleError(Exception):
    """What cannot be watched, and why."""

    def __init__(self, part: e.Expression, why: str) -> None:
        super().__init__(why)
        self.part = part
        self.why = why


@frozen
class _Turns:
    """Which turns of a condition must be noticed."""

    to_true: bool
    to_false: bool

    def swapped(self) -> _Turns:
        """The turns of the opposite condition."""
        return _Turns(self.to_false, self.to_true)


_BOTH = _Turns(to_true=True, to_false=True)


def watch_problem(
    expression: e.Expression,
    resolve: Resolve,
    *,
    both_ways: bool,
) -> Diagnostic | None:
    """What keeps a condition from being watched; None if it can be.

    With `both_ways` its turn to false must be noticed, too.
    """
    try:
        _Watch(resolve).condition(expression, _Turns(to_true=True, to_false=both_ways))
    except _ObstacleError as obstacle:
        return problems.unwatchable(expression.span, obstacle.part.span, obstacle.why)
    return None


class _Watch:
    """Goes through a condition; raises the first obstacle."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        # What stands behind a name is looked at once for each question, however often it is read.
        self._done: set[tuple[object, ...]] = set()
        self._motions: dict[e.Expression, Motion] = {}
        self._trends: dict[e.Expression, tuple[bool, bool]] = {}

    def condition(self, found: e.Expression, turns: _Turns) -> None:
        """Look at a condition of which these turns must be noticed."""
        match found:
            case e.Not():
                self.condition(found.operand, turns.swapped())
            case e.And() | e.Or():
                for operand in found.operands:
                    self.condition(operand, turns)
            case e.If():
                self.condition(found.condition, _BOTH)
                self.condition(found.yes, turns)
                self.condition(found.no, turns)
            case e.Default():
                self.presence(found.value)
                self.condition(found.value, turns)
                self.condition(found.fallback, turns)
            case e.IsPresent():
                self.presence(found.operand)
            case e.LetRead() | e.SegmentRead():
                self._behind(found, turns)
            case e.Forgiving():
                self.comparison(found, found.symbol, found.left, found.right, turns)
            case e.Apply() if found.operation.name in TURNED and len(found.arguments) == 2:
                self.comparison(found, found.operation.name, *found.arguments, turns)
            case _:
                self.quiet(found)

    def _behind(self, found: e.Expression, turns: _Turns) -> None:
        value = self._resolve(found)
        if value is not None and self._is_new(found, turns):
            self.condition(value, turns)

    def _is_new(self, *question: object) -> bool:
        if question in self._done:
            return False
        self._done.add(question)
        return True

    def comparison(
        self,
        whole: e.Expression,
        symbol: str,
        left: e.Expression,
        right: e.Expression,
        turns: _Turns,
    ) -> None:
        """Look at a comparison: what moves must stand on one side."""
        if isinstance(left, e.Constant) or (
            isinstance(right, e.PointsSum | e.LevelRead) and not isinstance(left, e.LevelRead)
        ):
            symbol, left, right = TURNED[symbol], right, left
        match left:
            case e.LetRead():
                value = self._resolve(left)
                if value is not None and self._is_new(symbol, left, right, turns):
                    self.comparison(whole, symbol, value, right, turns)
            case e.LevelRead() if isinstance(right, e.Constant):
                value = self._resolve(left)
                if value is not None:
                    self._level(whole, symbol, value, right, turns)
            case e.If():
                self.condition(left.condition, _BOTH)
                self.comparison(whole, symbol, left.yes, right, turns)
                self.comparison(whole, symbol, left.no, right, turns)
            case e.Default():
                self.presence(left.value)
                self.comparison(whole, symbol, left.value, right, turns)
                self.comparison(whole, symbol, left.fallback, right, turns)
            case e.PointsSum():
                self.quiet(right)
                self._points(left, *_ways(symbol, turns))
            case _:
                self._crossing(whole, symbol, left, right, turns)

    def _level(
        self,
        whole: e.Expression,
        symbol: str,
        value: e.Expression,
        label: e.Expression,
        turns: _Turns,
    ) -> None:
        """A level's label changes as its value crosses one bar or two."""
        if symbol in ("==", "!="):
            self.comparison(whole, ">=", value, label, _BOTH)
        else:
            self.comparison(whole, symbol, value, label, turns)

    def _crossing(
        self,
        whole: e.Expression,
        symbol: str,
        left: e.Expression,
        right: e.Expression,
        turns: _Turns,
    ) -> None:
        motions = self.motion(left), self.motion(right)
        moving, other = max(motions), min(motions)
        if moving <= Motion.STEPS:
            return
        if other is not Motion.STILL:
            raise _ObstacleError(whole, "both sides move: only one may, against what stands still")
        if symbol in ("==", "!="):
            raise _ObstacleError(whole, "a moving value is equal for an instant: ask `<=` or `>=`")
        if moving is not Motion.MIXED:
            return
        if motions[0] is not Motion.MIXED:
            symbol, left = TURNED[symbol], right
        up, down = _ways(symbol, turns)
        rises, falls = self.trend(left)
        if (up and rises) or (down and falls):
            raise _ObstacleError(left, "scores of several half-lives may cross this at any time")

    def _points(self, found: e.PointsSum, up: bool, down: bool) -> None:  # noqa: FBT001
        for line in found.lines:
            self.quiet(line.points)
            low, high = line.points.bounds or (-1.0, 1.0)
            if line.events is not None or line.condition is None:
                continue
            turns = _Turns(
                to_true=(up and high > 0) or (down and low < 0),
                to_false=(down and high > 0) or (up and low < 0),
            )
            self.condition(line.condition, turns)

    def presence(self, found: e.Expression) -> None:
        """Look at whether a value is there: that may only change at known instants."""
        for part in walk(found):
            match part:
                case e.Apply() if part.operation.may_miss:
                    for argument in part.arguments:
                        self.quiet(argument)
                case e.LetRead():
                    value = self._resolve(part)
                    if value is not None and self._is_new("present", part):
                        self.presence(value)
                case e.If():
                    self.condition(part.condition, _BOTH)
                case e.TableRead():
                    self.quiet(part)
                case _:
                    pass

    def quiet(self, found: e.Expression) -> Motion:
        """The motion of something that must stand still or jump at known instants."""
        motion = self.motion(found)
        if motion > Motion.STEPS:
            raise _ObstacleError(found, "it moves all the time: only a comparison can be watched")
        return motion

    def motion(self, found: e.Expression) -> Motion:
        """How a value moves."""
        if found.type == BOOL and not isinstance(found, e.SeasonRead | e.MemoryRead):
            return self._condition_motion(found)
        match found:
            case e.ScoreRead() | e.Linear() | e.ClockRead() | e.MemoryRead() | e.SeasonRead():
                return self._own_motion(found)
            case e.LetRead():
                if found not in self._motions:
                    value = self._resolve(found)
                    self._motions[found] = Motion.STILL if value is None else self.motion(value)
                return self._motions[found]
            case e.LevelRead():
                value = self._resolve(found)
                if value is not None:
                    label = e.Constant(span=found.span, type=found.type, value=0)
                    self._level(found, "==", value, label, _BOTH)
                return Motion.STEPS
            case e.PointsSum():
                self._points(found, up=True, down=True)
                return Motion.STEPS
            case e.TableRead():
                return self._table_motion(found)
            case e.If():
                self.condition(found.condition, _BOTH)
                return self._together((found.yes, found.no), Motion.STEPS)
            case e.Apply():
                return self._operation_motion(found)
            case _:
                return self._together(children(found), Motion.STILL)

    def _own_motion(
        self, found: e.ScoreRead | e.Linear | e.ClockRead | e.MemoryRead | e.SeasonRead
    ) -> Motion:
        match found:
            case e.ScoreRead():
                return Motion.STILL if self._resolve(found) is None else Motion.DECAYS
            case e.Linear():
                return Motion.DECAYS
            case e.ClockRead():
                return _clock_motion(found)
            case e.MemoryRead():
                return _memory_motion(found)
            case e.SeasonRead():
                return Motion.STEPS

    def _condition_motion(self, found: e.Expression) -> Motion:
        match found:
            case e.Constant() | e.TraitRead() | e.FieldRead() | e.ParamRead():
                return Motion.STILL
            case e.Apply() if found.operation.name not in TURNED:
                return self._together(found.arguments, Motion.STILL)
            case e.OneOf():
                return self._together(children(found), Motion.STILL)
            case e.TableRead():
                return self._table_motion(found)
            case _:
                self.condition(found, _BOTH)
                return Motion.STEPS

    def _table_motion(self, found: e.TableRead) -> Motion:
        """What rows ask and give must jump at known instants; a moving result does not."""
        if found not in self._motions:
            value = self._resolve(found)
            self._motions[found] = Motion.STILL if value is None else self.motion(value)
        return self._motions[found]

    def _operation_motion(self, found: e.Apply) -> Motion:
        name = found.operation.name
        if name == "logistic":
            raise _ObstacleError(found, "a model has no bar that could be worked out")
        if found.operation.needs_zone:
            return self._calendar_motion(found)
        motions = [self.motion(argument) for argument in found.arguments]
        moving = max(motions)
        if moving <= Motion.STEPS:
            return moving
        if Motion.RUNS in motions:
            raise _ObstacleError(found, "only the clock itself can be compared: `in_stage >= 3d`")
        if name not in ("+", "-") or Motion.STEPS in motions:
            raise _ObstacleError(
                found, "only sums of scores can be compared, with constant weights"
            )
        return Motion.MIXED

    def _calendar_motion(self, found: e.Apply) -> Motion:
        argument = found.arguments[0]
        if isinstance(argument, e.ClockRead) and found.operation.name != "hour":
            return Motion.STEPS
        if found.operation.name == "hour" and isinstance(argument, e.ClockRead):
            raise _ObstacleError(found, "the hour changes all day long")
        return self.quiet(argument)

    def trend(self, found: e.Expression) -> tuple[bool, bool]:
        """Whether a sum of scores can rise, and can fall, by time alone."""
        if self.motion(found) is Motion.STILL:
            return False, False
        match found:
            case e.ScoreRead(bounds=(low, high)):
                return low < 0, high > 0
            case e.Linear(bounds=(low, high), constant=constant):
                return low < constant, high > constant
            case e.LetRead() if (value := self._resolve(found)) is not None:
                if found not in self._trends:
                    self._trends[found] = self.trend(value)
                return self._trends[found]
            case e.Apply(arguments=(only,)):
                rises, falls = self.trend(only)
                return falls, rises
            case e.Apply(operation=operation, arguments=(left, right)):
                a, b = self.trend(left), self.trend(right)
                if operation.name == "-":
                    b = b[1], b[0]
                return a[0] or b[0], a[1] or b[1]
            case _:
                return True, True

    def _together(self, parts: Iterable[e.Expression], least: Motion) -> Motion:
        return max((self.quiet(part) for part in parts), default=least) or least


def _ways(symbol: str, turns: _Turns) -> tuple[bool, bool]:
    """Whether the left side going up, and going down, can make such a turn."""
    match symbol:
        case ">" | ">=":
            return turns.to_true, turns.to_false
        case "<" | "<=":
            return turns.to_false, turns.to_true
        case _:
            return True, True


def _clock_motion(found: e.ClockRead) -> Motion:
    if found.clock is e.Clock.IDLE:
        raise _ObstacleError(found, "how long nothing happened is known when something does")
    return Motion.RUNS


def _memory_motion(found: e.MemoryRead) -> Motion:
    term = found.term
    if term.remembers is Remembers.SINCE:
        return Motion.RUNS
    moves = term.remembers is Remembers.STREAK or isinstance(term.window, Rolling | Calendar)
    return Motion.STEPS if moves else Motion.STILL
