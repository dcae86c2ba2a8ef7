"""Events: the records that rules know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.program.declarations import Event
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_event(names: Dictionary, entry: Entry) -> Event:
    """A checked event with its own fields."""
    return Event(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        fields=names.fields(entry.as_node(nodes.Event)),
    )
