"""Comparisons: both sides of one type, a label's meaning from the other side, forgiving scores."""

from __future__ import annotations

from lifecycle_dsl.checker.expressions.applying import applied
from lifecycle_dsl.checker.expressions.fitting import common, is_bare, is_textual, unknown_label
from lifecycle_dsl.checker.expressions.naming import has_value
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.operators import OPERATORS, ORDERED, TURNED, comparison, list_contains
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import (
    DATE,
    DURATION,
    MONEY,
    NO_STAGE,
    NUMBER,
    TEXT,
    TIME,
    Labels,
    LevelType,
    ListType,
    StageType,
    Type,
)
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

TEXTUAL = frozenset(("contains", "starts with", "ends with"))


def takes_meaning(checker: Elaborator, node: nodes.Expression, place: Place) -> bool:
    """Whether a side means something only beside the other: a label, a bare number, a text."""
    while isinstance(node, nodes.Bracketed):
        node = node.inner
    match node:
        case nodes.NameRead(name=name):
            return not has_value(checker, name.text, place)
        case nodes.Text():
            return node.is_fixed
        case _:
            return is_bare(node)


def sides(
    checker: Elaborator, first: nodes.Expression, second: nodes.Expression, place: Place
) -> tuple[e.Expression | None, e.Expression | None]:
    """Both sides checked, each with the other's type in view."""
    if takes_meaning(checker, first, place) and not takes_meaning(checker, second, place):
        right, left = sides(checker, second, first, place)
        return left, right
    left = checker.infer(first, place.wanting(None))
    if left is None and takes_meaning(checker, second, place):
        # A label means nothing without the other side.
        return None, None
    right = checker.infer(second, place.wanting(None if left is None else left.type))
    return left, right


def compare(checker: Elaborator, node: nodes.Binary, place: Place) -> e.Expression | None:
    """`==`, `<` and their like; None after a report."""
    left, right = sides(checker, node.left, node.right, place)
    if left is None or right is None:
        return None
    return compared(checker, node, node.operator, (node.left, left), (node.right, right))


def compared(
    checker: Elaborator,
    node: nodes.Expression,
    symbol: str,
    first: tuple[nodes.Expression, e.Expression],
    second: tuple[nodes.Expression, e.Expression],
) -> e.Expression | None:
    """A comparison of two checked sides."""
    left, right = first[1], second[1]
    if not _stages_exist(checker, left, right):
        return None
    shared = common(left.type, right.type)
    if shared is None or _strangers(left, right):
        checker.report(_not_alike(checker, node, symbol, first, second))
        return None
    operation = comparison(symbol, shared)
    if operation is None:
        checker.report(problems.not_comparable(node.span, symbol, shared))
        return None
    missing = left.may_miss or right.may_miss
    if shared in ORDERED and (checker.behind.forgives(left) or checker.behind.forgives(right)):
        if not checker.behind.forgives(left):
            symbol, left, right = TURNED[symbol], right, left
        return e.Forgiving(span=node.span, may_miss=missing, symbol=symbol, left=left, right=right)
    return applied(operation, (left, right), node.span)


def look_into(checker: Elaborator, node: nodes.Binary, place: Place) -> e.Expression | None:
    """`contains`, `starts with`, `ends with`."""
    left = checker.infer(node.left, place.wanting(None))
    right = checker.infer(node.right, place.wanting(TEXT))
    if left is None or right is None:
        return None
    if is_textual(right.type):
        operation = _look_up(node.operator, left.type)
        if operation is not None:
            return applied(operation, (left, right), node.span)
    checker.report(
        problems.wrong_operands(
            node.operator_span,
            node.operator,
            (node.left.span, left.type),
            (node.right.span, right.type),
            None,
        )
    )
    return None


def _look_up(symbol: str, looked_into: Type) -> Operation | None:
    if is_textual(looked_into):
        row = OPERATORS.find(symbol, (TEXT, TEXT), (None, None))
        return None if row is None else row.operation
    if isinstance(looked_into, ListType) and looked_into.element == TEXT and symbol == "contains":
        return list_contains(looked_into)
    return None


