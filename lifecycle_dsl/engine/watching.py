"""When time alone may change what a condition says.

A condition is, with the state as it is, constant between certain instants. Each part of it gives
the next of them: the step at which a decaying score crosses a bar, an entry that grows too old for
its window, a local midnight, the instant at which `in_stage` reaches a duration. Whoever watches
the condition looks at it anew at each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from lifecycle_dsl.arithmetic import EPOCH_HALF_LIVES, Grid
from lifecycle_dsl.compiler.layout import NEVER, score_slot
from lifecycle_dsl.localtime import LAST_INSTANT, Period, Season, next_period_start
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.walk import children, rewrite

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

NextChange = Callable[[Any, int, int], int]
"""Of a state, an instant and a limit: a later instant up to which nothing changes, or NEVER.

Where that is later than the limit it need not be the last such instant.
"""

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def next_changes(machine: Machine, title: str, condition: e.Expression) -> NextChange:
    """The next instant at which time alone may change what the condition says."""
    found = list(_Sources(machine, title).of(condition))
    if not found:
        return lambda c, t, limit: NEVER
    if len(found) == 1:
        return found[0]
    return lambda c, t, limit: min([source(c, t, limit) for source in found])


class _Sources:
    def __init__(self, machine: Machine, title: str) -> None:
        self.machine = machine
        self.program = machine.compiled.program
        self.title = title
        self.number = 0

    def of(self, expression: e.Expression) -> Iterator[NextChange]:
        """The sources of an expression and of all that it reads."""
        yield from self._own(expression)
        for part in (*children(expression), *self._behind(expression)):
            yield from self.of(part)

    def _behind(self, expression: e.Expression) -> list[e.Expression]:
        """What stands behind a name."""
        program = self.program
        match expression:
            case e.LetRead():
                return [program.lets[expression.let].value]
            case e.LevelRead():
                return list(program.levels[expression.level].reaches)
            case e.SegmentRead():
                condition = program.segments[expression.segment].condition
                return [] if condition is None else [condition]
            case e.TableRead():
                return list(program.tables[expression.table].reads(expression.output))
            case e.ParamRead():
                return [
                    e.SegmentRead(span=expression.span, segment=segment)
                    for segment, _ in program.params[expression.param].cases
                ]
            case _:
                return []

    def _own(self, expression: e.Expression) -> Iterator[NextChange]:
        machine = self.machine
        match expression:
            case e.Forgiving():
                half_lives = {h for side in children(expression) for h in self._half_lives(side)}
                if len(half_lives) == 1:
                    (half_life,) = half_lives
                    for one_sided in _one_sided(expression, expression.symbol):
                        yield self._crossing(one_sided, half_life)
                yield from self._clock(expression, expression.symbol)
            case e.Apply() if expression.operation.name in _COMPARISONS:
                yield from self._clock(expression, expression.operation.name)
            case e.Apply() if expression.operation.needs_zone:
                yield lambda c, t, _: next_period_start(machine.zone_of(c), t, Period.DAY)
            case e.MemoryRead():
                counter = machine.counters[expression.term]
                slot = machine.compiled.layout.memory[expression.term]
                yield lambda c, t, _: counter.next_change(getattr(c, slot), t, machine.zone_of(c))
            case e.SeasonRead():
                days = Season(self.program.seasons[expression.season].ranges)
                yield lambda c, t, _: days.next_change(machine.zone_of(c), t) or NEVER
            case _:
                return

    def _half_lives(self, side: e.Expression) -> set[int]:
        """Of the decaying scores whose values a side is computed from."""
        match side:
            case e.Linear():
                return {side.half_life}
            case e.ScoreRead():
                half_life = self.program.scores[side.score].half_life
                return set() if half_life is None else {half_life}
            case e.Forgiving() | e.LevelRead() | e.SegmentRead():
                return set()  # conditions of their own, with sources of their own
            case e.LetRead():
                return self._half_lives(self.program.lets[side.let].value)
            case _:
                return {h for part in children(side) for h in self._half_lives(part)}

    def _reads_clock(self, side: e.Expression) -> bool:
        match side:
            case e.ClockRead():
                return True
            case e.MemoryRead():
                return side.term.remembers is Remembers.SINCE
            case e.Apply() if side.operation.needs_zone:
                return False
            case e.LetRead():
                return self._reads_clock(self.program.lets[side.let].value)
            case _ if str(side.type) == "bool":
                return False
            case _:
                return any(self._reads_clock(part) for part in children(side))

    def _name(self) -> str:
        self.number += 1
        return f"{self.title}_{self.number}"

    def _crossing(self, comparison: e.Forgiving, half_life: int) -> NextChange:
        holds = _alone(
            self.machine.compiled.crossing(
                self._name(), _unguarded(comparison), half_life, self.machine.links
            )
        )
        grid = self.machine.grids[half_life]
        near = _near(comparison)
        return lambda c, t, limit: _first_step(grid, holds, c, t, limit, near)

    def _clock(self, comparison: e.Forgiving | e.Apply, symbol: str) -> Iterator[NextChange]:
        if not any(self._reads_clock(side) for side in children(comparison)):
            return
        for one_sided in _one_sided(comparison, symbol):
            holds = _alone(
                self.machine.compiled.condition(
                    self._name(), _unguarded(one_sided), self.machine.links, ahead=True
                )
            )
            yield lambda c, t, _, holds=holds: _first_instant(holds, c, t)  # type: ignore[misc]


def _unguarded(comparison: Any) -> Any:
    """A comparison taken out of its condition: what is there under its guards may be missing."""

    def perhaps_missing(part: e.Expression) -> e.Expression:
        return part if isinstance(part, e.Constant) else attrs.evolve(part, may_miss=True)

    return rewrite(comparison, perhaps_missing)


def _alone(holds: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison without its guards: where it has no value, it does not turn either."""

    def holds_alone(*where: Any) -> Any:
        try:
            return holds(*where)
        except (ArithmeticError, ValueError):
            return None

    return holds_alone


