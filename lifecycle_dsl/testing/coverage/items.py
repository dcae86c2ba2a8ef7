"""What there is to reach in a rule set, by where it stands.

An item has outcomes: a condition is to be seen true and false, a threshold from just below, at and
just above. What is measured while tests run are expressions, by identity: `Watched` says which
outcome of which item the value of an expression is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from attrs import define, field, frozen

from lifecycle_dsl.checker.remembering import expressions_of
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.phrases import shortened
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursAbsence,
    OccursAfter,
    Transition,
    WhenTrue,
)
from lifecycle_dsl.program.steps import Await, IfStep, Split, Step, Wait, all_steps
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.coverage.bars import sides_of_bar
from lifecycle_dsl.testing.coverage.boundaries import FORGIVEN, SIDES, side

_LONGEST = 60


class Kind(Enum):
    """Kinds of items, in the order of a report."""

    TRANSITION = "transitions"
    TRIGGER = "triggers"
    CONDITION = "conditions"
    POINTS = "points lines"
    ROW = "table rows"
    BRANCH = "journey branches"
    ATTRIBUTION = "attributions"
    BOUNDARY = "boundaries"


Key = tuple[Kind, str, int, int, str]
"""Kind, file, start, end, and what tells apart those of one place."""


@frozen
class Item:
    """Something to reach."""

    key: Key
    span: Span = field(eq=False, repr=False)
    outcomes: tuple[str, ...]
    said: str = field(default="", eq=False, repr=False)
    """How it is called where its place alone does not say it."""

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.key[0]

    @property
    def text(self) -> str:
        """What stands there, on one line; for what is large, its first line."""
        line = " ".join(self.span.text.partition("\n")[0].split()).removesuffix(" {")
        return self.said or shortened(line, _LONGEST)


Reading = Callable[[object], str | None]
"""From the value of an expression to an outcome; None for none."""
Reached = set[tuple[Key, str]]


@define
class Catalogue:
    """All items, and which expressions tell about which."""

    items: dict[Key, Item] = field(factory=dict)
    watched: dict[int, list[tuple[Key, Reading]]] = field(factory=dict)
    """By the identity of an expression."""
    point_events: list[tuple[Key, frozenset[str], frozenset[str]]] = field(factory=list)
    """Points lines without a condition: the stages and events at which they count."""
    timers: dict[str, tuple[Key, int]] = field(factory=dict)
    """By a timer's key, or `run TRIGGER`, a NUL and a step: its boundary, and its length."""
    frequencies: dict[str, list[tuple[Key, int, int]]] = field(factory=dict)
    """By trigger: the boundary of `at most N per D`, N, and D."""
    kept: list[e.Expression] = field(factory=list)
    """What is watched by identity must live as long."""

    def add(
        self, kind: Kind, span: Span, outcomes: tuple[str, ...], name: str = "", said: str = ""
    ) -> Key:
        """A new item, or the one that stands there."""
        key = (kind, span.source.name, span.start, span.end, name)
        self.items.setdefault(key, Item(key, span, outcomes, said))
        return key

    def watch(self, expression: e.Expression, key: Key, reading: Reading) -> None:
        """Have the values of an expression tell about an item."""
        self.kept.append(expression)
        self.watched.setdefault(id(expression), []).append((key, reading))


