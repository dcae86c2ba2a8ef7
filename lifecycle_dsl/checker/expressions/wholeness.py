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
    return _Wholeness(follow).days(expression)


def whole_number(expression: e.Expression, follow: Follow) -> bool:
    """Whether a number is whole, as far as can be seen."""
    return _Wholeness(follow).number(expression)


class _Wholeness:
    """Looks through expressions; behind each let once."""

    def __init__(self, follow: Follow) -> None:
        self._follow = follow
        self._lets: dict[e.LetRead, bool] = {}

    def days(self, expression: e.Expression) -> bool:
        """Whether a duration is whole days."""
        match expression:
            case e.Constant(value=int() as micros):
                return micros % DAY == 0
            case e.Apply(operation=operation, arguments=arguments):
                if operation.name in _SUMS and any(a.type == DATE for a in arguments):
                    return True
                if operation.name in _SUMS | _CHOICES:
                    return all(self.days(argument) for argument in arguments)
                if operation.name == "*":
                    number, days = sorted(arguments, key=lambda argument: argument.type != NUMBER)
                    return self.number(number) and self.days(days)
                return False
            case _:
                return self._chosen(expression, self.days)

    def number(self, expression: e.Expression) -> bool:
        """Whether a number is whole."""
        match expression:
            case e.Constant(value=int() | float() as value):
                return float(value).is_integer()
            case e.MemoryRead(term=term):
                return term.remembers in _WHOLE_TERMS
            case e.Apply(operation=operation, arguments=arguments):
                if operation.name in _SUMS | _CHOICES | {"*"}:
                    return all(self.number(argument) for argument in arguments)
                rounds = operation.name == "round" and len(arguments) == 1
                return rounds or operation.name in _WHOLE_FUNCTIONS
            case _:
                return self._chosen(expression, self.number)

    def _chosen(self, expression: e.Expression, is_whole: Callable[[e.Expression], bool]) -> bool:
        match expression:
            case e.If(yes=yes, no=no):
                return is_whole(yes) and is_whole(no)
            case e.Default(value=value, fallback=fallback):
                return is_whole(value) and is_whole(fallback)
            case e.LetRead():
                if expression not in self._lets:
                    let = self._follow(expression)
                    self._lets[expression] = let is not None and is_whole(let)
                return self._lets[expression]
            case _:
                return False
