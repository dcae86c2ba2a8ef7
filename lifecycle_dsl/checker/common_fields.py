"""The fields of the record at hand, where it may be of several events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.types import BUILT_IN_FIELDS
from lifecycle_dsl.program.types import TEXT, Field, Labels
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def shared_fields(
    names: Dictionary, events: tuple[str, ...]
) -> tuple[dict[str, Field], dict[str, str]]:
    """The fields that all events have, and of the others an event that lacks each."""
    if not events:
        return {}, {}
    groups = _by_declaration(names, events)
    common = dict(groups[0][1])
    partial: dict[str, str] = {}
    for event, fields in groups[1:]:
        for name in [name for name in common if name not in fields]:
            partial[name] = event
            del common[name]
        for name, field in fields.items():
            shared = _shared_field(common[name], field) if name in common else None
            if shared is not None:
                common[name] = shared
            elif common.pop(name, None) is not None:
                partial[name] = event
            else:
                partial.setdefault(name, events[0])
    return {**BUILT_IN_FIELDS, **common}, partial


def _by_declaration(
    names: Dictionary, events: tuple[str, ...]
) -> list[tuple[str, dict[str, Field]]]:
    """The fields of each declaration that the events share, with one of its events."""
    found: dict[int, tuple[str, dict[str, Field]]] = {}
    for event in events:
        entry = names.entries.get(event)
        node = None if entry is None else entry.node
        if id(node) not in found:
            fields = names.fields(node) if isinstance(node, nodes.Event) else ()
            found[id(node)] = event, {field.name: field for field in fields}
    return list(found.values())


def _shared_field(left: Field, right: Field) -> Field | None:
    """One field for events that declare it each by itself; None if their types differ."""
    if left == right:
        return left
    kind = left.type
    if kind != right.type:
        if not (_is_textual(left) and _is_textual(right)):
            return None
        kind = TEXT
    return Field(
        left.name,
        kind,
        optional=left.optional or right.optional,
        default=left.default,
        private=left.private or right.private,
    )


def _is_textual(field: Field) -> bool:
    return field.type == TEXT or isinstance(field.type, Labels)
