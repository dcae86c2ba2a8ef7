"""Whether time alone can make a condition true: silence, and not what a customer does.

`count(visit within 30d) < 1` becomes true while nothing happens; `count(visit) >= 3` and a bar that
a fading score has to reach only at a record. What cannot be told is taken for what time can do.
"""

from __future__ import annotations

from math import inf
from typing import Final

from attrs import frozen

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Calendar, Remembers, Rolling
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import children

_FALLING: Final = {Remembers.COUNT, Remembers.DISTINCT, Remembers.LARGEST, Remembers.SEEN}
"""What only grows less as entries leave a window."""
_ABOVE, _BELOW = {">", ">="}, {"<", "<="}


@frozen
class _Moves:
    """What a value can do while nothing happens."""

    rises: bool = False
    falls: bool = False

    def __or__(self, other: _Moves) -> _Moves:
        return _Moves(self.rises or other.rises, self.falls or other.falls)

    def turned(self) -> _Moves:
        """Of the value with its sign turned."""
        return _Moves(self.falls, self.rises)


_STILL, _RISES, _FALLS, _BOTH = _Moves(), _Moves(rises=True), _Moves(falls=True), _Moves(True, True)


def comes_with_time(condition: e.Expression, program: Program) -> bool:
    """Whether a condition that is false can become true without a record."""
    return _Silence(program).moves(condition).rises


@frozen
class _Silence:
    """A truth is a value, too: it rises when it becomes true."""

    program: Program

    def moves(self, found: e.Expression) -> _Moves:
        """What time alone can do to a value."""
        match found:
            case e.Not():
                return self.moves(found.operand).turned()
            case e.And() | e.Or():
                return self._any(found.operands)
            case e.Forgiving():
                return self._compared(found.symbol, found.left, found.right)
            case e.Apply():
                return self._applied(found)
            case e.ClockRead():
                return _RISES
            case e.MemoryRead():
                return _remembered(found)
            case e.ScoreRead() | e.Linear():
                return self._score(found)
            case e.LetRead() | e.LevelRead() | e.SegmentRead():
                return self._behind(found)
            case e.PointsSum():
                return self._points(found)
            case e.SeasonRead():
                return _BOTH
            case e.TableRead():
                return self._table(found)
            case _:
                return self._anyhow(children(found))

    def _any(self, parts: tuple[e.Expression, ...]) -> _Moves:
        found = _STILL
        for part in parts:
            found |= self.moves(part)
        return found

    def _anyhow(self, parts: tuple[e.Expression, ...]) -> _Moves:
        """Of what may go either way as soon as a part of it moves."""
        return _STILL if self._any(parts) == _STILL else _BOTH

    def _compared(self, symbol: str, left: e.Expression, right: e.Expression) -> _Moves:
        gap = self.moves(left) | self.moves(right).turned()
        if symbol in _ABOVE:
            return gap
        return gap.turned() if symbol in _BELOW else self._anyhow((left, right))

    def _applied(self, found: e.Apply) -> _Moves:
        match found.operation.name, found.arguments:
            case ">" | ">=" | "<" | "<=" as symbol, (left, right):
                return self._compared(symbol, left, right)
            case "+", (left, right):
                return self.moves(left) | self.moves(right)
            case "-", (left, right):
                return self.moves(left) | self.moves(right).turned()
            case "-", (only,):
                return self.moves(only).turned()
            case _:
                return self._anyhow(found.arguments)

    def _score(self, found: e.ScoreRead | e.Linear) -> _Moves:
        if isinstance(found, e.ScoreRead):
            return self._fading(found.score)
        moves = _STILL
        for factor, name in found.terms:
            fading = self._fading(name)
            moves |= fading if factor >= 0 else fading.turned()
        return moves

    def _fading(self, name: str) -> _Moves:
        """A score with a half-life goes to 0, from above or from below."""
        score = self.program.scores[name]
        if score.half_life is None:
            return _STILL
        ends = [_ends(line.amount) for line in score.lines]
        return _Moves(
            rises=score.low < 0 and any(low < 0 for low, _ in ends),
            falls=score.high > 0 and any(high > 0 for _, high in ends),
        )

    def _behind(self, found: e.LetRead | e.LevelRead | e.SegmentRead) -> _Moves:
        match found:
            case e.LetRead():
                return self.moves(self.program.lets[found.let].value)
            case e.LevelRead():
                return self.moves(self.program.levels[found.level].value)
            case e.SegmentRead():
                condition = self.program.segments[found.segment].condition
                return _STILL if condition is None else self.moves(condition)

    def _points(self, found: e.PointsSum) -> _Moves:
        moves = _STILL
        for line in found.lines:
            if line.condition is not None:
                moves |= self._line(line.condition, line.points)
        return moves

    def _line(self, condition: e.Expression, points: e.Expression) -> _Moves:
        low, high = _ends(points)
        if low < 0 < high or self.moves(points) != _STILL:
            return self._anyhow((condition, points))
        return self.moves(condition) if low >= 0 else self.moves(condition).turned()

    def _table(self, found: e.TableRead) -> _Moves:
        return self._anyhow(tuple(each.value for each in self.program.tables[found.table].inputs))


def _ends(amount: e.Expression) -> tuple[float, float]:
    """The least and the most that an amount can be, as far as it is known."""
    if isinstance(amount, e.Constant) and isinstance(amount.value, int | float):
        return float(amount.value), float(amount.value)
    return amount.bounds or (-inf, inf)


def _remembered(found: e.MemoryRead) -> _Moves:
    term = found.term
    if term.remembers is Remembers.SINCE:
        return _RISES
    if term.remembers is Remembers.STREAK:
        return _FALLS
    if not isinstance(term.window, Rolling | Calendar):
        return _STILL
    return _FALLS if term.remembers in _FALLING else _BOTH
