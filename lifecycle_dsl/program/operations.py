"""A row of the operator and builtin tables."""

from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from lifecycle_dsl.program.types import Type


@frozen
class Operation:
    """An operator or builtin function for certain types; the tables stand in `checker/`.

    `evaluate` gets values that are all present and gives a value, or None where the operation has
    none (a division by zero). It is what the operation means: the compiler may write the same
    Python inline (`inline` says how) but nothing else.
    """

    name: str
    """The operator's symbol or the function's name."""
    parameters: tuple[Type, ...]
    result: Type
    evaluate: Callable[..., Any] = field(eq=False, repr=False)
    needs_zone: bool = False
    """`evaluate` takes the customer's `localtime.Zone` as its first argument."""
    may_miss: bool = False
    """`evaluate` can give None with these arguments."""
    inline: str | None = None
    """A Python operator that does the same on present values: `+`, `<=`, ..."""
