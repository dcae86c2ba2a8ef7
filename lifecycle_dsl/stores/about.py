"""What a store keeps about itself, as names and texts: its rules, and what stages were called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from attrs import frozen

from lifecycle_dsl.stores.store import Change, Rules

RENAMED: Final = "renamed"
_encode: Final = msgspec.json.Encoder().encode


def rules_in(about: Mapping[str, str]) -> Rules | None:
    """The rules that are noted; None in a new store."""
    if "fingerprint" not in about:
        return None
    return Rules(
        about["lifecycle"],
        about["fingerprint"],
        msgspec.json.decode(about["sources"], type=dict[str, str]),
        int(about.get("number", "0")),
        msgspec.json.decode(about.get("changes", "[]"), type=tuple[Change, ...]),
    )


def rows_of(rules: Rules) -> list[tuple[str, str]]:
    """What is noted of rules."""
    return [
        ("lifecycle", rules.lifecycle),
        ("fingerprint", rules.fingerprint),
        ("sources", _encode(dict(rules.sources)).decode()),
        ("number", str(rules.number)),
        ("changes", _encode(rules.changes).decode()),
    ]


@frozen
class Renaming:
    """Stages that got other names when rules changed."""

    number: int
    """Of the change."""
    latest: int
    """The number of the last decision before it."""
    names: dict[str, str]
    """By the names they had."""


@frozen
class Renamings:
    """All of a store's, in their order: what was written before one has the names of then."""

    each: tuple[Renaming, ...] = ()

    @classmethod
    def of(cls, text: str | None) -> Renamings:
        """As they are noted; None where there are none."""
        return cls(() if text is None else msgspec.json.decode(text, type=tuple[Renaming, ...]))

    def with_another(self, renaming: Renaming) -> str:
        """What is noted when there is another one."""
        return _encode((*self.each, renaming)).decode()

    def of_state(self, stage: str, carried: int) -> str:
        """What the stage in a state is called now that was written after so many changes."""
        for renaming in self.each:
            if renaming.number > carried:
                stage = renaming.names.get(stage, stage)
        return stage

    def of_decision(self, stage: str, number: int) -> str:
        """What a stage in a decision of a number is called now."""
        for renaming in self.each:
            if renaming.latest >= number:
                stage = renaming.names.get(stage, stage)
        return stage