def _one_sided(comparison: Any, symbol: str) -> list[Any]:
    """Comparisons that change at most once as one side grows, and together whenever it does."""
    if symbol not in ("==", "!=") or not isinstance(comparison, e.Forgiving):
        return [comparison]
    return [attrs.evolve(comparison, symbol=s) for s in (">=", "<=")]


Near = Callable[[Any], float] | None
"""About the decay factor, relative to the epoch of the clock, at which a comparison changes."""


def _near(comparison: e.Forgiving) -> Near:
    """Where a plain sum of fading scores meets a constant bar; None of other comparisons."""
    right = comparison.right
    if not isinstance(right, e.Constant) or not isinstance(right.value, int | float):
        return None
    match comparison.left:
        case e.ScoreRead(score=score):
            terms: tuple[tuple[float, str], ...] = ((1.0, score),)
            constant = 0.0
        case e.Linear(terms=terms, constant=constant):
            pass
        case _:
            return None
    bar = float(right.value) - constant
    if bar == 0.0:
        return None
    weights = [(weight / bar, score_slot(score)) for weight, score in terms]
    return lambda c: sum(weight * getattr(c, slot) for weight, slot in weights)


def _first_step(
    grid: Grid, holds: Callable[[Any, int, float], Any], c: Any, t: int, limit: int, near: Near
) -> int:
    """The first decay step after t at which a comparison is not what it is at t."""
    epoch = grid.epoch(t)
    ahead = EPOCH_HALF_LIVES * (epoch - grid.epoch(c.clock))
    scale = math.ldexp(1.0, ahead) if ahead < 1024 else math.inf
    factor = 0.0 if near is None else near(c) / scale
    step = None
    if 0.0 < factor < math.inf:
        step = grid.step_of(factor, epoch)
        before = grid.step_start(step - 2)
        if before > limit and before > t:
            return before
    now_holds = holds(c, t, grid.g(t) * scale)
    found = grid.first_step(t, lambda g: holds(c, t, g * scale) != now_holds, step)
    return NEVER if found is None else found


def _first_instant(holds: Callable[[Any, int], Any], c: Any, t: int) -> int:
    """The first instant after t at which a comparison with a clock is not what it is at t."""
    now_holds = holds(c, t)
    low, high = t, LAST_INSTANT
    if high <= low or holds(c, high) == now_holds:
        return NEVER
    while high - low > 1:
        middle = (low + high) >> 1
        if holds(c, middle) == now_holds:
            low = middle
        else:
            high = middle
    return high
