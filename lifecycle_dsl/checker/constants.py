"""Values that are known before anything happens."""

from __future__ import annotations

from lifecycle_dsl.program.expressions import Apply, Constant, Expression, ListOf
from lifecycle_dsl.syntax import nodes

_UNKNOWN: tuple[bool, object] = (False, None)


def constant_value(expression: Expression) -> tuple[bool, object]:
    """Whether the value of an expression is known beforehand, and the value."""
    match expression:
        case Constant(value=value):
            return True, value
        case ListOf(items=items):
            parts = [constant_value(item) for item in items]
        case Apply(operation=operation, arguments=arguments) if not operation.needs_zone:
            parts = [constant_value(argument) for argument in arguments]
        case _:
            return _UNKNOWN
    if not all(known for known, _ in parts):
        return _UNKNOWN
    values = [value for _, value in parts]
    if isinstance(expression, Apply):
        return True, expression.operation.evaluate(*values)
    return True, tuple(values)


def as_expression(node: nodes.Constant) -> nodes.Expression:
    """A constant as the expression that has its value."""
    if node.param is not None:
        return nodes.NameRead(node.span, node.param)
    if node.is_duration:
        return nodes.Duration(node.span, int(node.value or 0))
    return nodes.Number(node.span, float(node.value or 0))


def number_of(node: nodes.Constant) -> float | None:
    """The value of a constant that is a plain number."""
    if node.param is not None or node.is_duration or node.value is None:
        return None
    return float(node.value)
