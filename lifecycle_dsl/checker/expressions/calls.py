"""Calls of builtin functions."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.checker import builtins
from lifecycle_dsl.checker.expressions.applying import apply, interval
from lifecycle_dsl.checker.expressions.fitting import is_bare, is_textual, with_unit
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import DATE, DURATION, NUMBER, TEXT, TIME, Type
from lifecycle_dsl.syntax import nodes

_MEMORY = (
    "count", "sum", "largest", "smallest", "distinct", "most", "since", "seen", "last", "streak",
)  # fmt: skip


def call(checker: Elaborator, node: nodes.Call, place: Place) -> e.Expression | None:
    """A function of arguments; None after a report."""
    name = node.function.text
    arguments = [checker.infer(argument, place.wanting(None)) for argument in node.arguments]
    if name not in builtins.NAMES:
        similar = checker.similar(name, (*builtins.NAMES, *_MEMORY))
        checker.report(problems.unknown_function(node.function.span, name, similar))
        return None
    given = [argument for argument in arguments if argument is not None]
    if len(given) < len(arguments):
        return None
    if name in builtins.ONE_UNIT:
        given = _of_one_unit(node.arguments, given)
    types = [TEXT if is_textual(argument.type) else argument.type for argument in given]
    row = builtins.find_function(name, types, [interval(argument) for argument in given])
    if row is None or not _digits_are_fine(name, given):
        checker.report(_wrong(node, [argument.type for argument in given]))
        return None
    if row.operation.needs_zone and Reads.CLOCKS not in place.scope.reads:
        checker.report(problems.not_readable_here(node.span, place.scope.place))
        return None
    return apply(checker, row, given, node.span)


def _of_one_unit(
    written: Sequence[nodes.Expression], given: Sequence[e.Expression]
) -> list[e.Expression]:
    units = [found.type for node, found in zip(written, given, strict=True) if not is_bare(node)]
    if not units:
        return list(given)
    return [
        with_unit(found, units[0]) if is_bare(node) else found
        for node, found in zip(written, given, strict=True)
    ]


def _digits_are_fine(name: str, given: Sequence[e.Expression]) -> bool:
    """`round` takes whole digits that are written out."""
    if name != "round" or len(given) < 2:
        return True
    digits = given[1]
    if not isinstance(digits, e.Constant) or not isinstance(digits.value, float):
        return False
    return digits.value.is_integer() and 0 <= digits.value <= builtins.MOST_DIGITS


def _wrong(node: nodes.Call, found: Sequence[Type]) -> Diagnostic:
    name = node.function.text
    if name in builtins.ONE_UNIT:
        others = [type_ for type_ in found if type_ != NUMBER]
        for written, type_ in zip(node.arguments, found, strict=True):
            if type_ == NUMBER and is_bare(written) and others and others[0] in (
                DURATION, TIME, DATE,
            ):  # fmt: skip
                return problems.missing_unit(written.span, others[0])
    return problems.wrong_arguments(node.span, name, found, _takes(name))


def _takes(name: str) -> str:
    if name in ("min", "max"):
        return f"`{name}` takes two or more values of one unit"
    if name == "clamp":
        return "`clamp(x, low, high)` takes three values of one unit"
    if name == "round":
        return f"`round(x)` or `round(x, digits)` with 0 to {builtins.MOST_DIGITS} digits"
    taken = [
        ", ".join(problems.a(type_) for type_ in types)
        for types in builtins.BUILTINS.signatures(name)
    ]
    return f"`{name}` takes {' or '.join(dict.fromkeys(taken))}"
