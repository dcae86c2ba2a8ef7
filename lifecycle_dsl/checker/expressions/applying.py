"""Operations on checked arguments: bounds of the result, and constants worked out at once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.place import Elaborator
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.rows import Row
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import DURATION, MONEY, NUMBER, Type
from lifecycle_dsl.source import Span

QUANTITIES = (NUMBER, MONEY, DURATION)


def interval(expression: e.Expression) -> Interval | None:
    """What an expression lies within; None if it is no quantity."""
    if expression.bounds is None:
        return intervals.of_type(expression.type)
    return expression.bounds


def constant(span: Span, type_: Type, value: object) -> e.Constant:
    """A constant; bounded by itself where it is a quantity."""
    bounds = None
    if type_ in QUANTITIES and isinstance(value, int | float):
        bounds = float(value), float(value)
    return e.Constant(span=span, type=type_, bounds=bounds, value=value)


def apply(
    checker: Elaborator, row: Row, arguments: Sequence[e.Expression], span: Span
) -> e.Expression | None:
    """An operation's application; None after a report."""
    bounds = None
    if row.bounds is not None:
        bounds = row.bounds(*(interval(argument) for argument in arguments))
        if not intervals.fits(bounds):
            checker.report(problems.may_overflow(span))
            return None
    return applied(row.operation, arguments, span, bounds)


def applied(
    operation: Operation,
    arguments: Sequence[e.Expression],
    span: Span,
    bounds: Interval | None = None,
) -> e.Expression:
    """An operation's application, worked out if its arguments are constants."""
    known = [each.value for each in arguments if isinstance(each, e.Constant)]
    if len(known) == len(arguments) and not operation.needs_zone:
        value = operation.evaluate(*known)
        if value is not None:
            return constant(span, operation.result, value)
    return e.Apply(
        span=span,
        type=operation.result,
        may_miss=operation.may_miss or any(argument.may_miss for argument in arguments),
        bounds=bounds,
        operation=operation,
        arguments=tuple(arguments),
    )