def catalogue(program: Program) -> Catalogue:
    """Everything in a rule set that tests can reach."""
    found = Catalogue()
    for transition in program.transitions:
        found.add(Kind.TRANSITION, transition.span, ("taken",), transition.rule)
    for trigger in program.triggers:
        found.add(Kind.TRIGGER, trigger.span, ("fired",), trigger.name)
    told_elsewhere = {
        id(each.moving.reached) for each in program.transitions if isinstance(each.moving, AtPoints)
    }
    told_elsewhere |= {id(each) for level in program.levels.values() for each in level.reaches}
    told_elsewhere |= {
        id(ask)
        for table in program.tables.values()
        for each in table.inputs
        for ask in each.asks
        if ask is not each.value  # a cell, which its row tells of
    }
    for expression in {id(each): each for each in expressions_of(program)}.values():
        _conditions(found, expression, told_elsewhere)
    _bars(found, program)
    for transition in program.transitions:
        if isinstance(transition.moving, AtPoints):
            _points(found, transition.moving, frozenset(transition.sources))
            _bar(found, transition, transition.moving, program)
    _rows(found, program)
    for trigger in program.triggers:
        for step in all_steps(trigger.steps):
            _branches(found, trigger.name, step)
    for attribution in program.attributions.values():
        found.add(Kind.ATTRIBUTION, attribution.span, ("credited a touch",), attribution.name)
    _spans(found, program)
    return found


def _conditions(found: Catalogue, expression: e.Expression, told_elsewhere: set[int]) -> None:
    """The parts that are true or false by themselves; of points, each line's, not the sum's."""
    for part in walk(expression):
        if id(part) in told_elsewhere:
            continue
        if part.type == BOOL and not isinstance(part, e.Constant | e.And | e.Or | e.Not | e.If):
            key = found.add(Kind.CONDITION, part.span, ("true", "false"))
            found.watch(part, key, _truth)
            _threshold(found, part)


def _truth(value: object) -> str | None:
    return None if value is None else "true" if value else "false"


def _threshold(found: Catalogue, comparison: e.Expression) -> None:
    """The boundary of a comparison of a quantity with a constant."""
    compared = _compared(comparison)
    if compared is not None:
        measured, bar = compared
        key = found.add(Kind.BOUNDARY, comparison.span, SIDES)
        found.watch(measured, key, _side(bar, measured.type == DURATION))


def _compared(comparison: e.Expression) -> tuple[e.Expression, float] | None:
    """The quantity that is compared, and the constant."""
    match comparison:
        case e.Forgiving(left=left, right=e.Constant(value=bar)):
            pass
        case e.Apply(operation=operation, arguments=(left, e.Constant(value=bar))):
            if operation.name not in (">=", ">", "<=", "<"):
                return None
        case _:
            return None
    if left.type not in (NUMBER, MONEY, DURATION) or not isinstance(bar, int | float):
        return None
    return left, float(bar)


def _side(bar: float, is_time: bool) -> Reading:  # noqa: FBT001 — of one threshold
    return lambda value: side(value, bar, is_time=is_time)


def _bars(found: Catalogue, program: Program) -> None:
    """Levels: the value may be looked at once for all of their bars, or a bar by itself."""
    for level in program.levels.values():
        compared = [_compared(reach) for reach in level.reaches]
        values = [each[0] for each in compared if each is not None]
        for label, reach, each in zip(level.labels[1:], level.reaches, compared, strict=True):
            said = f"{label} >= {reach.span.text}"
            truth = found.add(Kind.CONDITION, reach.span, ("true", "false"), said=said)
            found.watch(reach, truth, _truth)
            if each is None:
                continue
            _, bar = each
            boundary = found.add(Kind.BOUNDARY, reach.span, SIDES, said=said)
            reaches = _reaches(bar, forgiving=isinstance(reach, e.Forgiving))
            for value in values:
                found.watch(value, boundary, _side(bar, value.type == DURATION))
                found.watch(value, truth, reaches)


def _reaches(bar: float, *, forgiving: bool) -> Reading:
    """Whether a value reaches the bar of a level."""
    least = bar - FORGIVEN * max(1.0, abs(bar)) if forgiving else bar

    def reading(value: object) -> str | None:
        if not isinstance(value, int | float):
            return None
        return _truth(value > least if forgiving else value >= least)

    return reading


def _points(found: Catalogue, moving: AtPoints, stages: frozenset[str]) -> None:
    for line in moving.lines:
        key = found.add(Kind.POINTS, line.span, ("counted",))
        if line.condition is not None:
            found.watch(line.condition, key, lambda value: "counted" if value else None)
        elif line.events is not None:
            found.point_events.append((key, stages, frozenset(line.events)))