def one_of(checker: Elaborator, node: nodes.IsOneOf, place: Place) -> e.Expression | None:
    """`x is [not] one of (a, b)`."""
    subject = checker.infer(node.subject, place.wanting(None))
    if subject is None:
        return None
    options = [checker.infer(option, place.wanting(subject.type)) for option in node.options]
    equalities = [
        compared(checker, node, "==", (node.subject, subject), (written, option))
        for written, option in zip(node.options, options, strict=True)
        if option is not None
    ]
    checked = [option for option in options if option is not None]
    if len(checked) < len(options) or None in equalities:
        return None
    found = _any_of(node.span, subject, checked, [each for each in equalities if each])
    return negated(found, node.span) if node.negated else found


def _any_of(
    span: Span,
    subject: e.Expression,
    options: list[e.Expression],
    equalities: list[e.Expression],
) -> e.Expression:
    missing = any(each.may_miss for each in equalities)
    if any(isinstance(each, e.Forgiving) for each in equalities):
        if len(equalities) == 1:
            return equalities[0]
        return e.Or(span=span, may_miss=missing, operands=tuple(equalities))
    if all(isinstance(each, e.Constant) for each in equalities):
        value = any(each.value for each in equalities if isinstance(each, e.Constant))
        return e.Constant(span=span, type=equalities[0].type, value=value)
    return e.OneOf(span=span, may_miss=missing, subject=subject, options=tuple(options))


def negated(found: e.Expression, span: Span) -> e.Expression:
    """`not x`, of the inner where x is one itself or known."""
    match found:
        case e.Not(operand=operand):
            return operand
        case e.Constant():
            return e.Constant(span=span, type=found.type, value=not found.value)
        case _:
            return e.Not(span=span, may_miss=found.may_miss, operand=found)


def _stages_exist(checker: Elaborator, left: e.Expression, right: e.Expression) -> bool:
    """`none` is beside `previous_stage` only."""
    for side, other in ((left, right), (right, left)):
        is_none = isinstance(side, e.Constant) and isinstance(side.type, StageType)
        if is_none and isinstance(side, e.Constant) and side.value == NO_STAGE:
            if isinstance(other, e.PreviousStage):
                continue
            checker.report(unknown_label(checker, side.span, NO_STAGE, checker.names.stages))
            return False
    return True


def _strangers(left: e.Expression, right: e.Expression) -> bool:
    """Whether both are `one of` without a label in common."""
    if isinstance(left.type, Labels) and isinstance(right.type, Labels):
        return not set(left.type.labels) & set(right.type.labels)
    for side, other in ((left, right), (right, left)):
        is_text = isinstance(other, e.Constant) and other.type == TEXT
        if isinstance(side.type, Labels) and isinstance(other, e.Constant) and is_text:
            return other.value not in side.type.labels
    return False


def _not_alike(
    checker: Elaborator,
    node: nodes.Expression,
    symbol: str,
    first: tuple[nodes.Expression, e.Expression],
    second: tuple[nodes.Expression, e.Expression],
) -> Diagnostic:
    for (written, found), (_, other) in ((first, second), (second, first)):
        if found.type == NUMBER and is_bare(written) and other.type in (DURATION, TIME, DATE):
            return problems.missing_unit(written.span, other.type)
        if isinstance(other.type, Labels) and isinstance(found, e.Constant) and found.type == TEXT:
            return unknown_label(checker, written.span, str(found.value), other.type.labels)
    (left_node, left), (right_node, right) = first, second
    at = node.operator_span if isinstance(node, nodes.Binary) else node.span
    return problems.wrong_operands(
        at,
        symbol,
        (left_node.span, left.type),
        (right_node.span, right.type),
        _advice(left.type, right.type),
    )


def _advice(left: Type, right: Type) -> str | None:
    if {left, right} == {MONEY, NUMBER}:
        return "`number(m)` drops the unit of money"
    if {left, right} == {TIME, DATE}:
        return "`date(t)` is the local day of a time"
    if {left, right} == {DURATION, NUMBER}:
        return "a duration divided by a duration is a number: `age / 1d`"
    if StageType() in (left, right) and TEXT in (left, right):
        return "stages need no quotes: `stage == lead`"
    if isinstance(left, LevelType) or isinstance(right, LevelType):
        return "a level is compared with its own labels: `tier >= high`"
    return None
