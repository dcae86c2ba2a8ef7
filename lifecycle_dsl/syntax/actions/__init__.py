"""Reduced rules into nodes: an action for each rule of the grammar, a module for each construct."""

from __future__ import annotations

from typing import Any

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.actions import (
    expressions,
    facts,
    happenings,
    measuring,
    messages,
    stages,
    tables,
    tests,
    triggers,
)
from lifecycle_dsl.syntax.actions.builder import Action, Builder, Parts


def _file(b: Builder, span: Span, parts: Parts) -> tuple[Any, ...]:
    return tuple(parts)


ACTIONS: dict[str, Action] = {
    "file": _file,
    **facts.ACTIONS,
    **happenings.ACTIONS,
    **stages.ACTIONS,
    **triggers.ACTIONS,
    **messages.ACTIONS,
    **tables.ACTIONS,
    **measuring.ACTIONS,
    **tests.ACTIONS,
    **expressions.ACTIONS,
}
"""By the name of the rule, which is its alias if it has one."""

LENIENT = frozenset({"fields", "data", "type_record"})
"""Rules whose parts are all alike, so that a broken one can be left out."""

__all__ = ["ACTIONS", "LENIENT", "Builder"]
