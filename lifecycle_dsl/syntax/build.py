"""Lark's tree into nodes: one function for each rule of the grammar, in the grammar's order.

Lark trees end here. A function gets the span of its rule and what its parts became: nodes, tokens,
and None for what was left out. The walk keeps its own stack, so that a long chain of operators costs
no recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lark import Token, Tree

from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.literals import Literals

Parts: TypeAlias = list[Any]
Rule: TypeAlias = Callable[["Builder", Span, Parts], Any]


def _node(kind: type) -> Rule:
    """A node whose attributes are the rule's parts, in order."""
    return lambda builder, span, parts: kind(span, *map(builder.plain, parts))


def _gathered(kind: type) -> Rule:
    """A node with one attribute: all parts of the rule."""
    return lambda builder, span, parts: kind(span, builder.many(parts))


def _binary(operator: str) -> Rule:
    def build(builder: Builder, span: Span, parts: Parts) -> n.Binary:
        left, right = parts[0], parts[-1]
        gap = Span(span.source, left.span.end, right.span.start)
        return n.Binary(span, operator, left, right, gap)

    return build


def _value(value: object) -> Rule:
    return lambda builder, span, parts: value


class Builder:
    """Builds the nodes of one source."""

    def __init__(self, source: Source, offset: int, literals: Literals) -> None:
        self._source = source
        self._offset = offset
        self._literals = literals

    def build(self, tree: Tree[Token]) -> Any:
        """The node that the tree stands for."""
        done: list[Any] = []
        work: list[tuple[Any, bool]] = [(tree, False)]
        while work:
            item, ready = work.pop()
            if not isinstance(item, Tree):
                done.append(item)
            elif ready:
                count = len(item.children)
                parts = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(_RULES[item.data](self, self._tree_span(item), parts))
            else:
                work.append((item, True))
                work.extend((child, False) for child in reversed(item.children))
        return done[0]

    def _tree_span(self, tree: Tree[Token]) -> Span:
        if tree.meta.empty:
            return Span(self._source, self._offset, self._offset)
        return Span(
            self._source, tree.meta.start_pos + self._offset, tree.meta.end_pos + self._offset
        )

    def span(self, token: Token) -> Span:
        """Where a token stands."""
        assert token.start_pos is not None
        assert token.end_pos is not None
        return Span(self._source, token.start_pos + self._offset, token.end_pos + self._offset)

    def plain(self, part: Any) -> Any:
        """What a part is as an attribute: a token's meaning, or the node itself."""
        if not isinstance(part, Token):
            return part
        span = self.span(part)
        match part.type:
            case "NUMBER":
                return self._literals.number(span, part.value)
            case "DURATION":
                return self._literals.duration(span, part.value)
            case "TIME":
                return self._literals.time_of_day(span, part.value)
            case "DATE":
                return self._literals.date(span, part.value)
            case "INSTANT":
                return self._literals.instant(span, part.value)
            case "TEXT":
                return self._literals.text(span, part.value)
            case _:
                return n.Name(span, part.value)

    def many(self, parts: Parts) -> tuple[Any, ...]:
        """The parts that are there, as attributes."""
        return tuple(self.plain(part) for part in parts if part is not None)

    def whole(self, part: Any) -> int | None:
        """A count; None if it was left out."""
        return None if part is None else self._literals.count(self.span(part), part.value)

    def fixed(self, part: Any) -> Any:
        """A text in which nothing is computed."""
        return None if part is None else self._literals.fixed_text(self.span(part), part.value)

    def negated(self, parts: Parts) -> bool:
        """Whether a `not` stands among the parts."""
        return any(isinstance(part, Token) and part.type == "NOT" for part in parts)


def _file(b: Builder, span: Span, parts: Parts) -> tuple[Any, ...]:
    return tuple(parts)


def _tuple(b: Builder, span: Span, parts: Parts) -> tuple[Any, ...]:
    return b.many(parts)


def _constant(b: Builder, span: Span, parts: Parts) -> n.Constant:
    sign, literal = parts
    value = b.plain(literal)
    amount = value.micros if isinstance(value, n.Duration) else value.value
    return n.Constant(span, -amount if sign else amount, isinstance(value, n.Duration), None)


def _constant_name(b: Builder, span: Span, parts: Parts) -> n.Constant:
    return n.Constant(span, None, False, b.plain(parts[0]))


