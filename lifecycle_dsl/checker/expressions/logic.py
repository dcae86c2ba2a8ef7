"""`and or not`, `if`, `else`, `is present`: what decides, and what is known once it has decided."""

from __future__ import annotations

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.applying import interval
from lifecycle_dsl.checker.expressions.comparing import negated, sides
from lifecycle_dsl.checker.expressions.fitting import common, is_bare, with_unit
from lifecycle_dsl.checker.expressions.narrowing import knowledge
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, DATE, DURATION, TIME, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

Pair = tuple[nodes.Expression, e.Expression]


def chain(checker: Elaborator, node: nodes.Binary, place: Place) -> e.Expression | None:
    """`a and b and c`, `a or b or c`: each is read where those before it have not decided."""
    written = [node.right]
    inner = node.left
    while isinstance(inner, nodes.Binary) and inner.operator == node.operator:
        written.append(inner.right)
        inner = inner.left
    written.append(inner)
    is_and = node.operator == "and"
    operands: list[e.Expression] = []
    wrong = False
    for each in reversed(written):
        found = checker.infer_as(each, place, BOOL)
        if found is None:
            wrong = True
            continue
        place = place.knowing(knowledge(found, holds=is_and))
        same = isinstance(found, e.And) if is_and else isinstance(found, e.Or)
        operands += found.operands if same and isinstance(found, e.And | e.Or) else [found]
    return None if wrong else _joined(node.span, operands, is_and=is_and)


def _joined(span: Span, operands: list[e.Expression], *, is_and: bool) -> e.Expression:
    """The operands without those that change nothing, up to the first that surely decides."""
    kept: list[e.Expression] = []
    for operand in operands:
        if not isinstance(operand, e.Constant):
            kept.append(operand)
        elif bool(operand.value) is not is_and:
            # What may be missing before it makes the whole missing, so it stays.
            if not any(each.may_miss for each in kept):
                return e.Constant(span=span, type=BOOL, value=operand.value)
            kept.append(operand)
            break
    if not kept:
        return e.Constant(span=span, type=BOOL, value=is_and)
    if len(kept) == 1:
        return kept[0]
    missing = any(operand.may_miss for operand in kept)
    kind = e.And if is_and else e.Or
    return kind(span=span, may_miss=missing, operands=tuple(kept))


def negation(checker: Elaborator, node: nodes.Unary, place: Place) -> e.Expression | None:
    """`not x`."""
    found = checker.infer_as(node.operand, place, BOOL)
    return None if found is None else negated(found, node.span)


def is_present(checker: Elaborator, node: nodes.IsPresent, place: Place) -> e.Expression | None:
    """`x is [not] present`."""
    subject = checker.infer(node.subject, place.wanting(None))
    if subject is None:
        return None
    found: e.Expression = e.IsPresent(span=node.span, operand=subject)
    if not subject.may_miss:
        found = e.Constant(span=node.span, type=BOOL, value=True)
    return negated(found, node.span) if node.negated else found


def conditional(checker: Elaborator, node: nodes.Conditional, place: Place) -> e.Expression | None:
    """`if c then a else b`."""
    condition = checker.infer_as(node.condition, place.wanting(None), BOOL)
    yes_place = no_place = place
    if condition is not None:
        yes_place = place.knowing(knowledge(condition, holds=True))
        no_place = place.knowing(knowledge(condition, holds=False))
    if place.expected is not None:
        yes, no = checker.infer(node.yes, yes_place), checker.infer(node.no, no_place)
    else:
        yes, no = _branches(checker, node, yes_place, no_place)
    if condition is None or yes is None or no is None:
        return None
    agreed = agree(checker, (node.yes, yes), (node.no, no))
    if agreed is None:
        return None
    yes, no, type_ = agreed
    if isinstance(condition, e.Constant):
        return yes if condition.value else no
    return e.If(
        span=node.span,
        type=type_,
        may_miss=condition.may_miss or yes.may_miss or no.may_miss,
        bounds=_around(yes, no),
        condition=condition,
        yes=yes,
        no=no,
    )


def _branches(
    checker: Elaborator, node: nodes.Conditional, yes_place: Place, no_place: Place
) -> tuple[e.Expression | None, e.Expression | None]:
    """Both values where no type is in view: each may give the other its meaning."""
    if yes_place.known == no_place.known:
        return sides(checker, node.yes, node.no, yes_place)
    yes = checker.infer(node.yes, yes_place)
    return yes, checker.infer(node.no, no_place.wanting(None if yes is None else yes.type))


def default(checker: Elaborator, node: nodes.Default, place: Place) -> e.Expression | None:
    """`value else fallback`."""
    value = checker.infer(node.value, place)
    fallback = checker.infer(node.fallback, place.wanting(None if value is None else value.type))
    if value is None or fallback is None:
        return None
    agreed = agree(checker, (node.value, value), (node.fallback, fallback))
    if agreed is None:
        return None
    value, fallback, type_ = agreed
    if not value.may_miss:
        return value
    return e.Default(
        span=node.span,
        type=type_,
        may_miss=fallback.may_miss,
        bounds=_around(value, fallback),
        value=value,
        fallback=fallback,
    )


def agree(
    checker: Elaborator, first: Pair, second: Pair
) -> tuple[e.Expression, e.Expression, Type] | None:
    """Two values of which one will be chosen, and their type; None after a report."""
    (first_node, one), (second_node, other) = first, second
    if is_bare(first_node):
        one = with_unit(one, other.type)
    if is_bare(second_node):
        other = with_unit(other, one.type)
    type_ = common(one.type, other.type)
    if type_ is None:
        if is_bare(second_node) and one.type in (DURATION, TIME, DATE):
            checker.report(problems.missing_unit(second_node.span, one.type))
        else:
            wanted = f"{problems.a(one.type)} like the other value"
            checker.report(problems.type_mismatch(second_node.span, other.type, wanted))
        return None
    return one, other, type_


def _around(one: e.Expression, other: e.Expression) -> Interval | None:
    a, b = interval(one), interval(other)
    return None if a is None or b is None else intervals.either(a, b)
