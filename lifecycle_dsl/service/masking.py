"""Decisions and traits for those who may not see what the rules call private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from lifecycle_dsl.engine.decisions import (
    Arm,
    Broken,
    Called,
    Changed,
    Credit,
    Fired,
    Held,
    Joined,
    Left,
    Quit,
    Sent,
    Transition,
)
from lifecycle_dsl.explaining.masking import MASK, masked
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Call, Send, all_steps

_Known = (
    Transition
    | Fired
    | Sent
    | Held
    | Called
    | Joined
    | Quit
    | Changed
    | Arm
    | Left
    | Credit
    | Broken
)
_decode: Final = msgspec.json.Decoder(_Known).decode


class Masking:
    """Masks what is private under one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._private = {name for name, trait in program.traits.items() if trait.private}
        fields = (field for event in program.events.values() for field in event.fields)
        self._needed = bool(self._private) or any(field.private for field in fields)

    def traits(self, traits: Mapping[str, Any]) -> dict[str, Any]:
        """Traits, those that are private masked."""
        return {name: MASK if name in self._private else v for name, v in traits.items()}

    def line(self, line: bytes) -> bytes:
        """A decision as JSON, what is private in it masked.

        What the rules no longer have is masked: nobody can say whether it was private.
        """
        if not self._needed:
            return line
        decision = _decode(line)
        try:
            shown = masked(self._program, decision)
        except KeyError:
            shown = msgspec.structs.replace(decision, value=MASK)
        if isinstance(shown, Sent | Called):
            known = self._keys(decision.rule)
            data = {key: v if key in known else MASK for key, v in shown.data.items()}
            shown = msgspec.structs.replace(shown, data=data)
        return msgspec.json.encode(shown)

    def _keys(self, trigger: str) -> set[str]:
        """The names of what a trigger's messages and calls carry, as the rules now are."""
        return {
            key
            for each in self._program.triggers
            if each.name == trigger
            for step in all_steps(each.steps)
            if isinstance(step, Send | Call)
            for key, _ in step.data
        }