def _braced(kind: type) -> Rule:
    """Names with an optional body in braces."""
    return lambda b, span, parts: kind(span, parts[0], parts[1] or (), parts[1] is not None)


def _type(b: Builder, span: Span, parts: Parts) -> n.Type:
    return n.Type(span, parts[0], parts[1] is not None, parts[2] is not None)


def _type_list(b: Builder, span: Span, parts: Parts) -> n.ListType:
    return n.ListType(span, parts[0], b.whole(parts[1]))


def _trait(b: Builder, span: Span, parts: Parts) -> n.Trait:
    names, type_, default, folds = parts
    return n.Trait(span, names, type_, default, folds or ())


def _happenings(b: Builder, span: Span, parts: Parts) -> n.Happenings:
    return n.Happenings(span, tuple(parts[:-1]), parts[-1])


def _dates_shifted(b: Builder, span: Span, parts: Parts) -> n.ShiftedDates:
    *shifts, sign, trait, yearly = parts
    return n.ShiftedDates(
        span, tuple(sign * shift for shift in shifts), b.plain(trait), yearly is not None
    )


def _level(b: Builder, span: Span, parts: Parts) -> n.Level:
    declared, value, *bands, lowest = parts
    return n.Level(span, declared, value, tuple(bands), b.plain(lowest))


def _score(b: Builder, span: Span, parts: Parts) -> n.Score:
    return n.Score(span, parts[0], tuple(parts[1:]))


def _micros(kind: type) -> Rule:
    return lambda b, span, parts: kind(span, b.plain(parts[0]).micros)


def _when(b: Builder, span: Span, parts: Parts) -> n.Expression:
    expression: n.Expression = parts[0]
    return expression


def _moving_when(b: Builder, span: Span, parts: Parts) -> n.MoveWhen:
    return n.MoveWhen(span, parts[0])


def _moving_after(b: Builder, span: Span, parts: Parts) -> n.MoveAfter:
    return n.MoveAfter(span, b.plain(parts[0]).micros, parts[1], parts[2])


def _trigger(b: Builder, span: Span, parts: Parts) -> n.Trigger:
    declared, title, occurrence, *clauses, steps = parts
    return n.Trigger(
        span,
        declared,
        b.fixed(title),
        occurrence,
        tuple(c for c in clauses if not isinstance(c, n.ExitOn)),
        tuple(c for c in clauses if isinstance(c, n.ExitOn)),
        steps,
    )


def _occurs_sequence(b: Builder, span: Span, parts: Parts) -> n.OccursSequence:
    return n.OccursSequence(span, tuple(parts[:-1]), b.plain(parts[-1]).micros)


def _occurs_absence(b: Builder, span: Span, parts: Parts) -> n.OccursAbsence:
    return n.OccursAbsence(span, parts[0], parts[1], b.plain(parts[2]).micros)


def _occurs_after(b: Builder, span: Span, parts: Parts) -> n.OccursAfter:
    return n.OccursAfter(span, b.plain(parts[0]).micros, parts[1])


def _guard_between(b: Builder, span: Span, parts: Parts) -> n.GuardBetween:
    return n.GuardBetween(span, b.plain(parts[0]).micros, b.plain(parts[1]).micros)


def _guard_at_most(b: Builder, span: Span, parts: Parts) -> n.GuardAtMost:
    return n.GuardAtMost(span, b.whole(parts[0]) or 0, parts[1])


def _guard_for_each(b: Builder, span: Span, parts: Parts) -> n.GuardForEach:
    return n.GuardForEach(span, b.plain(parts[0]), b.whole(parts[1]))


def _guard_priority(b: Builder, span: Span, parts: Parts) -> n.GuardPriority:
    return n.GuardPriority(span, b.plain(parts[0]).value)


def _optional_micros(b: Builder, part: Any) -> int | None:
    return None if part is None else b.plain(part).micros


def _step_await(b: Builder, span: Span, parts: Parts) -> n.Await:
    happenings, within, label, steps, otherwise = parts
    arm = n.Arm(happenings.span, happenings, steps)
    return n.Await(span, (arm,), _optional_micros(b, within), label, otherwise, single=True)


def _step_await_arms(b: Builder, span: Span, parts: Parts) -> n.Await:
    within, label, (*arms, otherwise) = parts
    return n.Await(
        span, tuple(arms), _optional_micros(b, within), label, otherwise, single=False
    )


