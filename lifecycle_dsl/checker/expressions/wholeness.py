"""Durations that are surely whole days, by which a date may be moved."""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.types import DATE, NUMBER

Follow = Callable[[e.Expression], e.Expression | None]
_WHOLE_TERMS = frozenset((Remembers.COUNT, Remembers.DISTINCT, Remembers.STREAK))
_WHOLE_FUNCTIONS = frozenset(("days", "hours", "length", "hour", "day", "year"))
_SUMS = frozenset(("+", "-"))
_CHOICES = frozenset(("min", "max", "clamp", "abs"))


def whole_days(expression: e.Expression, follow: Follow) -> bool:
    """Whether a duration is whole days, as far as can be seen."""
    match expression:
        case e.Constant(value=int() as micros):
            return micros % DAY == 0
        case e.Apply(operation=operation, arguments=arguments):
            if operation.name in _SUMS and any(a.type == DATE for a in arguments):
                return True
            if operation.name in _SUMS | _CHOICES:
                return all(whole_days(argument, follow) for argument in arguments)
            if operation.name == "*":
                number, days = sorted(arguments, key=lambda argument: argument.type != NUMBER)
                return whole_number(number, follow) and whole_days(days, follow)
            return False
        case e.If(yes=yes, no=no):
            return whole_days(yes, follow) and whole_days(no, follow)
        case e.Default(value=value, fallback=fallback):
            return whole_days(value, follow) and whole_days(fallback, follow)
        case e.LetRead():
            let = follow(expression)
            return let is not None and whole_days(let, follow)
        case _:
            return False


def whole_number(expression: e.Expression, follow: Follow) -> bool:
    """Whether a number is whole, as far as can be seen."""
    match expression:
        case e.Constant(value=int() | float() as value):
            return float(value).is_integer()
        case e.MemoryRead(term=term):
            return term.remembers in _WHOLE_TERMS
        case e.Apply(operation=operation, arguments=arguments):
            if operation.name in _SUMS | _CHOICES | {"*"}:
                return all(whole_number(argument, follow) for argument in arguments)
            rounds = operation.name == "round" and len(arguments) == 1
            return rounds or operation.name in _WHOLE_FUNCTIONS
        case e.If(yes=yes, no=no):
            return whole_number(yes, follow) and whole_number(no, follow)
        case e.Default(value=value, fallback=fallback):
            return whole_number(value, follow) and whole_number(fallback, follow)
        case e.LetRead():
            let = follow(expression)
            return let is not None and whole_number(let, follow)
        case _:
            return False