def _bar(found: Catalogue, transition: Transition, moving: AtPoints, program: Program) -> None:
    """The boundary of a bar of points; only the sides that there are sums on."""
    sides = sides_of_bar(moving, program.events)
    match moving.reached:
        case e.Forgiving(left=total, right=e.Constant(value=int() | float() as bar)) if sides:
            said = f"at {bar:g} points"
            key = found.add(Kind.BOUNDARY, transition.span, sides, transition.rule, said)
            found.watch(total, key, _side(float(bar), is_time=False))
        case _:
            pass


def _rows(found: Catalogue, program: Program) -> None:
    for table in program.tables.values():
        for row in table.rows:
            key = found.add(Kind.ROW, row.span, ("used",))
            _row(found, key, row.results)
        given = [result for result in table.otherwise or () if result is not None]
        if given:
            span = Span(given[0].span.source, given[0].span.start, given[-1].span.end)
            _row(found, found.add(Kind.ROW, span, ("used",), said="otherwise"), given)


def _row(found: Catalogue, key: Key, results: Iterable[e.Expression | None]) -> None:
    for result in results:
        if result is not None:
            found.watch(result, key, lambda _: "used")


def _branches(found: Catalogue, trigger: str, step: Step) -> None:
    match step:
        case IfStep(condition=condition):
            key = found.add(Kind.BRANCH, step.span, ("then", "else"), trigger)
            found.watch(condition, key, lambda value: "then" if value else "else")
        case Await(name=name, arms=arms):
            for number, arm in enumerate(arms):
                found.add(Kind.BRANCH, arm.span, ("taken",), f"{trigger}.{name}.{number}")
            if step.ends:
                found.add(Kind.BRANCH, step.span, ("else",), f"{trigger}.{name}.else")
        case Split(name=name, shares=shares):
            for number, share in enumerate(shares, 1):
                found.add(Kind.BRANCH, share.span, ("taken",), f"{name}/{number}")
        case _:
            pass


def _spans(found: Catalogue, program: Program) -> None:
    """Durations whose end is a timer."""
    for transition in program.transitions:
        if isinstance(transition.moving, After):
            key = found.add(Kind.BOUNDARY, transition.span, SIDES, transition.rule)
            found.timers[transition.rule] = key, transition.moving.micros
        elif isinstance(transition.moving, WhenTrue):
            condition = transition.moving.condition
            compared = _compared(condition)
            if compared is not None and isinstance(compared[0], e.ClockRead):
                # It is true at one instant, at which the customer leaves.
                key = found.add(Kind.BOUNDARY, condition.span, SIDES)
                found.timers[transition.rule] = key, int(compared[1])
    for trigger in program.triggers:
        if isinstance(trigger.occurrence, OccursAfter | OccursAbsence):
            key = found.add(Kind.BOUNDARY, trigger.span, SIDES, trigger.name)
            found.timers[f"trigger {trigger.name}"] = key, trigger.occurrence.micros
        for number, frequency in enumerate(trigger.frequencies):
            if isinstance(frequency.per, int):
                said = f"at most {frequency.count} per {duration_literal(frequency.per)}"
                name = f"{trigger.name} {number}"
                key = found.add(Kind.BOUNDARY, trigger.span, SIDES, name, said)
                counted = (key, frequency.count, frequency.per)
                found.frequencies.setdefault(trigger.name, []).append(counted)
        for name, span, micros in _waits(trigger.steps):
            key = found.add(Kind.BOUNDARY, span, SIDES, f"{trigger.name}.{name}")
            found.timers[f"run {trigger.name}\0{name}"] = key, micros


def _waits(steps: tuple[Step, ...]) -> Iterator[tuple[str, Span, int]]:
    for step in all_steps(steps):
        if isinstance(step, Wait | Await) and step.micros is not None:
            yield step.name, step.span, step.micros