def _if_step(b: Builder, span: Span, parts: Parts) -> n.If:
    condition, steps, otherwise = parts
    if isinstance(otherwise, n.If):
        return n.If(span, condition, steps, (otherwise,), chained=True)
    return n.If(span, condition, steps, otherwise, chained=False)


def _split_arm(b: Builder, span: Span, parts: Parts) -> n.SplitArm:
    return n.SplitArm(span, b.plain(parts[0]).value, parts[1])


def _step_split(b: Builder, span: Span, parts: Parts) -> n.Split:
    return n.Split(span, b.plain(parts[0]), tuple(parts[1:]))


def _data(b: Builder, span: Span, parts: Parts) -> n.Data:
    return n.Data(span, b.many(parts))


def _entry(b: Builder, span: Span, parts: Parts) -> n.Entry:
    return n.Entry(span, b.plain(parts[0]), parts[1])


def _own_cap(b: Builder, span: Span, parts: Parts) -> n.OwnCap:
    return n.OwnCap(span, b.whole(parts[0]) or 0, parts[1])


def _cap(b: Builder, span: Span, parts: Parts) -> n.Cap:
    capped = None if parts[0] is n.Cap else parts[0]
    return n.Cap(span, capped, b.whole(parts[1]) or 0, parts[2])


def _quiet_hours(b: Builder, span: Span, parts: Parts) -> n.QuietHours:
    return n.QuietHours(span, b.plain(parts[0]).micros, b.plain(parts[1]).micros)


def _season(b: Builder, span: Span, parts: Parts) -> n.Season:
    return n.Season(span, parts[0], tuple(parts[1:]))


def _date_range(b: Builder, span: Span, parts: Parts) -> n.DateRange:
    first = b.plain(parts[0]).day
    return n.DateRange(span, first, first if parts[1] is None else b.plain(parts[1]).day)


def _holdout(b: Builder, span: Span, parts: Parts) -> n.Holdout:
    return n.Holdout(span, b.plain(parts[0]).value)


def _otherwise_line(b: Builder, span: Span, parts: Parts) -> tuple[str, Any]:
    return "otherwise", parts[0]


def _prefer_line(b: Builder, span: Span, parts: Parts) -> tuple[str, Any]:
    return "prefer", tuple(parts)


def _route(b: Builder, span: Span, parts: Parts) -> n.Route:
    lines = tuple(part for part in parts[1:] if isinstance(part, n.RouteLine))
    rest = dict(part for part in parts[1:] if isinstance(part, tuple))
    return n.Route(span, parts[0], lines, rest.get("otherwise"), rest.get("prefer", ()))


def _table(b: Builder, span: Span, parts: Parts) -> n.Table:
    declared, *middle, body = parts
    inputs = tuple(part for part in middle if isinstance(part, n.Expression))
    outputs = tuple(part for part in middle if isinstance(part, n.Field))
    return n.Table(span, declared, inputs, outputs, body)


def _rows_inline(b: Builder, span: Span, parts: Parts) -> n.Rows:
    mode, *rest = parts
    rows = tuple(part for part in rest if isinstance(part, n.Row))
    otherwise = next((part for part in rest if isinstance(part, n.OtherwiseRow)), None)
    return n.Rows(span, mode, rows, otherwise)


def _rows_from(b: Builder, span: Span, parts: Parts) -> n.RowsFrom:
    return n.RowsFrom(span, b.fixed(parts[0]))


def _row(b: Builder, span: Span, parts: Parts) -> n.Row:
    cells = tuple(part for part in parts if isinstance(part, n.Cell))
    return n.Row(span, cells, tuple(parts[len(cells) :]))


def _nothing(kind: type) -> Rule:
    """A node without attributes."""
    return lambda b, span, parts: kind(span)


def _cell_range(b: Builder, span: Span, parts: Parts) -> n.CellRange:
    opening, low, high, closing = parts
    return n.CellRange(span, low, high, opening, closing)


def _position(b: Builder, span: Span, parts: Parts) -> n.CreditPosition:
    return n.CreditPosition(span, *(b.plain(part).value for part in parts))


def _param(b: Builder, span: Span, parts: Parts) -> n.Param:
    declared, value, tune, cases = parts
    return n.Param(span, declared, value, tune, cases or ())


