"""Types as written into types as meant, and the fields that have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import constant_value
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import types as problems
from lifecycle_dsl.checker.reserved import reserved_field
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Field,
    Labels,
    ListType,
    Plain,
    RecordType,
    Type,
)
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

PLAIN = {str(plain): plain for plain in (NUMBER, MONEY, DURATION, TIME, DATE, TEXT, BOOL)}
FOREIGN = {
    "int": "number",
    "integer": "number",
    "float": "number",
    "decimal": "number",
    "double": "number",
    "string": "text",
    "str": "text",
    "boolean": "bool",
    "datetime": "time",
    "timestamp": "time",
    "instant": "time",
    "currency": "money",
    "price": "money",
    "timedelta": "duration",
    "interval": "duration",
}
"""What other languages call the types."""
LONGEST_LIST = 1_000
USUAL_LIST = 100

BUILT_IN_FIELDS = {
    "id": Field("id", TEXT, optional=True),
    "customer": Field("customer", TEXT),
    "at": Field("at", TIME),
    "value": Field("value", NUMBER, default=1.0),
}
"""What every event has without declaring it."""


def type_of(names: Dictionary, node: nodes.Type) -> Type:
    """What a written type means; text where it means nothing, which is reported."""
    match node.shape:
        case nodes.NamedType() as named:
            return _plain(names, named)
        case nodes.OneOfType() as one_of:
            first: dict[str, Span] = {}
            for label in one_of.labels:
                if label.text in first:
                    names.report(
                        name_problems.duplicate_name(label.span, label.text, first[label.text])
                    )
                first.setdefault(label.text, label.span)
            return Labels(tuple(first))
        case nodes.ListType() as listing:
            return _list(names, listing)


def _plain(names: Dictionary, node: nodes.NamedType) -> Plain:
    word = node.name.text
    if word in PLAIN:
        return PLAIN[word]
    similar = FOREIGN.get(word.lower()) or closest(word, PLAIN)
    names.report(problems.unknown_type(node.span, word, similar))
    return PLAIN[similar or "text"]


def _list(names: Dictionary, node: nodes.ListType) -> ListType:
    up_to = USUAL_LIST if node.up_to is None else node.up_to
    if not 1 <= up_to <= LONGEST_LIST:
        names.report(problems.list_too_long(node.span, LONGEST_LIST))
        up_to = USUAL_LIST
    if isinstance(node.element, nodes.RecordType):
        inner = fields_of(names, node.element.fields)
        for written, field in zip(node.element.fields, inner, strict=False):
            if isinstance(field.type, ListType):
                names.report(problems.nested_list(written.type.span))
        return ListType(RecordType(inner), up_to)
    element = _plain(names, node.element)
    if element is not TEXT:
        names.report(problems.nested_list(node.element.span))
        element = TEXT
    return ListType(element, up_to)


def fields_of(
    names: Dictionary, written: Iterable[nodes.Field], *, of_record: bool = False
) -> tuple[Field, ...]:
    """Checked fields; those of records at hand leave the built-in ones' names alone."""
    found: dict[str, Field] = {}
    first: dict[str, Span] = {}
    for node in written:
        name = node.name.text
        if name in first:
            names.report(name_problems.duplicate_name(node.name.span, name, first[name]))
            continue
        first[name] = node.name.span
        if of_record and (reason := reserved_field(name)):
            names.report(name_problems.builtin_name(node.name.span, name, reason))
            continue
        kind = type_of(names, node.type)
        default = None
        if node.default is not None:
            default = default_of(names, node.default, kind, "a field's default")
            if node.type.optional:
                names.report(problems.needless_default(node.span, name))
        found[name] = Field(
            name, kind, optional=node.type.optional, default=default, private=node.type.private
        )
    return tuple(found.values())


def default_of(names: Dictionary, node: nodes.Expression, kind: Type, place: str) -> object:
    """The fixed value of a default; None where it is wrong, which is reported."""
    checked = names.check(node, Scope(place, Reads.NOTHING), kind)
    if checked is None:
        return None
    known, value = constant_value(checked)
    if not known or value is None:
        names.report(quantity_problems.not_a_constant(node.span, place))
        return None
    return value
