"""Touches of attributions, carried over: what was renamed is called as it now is."""

from __future__ import annotations

from typing import Any, Final

from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.compiler.layout import stored_name, touches_key
from lifecycle_dsl.program.program import Program

Stored = dict[str, Any]
_NAMED: Final = ("channel", "trigger")


def touch_keys(program: Program) -> tuple[str, ...]:
    """Where the touches of a program's attributions are in stored state."""
    return tuple(stored_name(touches_key(name)) for name in program.attributions)


def renamed(touches: list[Stored], names: Names) -> list[Stored]:
    """Touches with the names that channels, events and triggers now have."""
    return [
        {**touch, **{key: names.now(touch[key]) for key in _NAMED if key in touch}}
        for touch in touches
    ]