def _model(b: Builder, span: Span, parts: Parts) -> n.Model:
    return n.Model(span, parts[0], parts[1], tuple(parts[2:]))


def _test(b: Builder, span: Span, parts: Parts) -> n.Test:
    return n.Test(span, b.fixed(parts[0]), tuple(parts[1:]))


def _promise(b: Builder, span: Span, parts: Parts) -> n.Promise:
    return n.Promise(span, b.fixed(parts[0]), parts[1])


def _given_arm(b: Builder, span: Span, parts: Parts) -> n.GivenArm:
    return n.GivenArm(span, b.plain(parts[0]), b.whole(parts[1]) or 0)


def _repeat(b: Builder, span: Span, parts: Parts) -> n.Repeat:
    return n.Repeat(span, b.whole(parts[0]) or 0, _optional_micros(b, parts[1]))


def _expect_times(b: Builder, span: Span, parts: Parts) -> n.Expect:
    return n.Expect(span, n.ExpectTimes(span, parts[0], b.whole(parts[1]) or 0))


def _expect(kind: type) -> Rule:
    return lambda b, span, parts: kind(span, *parts)


def _test_expect(b: Builder, span: Span, parts: Parts) -> n.Expect:
    return parts[0] if isinstance(parts[0], n.Expect) else n.Expect(span, parts[0])


def _compared(b: Builder, span: Span, parts: Parts) -> n.Binary:
    left, (operator, at), right = parts
    return n.Binary(span, operator, left, right, at)


def _comparison(operator: str) -> Rule:
    return lambda b, span, parts: (operator, span)


def _is_one_of(b: Builder, span: Span, parts: Parts) -> n.IsOneOf:
    return n.IsOneOf(span, parts[0], b.negated(parts), tuple(parts[2:]))


def _is_present(b: Builder, span: Span, parts: Parts) -> n.IsPresent:
    return n.IsPresent(span, parts[0], b.negated(parts))


def _unary(operator: str) -> Rule:
    return lambda b, span, parts: n.Unary(span, operator, parts[-1])


def _name_read(b: Builder, span: Span, parts: Parts) -> n.NameRead:
    return n.NameRead(span, b.plain(parts[0]))


def _member(b: Builder, span: Span, parts: Parts) -> n.Member:
    return n.Member(span, parts[0].name, b.plain(parts[1]))


def _call(b: Builder, span: Span, parts: Parts) -> n.Call:
    return n.Call(span, parts[0].name, b.many(parts[1:]))


def _only(b: Builder, span: Span, parts: Parts) -> Any:
    return b.plain(parts[0])


def _memory_of(b: Builder, span: Span, parts: Parts) -> n.Memory:
    function, happenings, window, keep = parts
    return n.Memory(span, b.plain(function), None, happenings, window, keep)


def _memory_field(b: Builder, span: Span, parts: Parts) -> n.Memory:
    function, field, happenings, window, keep = parts
    return n.Memory(span, b.plain(function), b.plain(field), happenings, window, keep)


def _keep(b: Builder, span: Span, parts: Parts) -> int | None:
    return b.whole(parts[0])


def _arms(b: Builder, span: Span, parts: Parts) -> Parts:
    return parts if parts and not isinstance(parts[-1], n.Arm) else [*parts, None]


def _bare_text(kind: type) -> Rule:
    """A node with one fixed text."""
    return lambda b, span, parts: kind(span, b.fixed(parts[0]))


