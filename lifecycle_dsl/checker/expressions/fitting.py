"""Types that meet: what serves where, what two values have in common, numbers without a unit."""

from __future__ import annotations

import attrs

from lifecycle_dsl.checker.expressions.place import Elaborator
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import (
    DATE,
    DURATION,
    MONEY,
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

_ARITHMETIC = frozenset("+-*/^")


def is_bare(node: nodes.Expression) -> bool:
    """Whether it is made of bare numbers alone, which take the unit of their place."""
    work: list[nodes.Expression] = [node]
    while work:
        match work.pop():
            case nodes.Number():
                pass
            case nodes.Bracketed(inner=inner):
                work.append(inner)
            case nodes.Unary(operator="-", operand=operand):
                work.append(operand)
            case nodes.Binary(operator=operator, left=left, right=right):
                if operator not in _ARITHMETIC:
                    return False
                work += (left, right)
            case _:
                return False
    return True


def with_unit(found: e.Expression, unit: Type) -> e.Expression:
    """A bare number with the unit of money where that is asked for."""
    if unit == MONEY and found.type == NUMBER:
        return attrs.evolve(found, type=MONEY)
    return found


def is_textual(type_: Type) -> bool:
    """Whether values of it serve as texts."""
    return type_ == TEXT or isinstance(type_, Labels)


def common(left: Type, right: Type) -> Type | None:
    """The type that values of both types have; None if there is none."""
    if left == right:
        return left
    if is_textual(left) and is_textual(right):
        return TEXT
    if isinstance(left, ListType) and isinstance(right, ListType):
        longest = max(left.up_to, right.up_to)
        return ListType(left.element, longest) if left.element == right.element else None
    return None


def serves(found: e.Expression, wanted: Type) -> e.Expression | None:
    """The expression as a value of the type wanted; None if it is none."""
    if found.type == wanted:
        return found
    match found.type, wanted:
        case (Labels() | StageType(), _) if wanted == TEXT:
            return found
        case LevelType(), _ if wanted == TEXT:
            return e.TextJoin(span=found.span, may_miss=found.may_miss, parts=(found,))
        case Labels(labels=some), Labels(labels=all_) if set(some) <= set(all_):
            return found
        case ListType() as given, ListType() as asked if given.element == asked.element:
            return found if given.up_to <= asked.up_to else None
        case _:
            return None


def fit(
    checker: Elaborator, node: nodes.Expression, found: e.Expression, wanted: Type
) -> e.Expression | None:
    """The expression as a value of the type wanted; None after a report."""
    fitting = serves(found, wanted)
    if fitting is not None:
        return fitting
    if is_bare(node) and wanted in (DURATION, TIME, DATE):
        checker.report(problems.missing_unit(node.span, wanted))
    elif isinstance(wanted, Labels) and isinstance(found, e.Constant) and found.type == TEXT:
        checker.report(unknown_label(checker, node.span, str(found.value), wanted.labels))
    else:
        help = _advice(found.type, wanted)
        checker.report(problems.type_mismatch(node.span, found.type, problems.a(wanted), help))
    return None


def _advice(found: Type, wanted: Type) -> str | None:
    if isinstance(found, ListType) and isinstance(wanted, ListType):
        if found.element == wanted.element:
            return f"it may have {wanted.up_to} elements there, and this may have {found.up_to}"
        return f"wanted is a {wanted}"
    if found == MONEY and wanted == NUMBER:
        return "`number(m)` drops the unit of money"
    if found == TIME and wanted == DATE:
        return "`date(t)` is the local day of a time"
    if found == DURATION and wanted == NUMBER:
        return "`d / 1d` is a number, `days(d)` a whole one"
    if wanted == TEXT:
        return 'a value is written into a text in braces: `"{x}"`'
    return None


def unknown_label(
    checker: Elaborator, span: Span, name: str, labels: tuple[str, ...]
) -> Diagnostic:
    """A label that is none of those that can stand there."""
    return problems.unknown_label(span, name, labels, checker.similar(name, labels))
