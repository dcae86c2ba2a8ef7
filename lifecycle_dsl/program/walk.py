"""Going through checked expressions: their parts, all of them, and the same with some replaced.

What stands behind a name (a let, a level, a segment) is not gone into: that takes the declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from lifecycle_dsl.program import expressions as e


def children(expression: e.Expression) -> tuple[e.Expression, ...]:
    """The expressions that it is directly made of, in the order they are evaluated."""
    match expression:
        case e.Apply():
            return expression.arguments
        case e.Forgiving():
            return expression.left, expression.right
        case e.Not() | e.IsPresent():
            return (expression.operand,)
        case e.And() | e.Or():
            return expression.operands
        case e.If():
            return expression.condition, expression.yes, expression.no
        case e.Default():
            return expression.value, expression.fallback
        case e.OneOf():
            return expression.subject, *expression.options
        case e.TextJoin():
            return tuple(part for part in expression.parts if isinstance(part, e.Expression))
        case e.PointsSum():
            return tuple(part for line in expression.lines for part in _line_parts(line))
        case e.ListOf():
            return expression.items
        case _:
            return ()


def walk(expression: e.Expression) -> Iterator[e.Expression]:
    """It and everything that it is made of, the outer before the inner."""
    waiting = [expression]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(children(found)))


def rewrite(
    expression: e.Expression, change: Callable[[e.Expression], e.Expression]
) -> e.Expression:
    """The expression with every part changed, the inner before the outer.

    What does not change stays the same object.
    """
    before = children(expression)
    after = tuple(rewrite(child, change) for child in before)
    if any(new is not old for new, old in zip(after, before, strict=True)):
        expression = _with_children(expression, after)
    return change(expression)


def _line_parts(line: e.PointLine) -> tuple[e.Expression, ...]:
    return (line.points,) if line.condition is None else (line.condition, line.points)


def _with_children(expression: e.Expression, parts: tuple[e.Expression, ...]) -> e.Expression:
    rest = iter(parts)
    match expression:
        case e.Apply():
            return attrs.evolve(expression, arguments=parts)
        case e.Forgiving():
            return attrs.evolve(expression, left=parts[0], right=parts[1])
        case e.Not() | e.IsPresent():
            return attrs.evolve(expression, operand=parts[0])
        case e.And() | e.Or():
            return attrs.evolve(expression, operands=parts)
        case e.If():
            return attrs.evolve(expression, condition=parts[0], yes=parts[1], no=parts[2])
        case e.Default():
            return attrs.evolve(expression, value=parts[0], fallback=parts[1])
        case e.OneOf():
            return attrs.evolve(expression, subject=parts[0], options=parts[1:])
        case e.TextJoin():
            pieces = (part if isinstance(part, str) else next(rest) for part in expression.parts)
            return attrs.evolve(expression, parts=tuple(pieces))
        case e.PointsSum():
            lines = (
                attrs.evolve(
                    line,
                    condition=None if line.condition is None else next(rest),
                    points=next(rest),
                )
                for line in expression.lines
            )
            return attrs.evolve(expression, lines=tuple(lines))
        case e.ListOf():
            return attrs.evolve(expression, items=parts)
        case _:
            return expression