_RULES: dict[str, Rule] = {
    "file": _file,
    "lifecycle": _node(n.Lifecycle),
    "use": _bare_text(n.Use),
    "timezone": _bare_text(n.Timezone),
    "dedupe": _micros(n.Dedupe),
    "declared": _node(n.Declared),
    "declared_list": _tuple,
    "names": _tuple,
    "path": _gathered(n.Path),
    "constant_number": _constant,
    "constant_duration": _constant,
    "constant_name": _constant_name,
    "event": _braced(n.Event),
    "action": _braced(n.Action),
    "fields": _tuple,
    "field": _node(n.Field),
    "type": _type,
    "type_name": _node(n.NamedType),
    "type_one_of": _gathered(n.OneOfType),
    "type_list": _type_list,
    "type_record": _gathered(n.RecordType),
    "trait": _trait,
    "folds": _tuple,
    "fold": _node(n.Fold),
    "group": _node(n.Group),
    "happenings": _happenings,
    "happening_named": _node(n.NamedHappening),
    "happening_any": _nothing(n.AnyEvent),
    "happening_enter": _node(n.Enter),
    "happening_leave": _node(n.Leave),
    "happening_rises": _node(n.Rises),
    "happening_falls": _node(n.Falls),
    "happening_sent": _node(n.SentMessage),
    "dates_shifted": _dates_shifted,
    "dates_yearly": lambda b, span, parts: n.YearlyDate(span, b.plain(parts[0])),
    "shift": lambda b, span, parts: b.plain(parts[0]).micros,
    "shift_before": _value(-1),
    "shift_after": _value(1),
    "stages_any": lambda b, span, parts: n.AnyStage(span, parts[0] or ()),
    "stages_named": _node(n.NamedStages),
    "score": _score,
    "score_half_life": _micros(n.HalfLife),
    "score_fade": _node(n.Fade),
    "score_least": _node(n.AtLeast),
    "score_most": _node(n.AtMost),
    "score_line": _node(n.ScoreLine),
    "let": _node(n.Let),
    "level": _level,
    "band": _node(n.Band),
    "segment": _node(n.Segment),
    "start": _gathered(n.Start),
    "placing": _node(n.Placing),
    "when": _when,
    "stage": _braced(n.Stage),
    "transitions": _tuple,
    "transition": _node(n.Transition),
    "from_rule": _node(n.FromRule),
    "moving_on": _node(n.MoveOn),
    "moving_on_dates": _node(n.MoveOnDates),
    "moving_when": _moving_when,
    "moving_at_points": _node(n.MoveAtPoints),
    "moving_after": _moving_after,
    "point_block": _tuple,
    "point_when": _node(n.PointWhen),
    "point_on": _node(n.PointOn),
    "retired": _node(n.Retired),
    "trigger": _trigger,
    "occurs_on": _node(n.OccursOn),
    "occurs_absence": _occurs_absence,
    "occurs_sequence": _occurs_sequence,
    "occurs_after": _occurs_after,
    "occurs_every": _node(n.OccursEvery),
    "occurs_dates": _node(n.OccursDates),
    "then": _only,
    "guard_in": _node(n.GuardIn),
    "guard_when": _node(n.GuardWhen),
    "guard_at": _micros(n.GuardAt),
    "guard_between": _guard_between,
    "guard_once": _nothing(n.GuardOnce),
    "guard_at_most": _guard_at_most,
    "guard_for_each": _guard_for_each,
    "guard_topic": _node(n.GuardTopic),
    "guard_priority": _guard_priority,
    "guard_draft": _nothing(n.GuardDraft),
    "guard_restart": _nothing(n.GuardRestart),
    "per_duration": _micros(n.PerDuration),
    "per_period": _node(n.PerPeriod),
    "exit_on": _node(n.ExitOn),
    "steps": _tuple,
    "step_send": _node(n.Send),
    "step_set": _node(n.SetTrait),
    "step_join": _node(n.Join),
    "step_quit": _node(n.Quit),
    "step_wait": _node(n.Wait),
    "step_wait_until": _node(n.WaitUntil),
    "step_await": _step_await,
    "step_await_arms": _step_await_arms,
    "step_split": _step_split,
    "step_call": _node(n.CallAction),
    "step_exit": _nothing(n.Exit),
    "as_name": _only,
    "time_of_day": _only,
    "arms": _arms,
    "arm": _node(n.Arm),
    "else_steps": lambda b, span, parts: parts[0],
    "if_step": _if_step,
    "split_arm": _split_arm,
    "data": _data,
    "entry": _entry,
    "channel": _braced(n.Channel),
    "topic": _braced(n.Topic),
    "message_rules": _tuple,
    "consent": _node(n.Consent),
    "cost": _node(n.Cost),
    "transactional": _nothing(n.Transactional),
    "own_cap": _own_cap,
    "block": _node(n.Block),
    "quiet": _node(n.Quiet),
    "quiet_hours": _quiet_hours,
    "quiet_days": _node(n.QuietDays),
    "quiet_season": _node(n.QuietSeason),
    "season": _season,
    "date_range": _date_range,
    "cap": _cap,
    "capped_all": _value(n.Cap),
    "holdout": _holdout,
    "route": _route,
    "route_line": _node(n.RouteLine),
    "otherwise_line": _otherwise_line,
    "prefer_line": _prefer_line,
    "preference": _node(n.Preference),
    "table": _table,
    "rows_inline": _rows_inline,
    "rows_from": _rows_from,
    "mode_layers": _value("layers"),
    "mode_first": _value("first"),
    "mode_unique": _value("unique"),
    "row": _row,
    "otherwise_row": _gathered(n.OtherwiseRow),
    "cell": _gathered(n.Cell),
    "cell_any": _nothing(n.CellAny),
    "cell_not": _node(n.CellNot),
    "cell_is": _node(n.CellIs),
    "cell_from": _node(n.CellFrom),
    "cell_to": _node(n.CellTo),
    "cell_range": _cell_range,
    "closed": _value(value=True),
    "open": _value(value=False),
    "result_keep": _nothing(n.Keep),
    "result_is": _only,
    "attribution": lambda b, span, parts: n.Attribution(span, parts[0], tuple(parts[1:])),
    "touch": _node(n.Touch),
    "touch_sends": _nothing(n.TouchSends),
    "conversion": _node(n.Conversion),
    "attribution_within": _micros(n.AttributionWithin),
    "attribution_model": _node(n.AttributionModel),
    "model_first": _nothing(n.CreditFirst),
    "model_last": _nothing(n.CreditLast),
    "model_linear": _nothing(n.CreditLinear),
    "model_position": _position,
    "model_time_decay": _micros(n.CreditTimeDecay),
    "model_custom": _node(n.CreditCustom),
    "param": _param,
    "tune": _node(n.Tune),
    "param_cases": _tuple,
    "param_case": _node(n.ParamCase),
    "model": _model,
    "coefficient": _node(n.Coefficient),
    "test": _test,
    "test_given": _gathered(n.Given),
    "test_at": _micros(n.TestAt),
    "test_on": _node(n.TestOn),
    "test_wait": _micros(n.TestWait),
    "test_wait_until": _micros(n.TestWaitUntil),
    "test_expect": _test_expect,
    "given_stage": _node(n.GivenStage),
    "given_joined": _node(n.GivenJoined),
    "given_holdout": _nothing(n.GivenHoldout),
    "given_arm": _given_arm,
    "given_value": _node(n.GivenValue),
    "repeat": _repeat,
    "expect_that": _expect(n.ExpectThat),
    "expect_times": _expect_times,
    "expect_about": _expect(n.ExpectAbout),
    "expect_order": _expect(n.ExpectOrder),
    "promise": _promise,
    "conditional": _node(n.Conditional),
    "either": _binary("or"),
    "both": _binary("and"),
    "negation": _unary("not"),
    "compared": _compared,
    "equal": _comparison("=="),
    "not_equal": _comparison("!="),
    "less": _comparison("<"),
    "at_most": _comparison("<="),
    "greater": _comparison(">"),
    "at_least": _comparison(">="),
    "contains": _comparison("contains"),
    "starts_with": _comparison("starts with"),
    "ends_with": _comparison("ends with"),
    "is_one_of": _is_one_of,
    "is_present": _is_present,
    "default": _node(n.Default),
    "add": _binary("+"),
    "subtract": _binary("-"),
    "multiply": _binary("*"),
    "divide": _binary("/"),
    "negative": _unary("-"),
    "power": _binary("^"),
    "number": _only,
    "duration": _only,
    "text": _only,
    "date": _only,
    "instant": _only,
    "true": lambda b, span, parts: n.Boolean(span, value=True),
    "false": lambda b, span, parts: n.Boolean(span, value=False),
    "bracketed": _node(n.Bracketed),
    "name": _name_read,
    "member": _member,
    "call": _call,
    "points": _node(n.Points),
    "list_literal": _gathered(n.ListLiteral),
    "memory_of": _memory_of,
    "memory_field": _memory_field,
    "span_within": _micros(n.Within),
    "span_this": _node(n.This),
    "keep": _keep,
    "fact_sent": _node(n.FactSent),
    "fact_held": _gathered(n.FactHeld),
    "fact_fired": _node(n.FactFired),
    "fact_called": _node(n.FactCalled),
    "fact_joined": _node(n.FactJoined),
    "fact_left": _node(n.FactLeft),
    "fact_entered": _node(n.FactEntered),
    "fact_stage": lambda b, span, parts: n.FactStage(span, b.plain(parts[1])),
}
