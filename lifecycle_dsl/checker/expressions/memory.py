"""Memory: what the customer did before, as terms that each are one known counter."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions import canonical
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.operators import ORDERED
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.localtime import LONGEST_WAIT, SHORTEST_WAIT
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import (
    Calendar,
    Ever,
    MemoryTerm,
    Period,
    Remembers,
    Rolling,
    Window,
)
from lifecycle_dsl.program.types import (
    BOOL,
    DURATION,
    MONEY,
    NUMBER,
    Field,
    ListType,
    Type,
)
from lifecycle_dsl.syntax import nodes

USUAL_KEEP = 1_000
MOST_KEPT = 100_000
"""`keep` may be so much at most."""
LOCAL_DAY = "day"
"""`distinct(day of H)`: the local day stands for a field."""

_WHOLE_PAST = frozenset((Remembers.SINCE, Remembers.SEEN, Remembers.LAST, Remembers.STREAK))
_ONE_NUMBER = frozenset((Remembers.COUNT, Remembers.SUM, Remembers.LARGEST, Remembers.SMALLEST))
_NEVER_MISSING = frozenset(
    (Remembers.COUNT, Remembers.SUM, Remembers.DISTINCT, Remembers.STREAK, Remembers.SEEN)
)
_SUMMED = (NUMBER, MONEY, DURATION)
_COUNTED: Interval = (0.0, intervals.FIELD_LIMIT)
_DAYS: Interval = (0.0, 200_000.0)


@frozen
class _Remembered:
    """The field that a term looks at."""

    name: str | None
    by_day: bool
    type: Type
    """A number where no field is needed."""


def memory(checker: Elaborator, node: nodes.Memory, place: Place) -> e.Expression | None:
    """A memory term read; None after a report."""
    remembers = Remembers(node.function.text)
    if Reads.STATE not in place.scope.reads:
        checker.report(problems.not_readable_here(node.span, place.scope.place))
        return None
    window = _window(checker, node, remembers)
    keep = _keep(checker, node, remembers, window)
    resolved = checker.names.happenings(node.happenings, place="a memory", changes=True)
    if resolved is None:
        return None
    happenings, fields, some_fields = resolved
    if node.happenings.where is not None:
        scope = Scope(
            "a memory's `where`", Reads.RECORD, fields, some_fields, missing_is_false=True
        )
        where = checker.whole(node.happenings.where, Place(scope, depth=place.depth + 1), BOOL)
        if where is None:
            return None
        happenings = evolve(happenings, where=where)
    remembered = _remembered(checker, node, remembers, fields, some_fields)
    if remembered is None or window is None or keep is None:
        return None
    result = _result(remembers, remembered.type)
    term = MemoryTerm(
        span=node.span,
        text=canonical.of_memory(node),
        remembers=remembers,
        happenings=happenings,
        field_name=remembered.name,
        by_day=remembered.by_day,
        window=window,
        keep=keep,
        result=result,
    )
    return e.MemoryRead(
        span=node.span,
        type=result,
        may_miss=remembers not in _NEVER_MISSING,
        bounds=_bounds(remembers, result),
        term=term,
    )


def _window(checker: Elaborator, node: nodes.Memory, remembers: Remembers) -> Window | None:
    if node.window is None:
        return Ever()
    if remembers in _WHOLE_PAST:
        checker.report(problems.span_not_here(node.window.span, remembers.value))
        return None
    match node.window:
        case nodes.Within(micros=micros):
            if SHORTEST_WAIT <= micros <= LONGEST_WAIT:
                return Rolling(micros)
            checker.report(quantity_problems.span_out_of_range(node.window.span))
        case nodes.This(period=period):
            words = [each.value for each in Period]
            if period.text in words:
                return Calendar(Period(period.text))
            checker.report(quantity_problems.unknown_period(period.span, period.text, words))
    return None


def _keep(
    checker: Elaborator, node: nodes.Memory, remembers: Remembers, window: Window | None
) -> int | None:
    if node.keep is None:
        return 1 if remembers in _WHOLE_PAST else USUAL_KEEP
    one_number = remembers in _ONE_NUMBER and not isinstance(window, Rolling)
    if remembers in _WHOLE_PAST or (one_number and window is not None):
        checker.report(problems.keep_not_here(node.span, remembers.value))
        return None
    if not 1 <= node.keep <= MOST_KEPT:
        checker.report(quantity_problems.count_out_of_range(node.span, MOST_KEPT))
        return None
    return node.keep


def _remembered(
    checker: Elaborator,
    node: nodes.Memory,
    remembers: Remembers,
    fields: Mapping[str, Field],
    some_fields: Mapping[str, str],
) -> _Remembered | None:
    if node.field is None:
        return _Remembered(None, by_day=False, type=NUMBER)
    name, span = node.field.text, node.field.span
    if remembers is Remembers.DISTINCT and name == LOCAL_DAY:
        return _Remembered(None, by_day=True, type=NUMBER)
    if name in some_fields:
        checker.report(problems.field_of_some(span, name, some_fields[name]))
        return None
    field = fields.get(name)
    if field is None:
        checker.report(problems.unknown_field(span, name, checker.similar(name, fields)))
        return None
    if not _can_remember(remembers, field.type):
        checker.report(problems.remembers_nothing(span, remembers.value, field.type))
        return None
    return _Remembered(name, by_day=False, type=field.type)


def _can_remember(remembers: Remembers, type_: Type) -> bool:
    match remembers:
        case Remembers.SUM:
            return type_ in _SUMMED
        case Remembers.LARGEST | Remembers.SMALLEST:
            return type_ in ORDERED
        case _:
            return not isinstance(type_, ListType)


def _result(remembers: Remembers, field: Type) -> Type:
    match remembers:
        case Remembers.COUNT | Remembers.DISTINCT | Remembers.STREAK:
            return NUMBER
        case Remembers.SINCE:
            return DURATION
        case Remembers.SEEN:
            return BOOL
        case _:
            return field


def _bounds(remembers: Remembers, result: Type) -> Interval | None:
    match remembers:
        case Remembers.COUNT | Remembers.DISTINCT:
            return _COUNTED
        case Remembers.STREAK:
            return _DAYS
        case Remembers.SUM:
            return -intervals.STOP, intervals.STOP
        case Remembers.SINCE:
            return 0.0, float(intervals.LONGEST)
        case _:
            return intervals.of_type(result)
