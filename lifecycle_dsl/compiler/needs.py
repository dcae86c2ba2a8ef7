"""What the Python of an expression needs besides the state, the record and the instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field


@define
class Needs:
    """What a function uses besides its parameters."""

    globals: dict[str, Any] = field(factory=dict)
    half_lives: set[int] = field(factory=set)
    tables: set[str] = field(factory=set)
    """The titles of the look-ups that it calls."""
    params: set[str] = field(factory=set)
    """The params whose values stand in it."""
    zone: bool = False
    variables: int = 0
    file: str = ""
    """The rule file that the function's lines are lines of."""

    def value(self, prefix: str, thing: Any) -> str:
        """A global that is this thing."""
        title = prefix
        while title in self.globals and self.globals[title] is not thing:
            title += "_"
        self.globals[title] = thing
        return title

    def variable(self) -> str:
        """A new local name."""
        self.variables += 1
        return f"v{self.variables}"


def title_of(prefix: str, function: Callable[..., Any]) -> str:
    """A readable global name for a function."""
    return f"{prefix}_{title_part(getattr(function, '__name__', 'value'))}"


def title_part(text: str) -> str:
    """The letters and digits of a name or symbol."""
    return "".join(char if char.isalnum() else "_" for char in text).strip("_") or "operator"
