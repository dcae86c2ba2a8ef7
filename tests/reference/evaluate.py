"""The value of an expression for a customer at a moment; None where it is missing."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.arithmetic import Grid
from lifecycle_dsl.localtime import Season
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.expressions import (
    And,
    Apply,
    Clock,
    ClockRead,
    Constant,
    Default,
    Expression,
    FieldRead,
    Forgiving,
    If,
    IsPresent,
    LetRead,
    LevelRead,
    Linear,
    ListOf,
    MemoryRead,
    Not,
    OneOf,
    Or,
    ParamRead,
    PointLine,
    PointsSum,
    PreviousStage,
    ScoreRead,
    SeasonRead,
    SegmentRead,
    StageRead,
    TableRead,
    TextJoin,
    TraitRead,
)
from tests.reference.customer import Moment, Value
from tests.reference.memory import remembered
from tests.reference.tables import looked_up
from tests.reference.written import text_of


def holds(m: Moment, condition: Expression | None) -> bool:
    """Whether a condition is true; no condition is, a missing one is not."""
    return condition is None or evaluate(m, condition) is True


def evaluate(m: Moment, e: Expression) -> Value:  # noqa: C901 - one arm per class
    """The value of an expression."""
    match e:
        case Constant():
            return e.value
        case FieldRead():
            return None if m.read is None else m.read.fields.get(e.name)
        case TraitRead():
            return m.customer.traits[e.trait]
        case ScoreRead():
            return score(m, e.score)
        case Linear():
            return linear(m, e)
        case StageRead():
            return m.customer.stage or ""
        case PreviousStage():
            return m.customer.previous
        case ClockRead():
            return clock(m, e.clock)
        case LetRead():
            return evaluate(m, m.program.lets[e.let].value)
        case LevelRead():
            return rank(m, m.program.levels[e.level])
        case SegmentRead():
            return inside(m, m.program.segments[e.segment])
        case SeasonRead():
            return Season(m.program.seasons[e.season].ranges).inside(m.zone, m.now)
        case ParamRead():
            return param(m, e.param)
        case MemoryRead():
            return remembered(m, e.term)
        case Apply():
            return applied(m, e)
        case Forgiving():
            return forgiving(e.symbol, evaluate(m, e.left), evaluate(m, e.right))
        case Not():
            operand = evaluate(m, e.operand)
            return None if operand is None else not operand
        case And():
            return first_that_decides(m, e.operands, decides=False)
        case Or():
            return first_that_decides(m, e.operands, decides=True)
        case If():
            condition = evaluate(m, e.condition)
            return None if condition is None else evaluate(m, e.yes if condition else e.no)
        case Default():
            value = evaluate(m, e.value)
            return evaluate(m, e.fallback) if value is None else value
        case IsPresent():
            return evaluate(m, e.operand) is not None
        case OneOf():
            subject = evaluate(m, e.subject)
            options = [evaluate(m, option) for option in e.options]
            return None if subject is None or None in options else subject in options
        case TextJoin():
            return joined_text(m, e)
        case PointsSum():
            return points(m, e)
        case ListOf():
            items = tuple(evaluate(m, item) for item in e.items)
            return None if None in items else items
        case TableRead():
            return looked_up(m, m.program.tables[e.table], e.output, evaluate)
        case _:
            raise TypeError(e)


def applied(m: Moment, e: Apply) -> Value:
    """An operator or function; missing where an argument is."""
    arguments = [evaluate(m, argument) for argument in e.arguments]
    if any(argument is None for argument in arguments):
        return None
    if e.operation.needs_zone:
        return e.operation.evaluate(m.zone, *arguments)
    return e.operation.evaluate(*arguments)


def first_that_decides(m: Moment, operands: tuple[Expression, ...], *, decides: bool) -> Value:
    """Left to right: the first that is `decides`, or missing, is the whole."""
    for operand in operands:
        value = evaluate(m, operand)
        if value is None or value is decides:
            return value
    return not decides


def forgiving(symbol: str, left: Value, right: Value) -> Value:
    """A comparison that forgives e = 1e-9 * max(1, |right|)."""
    if left is None or right is None:
        return None
    e = 1e-9 * max(1.0, abs(right))
    at_least = left > right - e
    more = left > right + e
    match symbol:
        case ">=":
            return at_least
        case ">":
            return more
        case "<":
            return not at_least
        case "<=":
            return not more
        case "==":
            return at_least and not more
        case "!=":
            return not (at_least and not more)
        case _:
            raise ValueError(symbol)


def score_x(m: Moment, name: str) -> float:
    """A score's X relative to the epoch of now."""
    kept = m.customer.scores.get(name)
    if kept is None:
        return 0.0
    half_life = m.program.scores[name].half_life
    if half_life is None:
        return kept.x
    grid = Grid(half_life)
    return grid.rebase(kept.x, kept.epoch, grid.epoch(m.now))


def score(m: Moment, name: str) -> float:
    """X / g(now), or the number itself without a half-life."""
    half_life = m.program.scores[name].half_life
    x = score_x(m, name)
    return x if half_life is None else x / Grid(half_life).g(m.now)


def linear(m: Moment, e: Linear) -> float:
    """(the sum of weight times X, from left to right) / g(now) + constant."""
    total = 0.0
    for weight, name in e.terms:
        total += weight * score_x(m, name)
    return total / Grid(e.half_life).g(m.now) + e.constant


def clock(m: Moment, which: Clock) -> int:
    """What is measured against now, in microseconds."""
    match which:
        case Clock.NOW:
            return m.now
        case Clock.IN_STAGE:
            return m.now - m.customer.entered
        case Clock.AGE:
            return m.now - m.customer.first
        case Clock.IDLE:
            before = m.customer.last_record
            return m.now - (m.customer.first if before is None else before)
    assert_never(which)


def rank(m: Moment, level: Level) -> int | None:
    """The highest rank whose bar is reached, 0 where none is."""
    reached = [evaluate(m, reach) for reach in level.reaches]
    if None in reached:
        return None
    return max((place for place, yes in enumerate(reached, 1) if yes), default=0)


def inside(m: Moment, segment: Segment) -> Value:
    """Whether the customer is in a segment."""
    if segment.condition is None:
        return segment.name in m.customer.joined
    return evaluate(m, segment.condition)


def param(m: Moment, name: str) -> Value:
    """The value for the first segment that holds, else the plain one."""
    for segment, value in m.program.params[name].cases:
        if inside(m, m.program.segments[segment]) is True:
            return value
    return m.program.params[name].value


def points(m: Moment, e: PointsSum) -> float | None:
    """The points of the lines that hold."""
    total = 0.0
    for line in e.lines:
        yes = line_holds(m, line)
        if yes is None:
            return None
        if yes:
            value = evaluate(m, line.points)
            if value is None:
                return None
            total += value
    return total


def line_holds(m: Moment, line: PointLine) -> Value:
    """Whether a line counts: its condition holds or, with events, the record at hand is one."""
    if line.events is not None:
        at_hand = m.record is not None and m.record.event in line.events
        return at_hand and holds(m.reading(m.record), line.condition)
    return True if line.condition is None else evaluate(m, line.condition)


def joined_text(m: Moment, e: TextJoin) -> str | None:
    """Pieces of text and values written out."""
    whole = ""
    for part in e.parts:
        if isinstance(part, str):
            whole += part
            continue
        value = evaluate(m, part)
        if value is None:
            return None
        whole += text_of(part, value)
    return whole
