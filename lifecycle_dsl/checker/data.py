"""Data in braces: of messages, calls, and of records in tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.problems import data as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import Field
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

Data = tuple[tuple[str, Expression], ...]


def check_data(names: Dictionary, node: nodes.Data | None, scope: Scope) -> Data | None:
    """Data of any keys and types; what is missing is sent as nothing."""
    found: dict[str, Expression] = {}
    wrong = False
    for entry in _once(names, node):
        value = names.check(entry.value, scope, None, complete=False)
        if value is None:
            wrong = True
        else:
            found[entry.key.text] = value
    return None if wrong else tuple(found.items())


def check_fields(
    names: Dictionary,
    node: nodes.Data | None,
    fields: Iterable[Field],
    scope: Scope,
    *,
    owner: str,
    what: str,
    at: Span,
    needed: bool = True,
) -> Data | None:
    """Data for declared fields, each of its type; `needed` asks for those that must be there."""
    declared = {field.name: field for field in fields}
    found: dict[str, Expression] = {}
    given: set[str] = set()
    wrong = False
    for entry in _once(names, node):
        key = entry.key.text
        given.add(key)
        field = declared.get(key)
        if field is None:
            similar = names.similar(key, declared)
            names.report(
                problems.unknown_data_field(entry.key.span, owner, key, similar, what=what)
            )
            wrong = True
            continue
        complete = not (field.optional or field.default is not None)
        value = names.check(entry.value, scope, field.type, complete=complete)
        if value is None:
            wrong = True
        else:
            found[key] = value
    for field in declared.values() if needed else ():
        if field.name not in given and not field.optional and field.default is None:
            names.report(problems.missing_data_field(at, owner, field.name, what=what))
            wrong = True
    return None if wrong else tuple(found.items())


def _once(names: Dictionary, node: nodes.Data | None) -> list[nodes.Entry]:
    """The entries, each key once."""
    first: dict[str, nodes.Entry] = {}
    for entry in () if node is None else node.entries:
        earlier = first.setdefault(entry.key.text, entry)
        if earlier is not entry:
            names.report(
                name_problems.duplicate_line(entry.key.span, entry.key.text, earlier.key.span)
            )
    return list(first.values())
