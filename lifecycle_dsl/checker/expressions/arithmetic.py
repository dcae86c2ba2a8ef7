"""`+ - * / ^` and the unary minus."""

from __future__ import annotations

from lifecycle_dsl.checker.expressions import linear
from lifecycle_dsl.checker.expressions.applying import apply, interval
from lifecycle_dsl.checker.expressions.fitting import is_bare, with_unit
from lifecycle_dsl.checker.expressions.place import DEEPEST, Elaborator, Place
from lifecycle_dsl.checker.expressions.wholeness import whole_days
from lifecycle_dsl.checker.operators import OPERATORS
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import DATE, DURATION, MONEY, NUMBER, TEXT, TIME, Type
from lifecycle_dsl.syntax import nodes

ARITHMETIC = frozenset("+-*/^")


def negative(checker: Elaborator, node: nodes.Unary, place: Place) -> e.Expression | None:
    """`-x`."""
    found = checker.infer(node.operand, place.wanting(None))
    if found is None:
        return None
    form = linear.form_of(checker, found)
    if form is not None and form.terms:
        return linear.expression_of(checker, linear.scaled(form, -1.0), node.span)
    row = OPERATORS.find("-", (found.type,), (interval(found),))
    if row is None:
        checker.report(problems.wrong_operand(node.span, "-", found.type))
        return None
    return apply(checker, row, (found,), node.span)


def arithmetic(checker: Elaborator, node: nodes.Binary, place: Place) -> e.Expression | None:
    """A chain of operators, from left to right; long ones cost no recursion."""
    chain = [node]
    while isinstance(inner := chain[-1].left, nodes.Binary) and inner.operator in ARITHMETIC:
        chain.append(inner)
    chain.reverse()
    inside = place.wanting(None).deeper(len(chain))
    if inside.depth > DEEPEST:
        checker.report(problems.too_deep(node.span))
        return None
    first = chain[0].left
    total, bare, wrong = checker.infer(first, inside), is_bare(first), False
    for step in chain:
        right = checker.infer(step.right, inside)
        right_bare = is_bare(step.right)
        wrong = wrong or total is None or right is None
        if total is not None and right is not None and not wrong:
            left = total
            if step.operator in "+-":
                left = with_unit(left, right.type) if bare else left
                right = with_unit(right, left.type) if right_bare else right
            total = _combined(checker, step, left, right)
            wrong = total is None
            if total is not None:
                total = place.known.applied(total)
        bare = bare and right_bare
    return None if wrong else total


def _combined(
    checker: Elaborator, node: nodes.Binary, left: e.Expression, right: e.Expression
) -> e.Expression | None:
    span, symbol = node.left.span.to(node.right.span), node.operator
    form = linear.combined(checker, symbol, left, right)
    if form is not None:
        return linear.expression_of(checker, form, span)
    row = OPERATORS.find(symbol, (left.type, right.type), (interval(left), interval(right)))
    if row is None:
        checker.report(_wrong(node, left.type, right.type))
        return None
    if row.operation.result == DATE:
        shift = left if left.type == DURATION else right
        if not whole_days(shift, checker.behind.value):
            checker.report(problems.part_days(shift.span))
            return None
    return apply(checker, row, (left, right), span)


def _wrong(node: nodes.Binary, left: Type, right: Type) -> Diagnostic:
    symbol = node.operator
    sides = ((node.left, left, right), (node.right, right, left))
    if symbol in "+-":
        for side, mine, other in sides:
            if is_bare(side) and mine == NUMBER and other in (DURATION, TIME, DATE):
                return problems.missing_unit(side.span, DURATION)
    return problems.wrong_operands(
        node.operator_span if node.operator_span.text.strip() else node.span,
        symbol,
        (node.left.span, left),
        (node.right.span, right),
        _advice(symbol, left, right),
    )


def _advice(symbol: str, left: Type, right: Type) -> str | None:
    if TEXT in (left, right) and symbol == "+":
        return 'texts are put together in braces: `"{a}{b}"`'
    if {left, right} == {MONEY, NUMBER}:
        return "`number(m)` drops the unit of money"
    if {left, right} == {TIME, DATE}:
        return "`date(t)` is the local day of a time"
    if DURATION in (left, right) and NUMBER in (left, right):
        return "a duration divided by a duration is a number: `age / 1d`"
    return None
