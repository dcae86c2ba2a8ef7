"""Lists of records as written: constants, each record by the declared fields of the list."""

from __future__ import annotations

from lifecycle_dsl.checker.constants import constant_value
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import Field, ListType, RecordType
from lifecycle_dsl.syntax import nodes


def list_of_records(
    checker: Elaborator, node: nodes.ListLiteral, element: RecordType, up_to: int, place: Place
) -> e.Expression | None:
    """A list of records; None after a report."""
    found: list[dict[str, object]] = []
    for item in node.items:
        if isinstance(item, nodes.RecordLiteral):
            record = _record(checker, item, element, place)
        else:
            record = None
            value = checker.infer(item, place.wanting(None))
            if value is not None:
                checker.report(problems.record_wanted(item.span, value.type, element))
        if record is not None:
            found.append(record)
    if len(found) < len(node.items):
        return None
    list_type = ListType(element, max(up_to, len(found)))
    return e.Constant(span=node.span, type=list_type, value=tuple(found))


def _record(
    checker: Elaborator, node: nodes.RecordLiteral, element: RecordType, place: Place
) -> dict[str, object] | None:
    """A record with all its fields: what is left out has its default, or is missing."""
    declared = {field.name: field for field in element.fields}
    given: dict[str, nodes.RecordField] = {}
    values: dict[str, object] = {field.name: field.default for field in element.fields}
    wrong = False
    for entry in node.fields:
        name = entry.key.text
        earlier = given.setdefault(name, entry)
        if earlier is not entry:
            checker.report(name_problems.duplicate_line(entry.key.span, name, earlier.key.span))
            wrong = True
        elif name not in declared:
            similar = closest(name, declared)
            checker.report(problems.unknown_record_field(entry.key.span, name, similar))
            wrong = True
        else:
            known, values[name] = _value(checker, entry.value, declared[name], place)
            wrong = wrong or not known
    for field in element.fields:
        if field.name not in given and not field.optional and field.default is None:
            checker.report(problems.missing_record_field(node.span, field.name))
            wrong = True
    return None if wrong else values


def _value(
    checker: Elaborator, node: nodes.Expression, field: Field, place: Place
) -> tuple[bool, object]:
    """Whether the value is fine, and the value."""
    found = checker.whole(node, place.deeper(), field.type)
    if found is None:
        return False, None
    known, value = constant_value(found)
    if not known:
        checker.report(quantity_problems.not_a_constant(node.span, "a field of a record in a list"))
    return known, value
