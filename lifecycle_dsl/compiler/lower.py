"""Checked expressions into Python expressions.

The Python works on `c` (the customer's state), `r` (the record) and `now`. A value that can be
missing is None; everything else is known to be there. What an expression needs besides (a decay
factor, the customer's zone, an operation's function) is asked for from the function that it becomes
part of.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import assert_never

from attrs import define

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.forgiving import compare
from lifecycle_dsl.compiler.layout import Layout, joined_slot, score_slot, trait_slot
from lifecycle_dsl.compiler.needs import Needs, title_of, title_part
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.values import as_data, as_text, kept_field, read_field
from lifecycle_dsl.localtime import Season as SeasonDays
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Calendar, MemoryTerm, Remembers
from lifecycle_dsl.program.program import Program


@define
class Lowering:
    """Lowers expressions of one program into one function."""

    program: Program
    layout: Layout
    needs: Needs
    event: str | None = None
    """The event at hand ("" for none) if it is known beforehand; else the variable says it."""
    kept: str | None = None
    """Where fields are read from: the record (None), or what a run keeps, by keys so prefixed."""

    def condition(self, expression: e.Expression) -> ast.expr:
        """For a test: missing counts as false."""
        return self.value(expression)

    def value(self, expression: e.Expression) -> ast.expr:
        """The Python that gives the expression's value, None where it is missing."""
        node = self._lower(expression)
        if self.layout.observe is not None:
            node = self.layout.observe(expression, node, self.needs)
        py.located(node, expression.span)
        return node

    def growth(self, half_life: int) -> ast.expr:
        """The decay factor at now."""
        self.needs.half_lives.add(half_life)
        return py.name(f"g_{half_life}")

    def zone(self) -> ast.expr:
        """The customer's zone."""
        self.needs.zone = True
        return py.name("zone")

    def _lower(self, expression: e.Expression) -> ast.expr:
        match expression:
            case e.Constant():
                return self._constant(expression.value)
            case e.FieldRead():
                return self._field(expression)
            case e.TraitRead():
                return py.attribute("c", trait_slot(expression.trait))
            case e.ScoreRead():
                return self._score(expression.score)
            case e.Linear():
                return self._linear(expression)
            case e.StageRead():
                return py.attribute("c", "stage")
            case e.PreviousStage():
                return py.attribute("c", "previous")
            case e.ClockRead():
                return self._clock(expression.clock)
            case e.LetRead():
                return self.value(self.program.lets[expression.let].value)
            case e.LevelRead():
                return self._level(expression.level)
            case e.SegmentRead():
                return self._segment(expression.segment)
            case e.SeasonRead():
                return self._season(expression.season)
            case e.ParamRead():
                return self._param(expression.param)
            case e.TableRead():
                return self._table(expression)
            case e.MemoryRead():
                return self._memory(expression.term)
            case e.Apply():
                return self._apply(expression)
            case e.Forgiving():
                return self._strict(
                    (expression.left, expression.right),
                    lambda sides: compare(expression, sides[0], sides[1], self.needs),
                )
            case e.Not():
                return self._strict((expression.operand,), lambda parts: py.negation(parts[0]))
            case e.And():
                return py.all_of([self.value(operand) for operand in expression.operands])
            case e.Or():
                return self._or(expression)
            case e.If():
                return self._if(expression)
            case e.Default():
                return self._default(expression)
            case e.IsPresent():
                return py.binary(self.value(expression.operand), "is not", py.NONE)
            case e.OneOf():
                return self._one_of(expression)
            case e.TextJoin():
                return self._text(expression)
            case e.PointsSum():
                return self._points(expression)
            case e.ListOf():
                items = [self.value(item) for item in expression.items]
                return ast.Tuple(items, ast.Load())
            case _:
                raise AssertionError(type(expression))

    def data(self, expression: e.Expression) -> ast.expr:
        """The value as it is written into a decision."""
        write = as_data(expression)
        value = self.value(expression)
        return (
            value
            if write is None
            else py.call(self.needs.value(title_of("data", write), write), value)
        )

    def _constant(self, value: object) -> ast.expr:
        if value is None or isinstance(value, bool | int | float | str):
            return py.constant(value)
        return py.name(self.needs.value("constant", value))

    def _field(self, expression: e.FieldRead) -> ast.expr:
        if self.kept is not None:
            key = py.constant(f"{self.kept}{expression.name}")
            stored = ast.Subscript(py.name("d"), key, ast.Load())
            convert = kept_field(expression.type)
            return stored if convert is None else py.call(self.needs.value("kept", convert), stored)
        raw = py.attribute("r", attribute_of(expression.name))
        convert = read_field(expression.type)
        return raw if convert is None else py.call(self.needs.value("read", convert), raw)

    def _score(self, score: str) -> ast.expr:
        half_life = self.program.scores[score].half_life
        slot = py.attribute("c", score_slot(score))
        return slot if half_life is None else py.binary(slot, "/", self.growth(half_life))

    def _linear(self, linear: e.Linear) -> ast.expr:
        total: ast.expr | None = None
        for weight, score in linear.terms:
            slot = py.attribute("c", score_slot(score))
            term = slot if weight == 1.0 else py.binary(py.constant(weight), "*", slot)
            total = term if total is None else py.binary(total, "+", term)
        assert total is not None
        value = py.binary(total, "/", self.growth(linear.half_life))
        return (
            value if linear.constant == 0.0 else py.binary(value, "+", py.constant(linear.constant))
        )

    def _clock(self, clock: e.Clock) -> ast.expr:
        now = py.name("now")
        match clock:
            case e.Clock.NOW:
                return now
            case e.Clock.IN_STAGE:
                return py.binary(now, "-", py.attribute("c", "entered"))
            case e.Clock.AGE:
                return py.binary(now, "-", py.attribute("c", "first"))
            case e.Clock.IDLE:
                recent = py.attribute("c", "recent")
                since = py.conditional(py.is_none(recent), py.attribute("c", "first"), recent)
                return py.binary(now, "-", since)
        assert_never(clock)

    def _level(self, name: str) -> ast.expr:
        level = self.program.levels[name]
        rank: ast.expr = py.constant(0)
        first, *_ = level.reaches or (None,)
        if isinstance(first, e.Forgiving) and all(
            isinstance(reach, e.Forgiving) and reach.left == first.left for reach in level.reaches
        ):
            # One value, looked at once, against bars from the lowest up.
            variable = self.needs.variable()
            for number, reach in enumerate(level.reaches, 1):
                assert isinstance(reach, e.Forgiving)
                last = number == len(level.reaches)
                left = py.named(variable, self.value(reach.left)) if last else py.name(variable)
                test = compare(reach, left, self.value(reach.right), self.needs)
                rank = py.conditional(test, py.constant(number), rank)
            return rank
        for number, reach in enumerate(level.reaches, 1):
            rank = py.conditional(self.value(reach), py.constant(number), rank)
        return rank

    def _segment(self, name: str) -> ast.expr:
        condition = self.program.segments[name].condition
        if condition is None:
            return py.attribute("c", joined_slot(name))
        return self.value(condition)

    def _season(self, name: str) -> ast.expr:
        days = SeasonDays(self.program.seasons[name].ranges)
        inside = self.needs.value("season", days)
        return py.method(inside, "inside", self.zone(), py.name("now"))

    def _param(self, name: str) -> ast.expr:
        param = self.program.params[name]
        self.needs.params.add(name)
        value = self._constant(param.value)
        for segment, special in reversed(param.cases):
            value = py.conditional(self._segment(segment), self._constant(special), value)
        return value

    def _table(self, read: e.TableRead) -> ast.expr:
        title = table_title(self.program, read.table, read.output)
        self.needs.tables.add(title)
        return py.call(title, py.name("c"), py.name("now"))

    def _memory(self, term: MemoryTerm) -> ast.expr:
        slot = self.layout.memory[term]
        zone = self.zone() if reads_local_time(term) else py.NONE
        return py.call(f"read_{slot}", py.attribute("c", slot), py.name("now"), zone)

    def _strict(
        self,
        operands: tuple[e.Expression, ...],
        build: Callable[[list[ast.expr]], ast.expr],
    ) -> ast.expr:
        """Missing where an operand is missing, else what `build` makes of the operands."""
        tests: list[ast.expr] = []
        parts: list[ast.expr] = []
        for operand in operands:
            value = self.value(operand)
            if operand.may_miss:
                variable = self.needs.variable()
                tests.append(py.is_none(py.named(variable, value)))
                value = py.name(variable)
            parts.append(value)
        built = build(parts)
        return py.conditional(py.any_of(tests), py.NONE, built) if tests else built

    def _apply(self, apply: e.Apply) -> ast.expr:
        operation = apply.operation
        reach = self._level_bar(apply)
        if reach is not None:
            return reach

        def build(parts: list[ast.expr]) -> ast.expr:
            if operation.inline in py.INLINE and len(parts) == 2:
                return py.binary(parts[0], operation.inline, parts[1])
            zone = [self.zone()] if operation.needs_zone else []
            title = f"do_{title_part(operation.name)}"
            return py.call(self.needs.value(title, operation.evaluate), *zone, *parts)

        return self._strict(apply.arguments, build)

    def _level_bar(self, apply: e.Apply) -> ast.expr | None:
        """`level >= label` looks at one bar only, where bars are constants and so in order."""
        if apply.operation.name not in (">=", "<") or len(apply.arguments) != 2:
            return None
        left, right = apply.arguments
        if not isinstance(left, e.LevelRead) or not isinstance(right, e.Constant):
            return None
        reaches = self.program.levels[left.level].reaches
        if not all(
            isinstance(reach, e.Forgiving) and isinstance(reach.right, e.Constant)
            for reach in reaches
        ):
            return None
        rank = right.value
        assert isinstance(rank, int)
        reached = self.value(reaches[rank - 1]) if rank > 0 else py.constant(True)
        return reached if apply.operation.name == ">=" else py.negation(reached)

    def _or(self, node: e.Or) -> ast.expr:
        value = self.value(node.operands[-1])
        for operand in reversed(node.operands[:-1]):
            left = self.value(operand)
            if operand.may_miss:
                variable = self.needs.variable()
                test = py.is_none(py.named(variable, left))
                value = py.conditional(test, py.NONE, py.any_of([py.name(variable), value]))
            else:
                value = py.any_of([left, value])
        return value

    def _if(self, node: e.If) -> ast.expr:
        yes, no = self.value(node.yes), self.value(node.no)
        return self._strict((node.condition,), lambda parts: py.conditional(parts[0], yes, no))

    def _default(self, node: e.Default) -> ast.expr:
        variable = self.needs.variable()
        test = py.is_none(py.named(variable, self.value(node.value)))
        return py.conditional(test, self.value(node.fallback), py.name(variable))

    def _one_of(self, node: e.OneOf) -> ast.expr:
        def build(parts: list[ast.expr]) -> ast.expr:
            return py.binary(parts[0], "in", ast.Tuple(parts[1:], ast.Load()))

        return self._strict((node.subject, *node.options), build)

    def _text(self, node: e.TextJoin) -> ast.expr:
        written = tuple(part for part in node.parts if isinstance(part, e.Expression))

        def build(parts: list[ast.expr]) -> ast.expr:
            values = iter(parts)
            pieces: list[ast.expr] = []
            for part in node.parts:
                if isinstance(part, str):
                    pieces.append(py.constant(part))
                    continue
                write = as_text(part)
                value = next(values)
                pieces.append(
                    value
                    if write is None
                    else py.call(self.needs.value(title_of("text", write), write), value)
                )
            if len(pieces) == 1:
                return pieces[0]
            joined = ast.Tuple(pieces, ast.Load())
            return ast.Call(ast.Attribute(py.constant(""), "join", ast.Load()), [joined], [])

        return self._strict(written, build)

    def _points(self, node: e.PointsSum) -> ast.expr:
        total: ast.expr | None = None
        kept, self.kept = self.kept, None  # lines on events see the record at hand
        for line in node.lines:
            if line.events is not None and self.event is not None and self.event not in line.events:
                continue
            points = self.value(line.points)
            test = None if line.condition is None else self.condition(line.condition)
            if line.events is not None and self.event is None:
                event = py.binary(py.name("event"), "in", py.constant(line.events))
                test = event if test is None else py.all_of([event, test])
            counted = points if test is None else py.conditional(test, points, py.constant(0.0))
            total = counted if total is None else py.binary(total, "+", counted)
        self.kept = kept
        return py.constant(0.0) if total is None else total


def table_title(program: Program, table: str, output: str) -> str:
    """The name of the function that looks up an output; the number keeps such names apart."""
    return f"table_{list(program.tables).index(table)}_{table}_{output}"


def reads_local_time(term: MemoryTerm) -> bool:
    """Whether a term needs the customer's zone."""
    return isinstance(term.window, Calendar) or term.by_day or term.remembers is Remembers.STREAK
