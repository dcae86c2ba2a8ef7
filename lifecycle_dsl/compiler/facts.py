"""Step 2 of a record, written: what remembers includes it, traits are folded, touches noted."""

from __future__ import annotations

import ast

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.attributing import write_touches
from lifecycle_dsl.compiler.function import Writing, dated
from lifecycle_dsl.compiler.layout import trait_set_slot, trait_slot
from lifecycle_dsl.compiler.lower import reads_local_time
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.values import day_of
from lifecycle_dsl.program.declarations import Fold, Trait
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.rules import OccursAbsence, Trigger
from lifecycle_dsl.program.types import Kind, Plain


def sets_zone(w: Writing) -> bool:
    """Whether a record of the event may give the customer another zone."""
    trait = w.program.traits.get("zone")
    return trait is not None and (
        w.event == "profile" or any(w.event in fold.happenings.events for fold in trait.folds)
    )


def write_facts(w: Writing) -> py.Statements:
    """The statements of step 2."""
    body: py.Statements = []
    if w.event == "profile" and w.program.traits:
        # A profile sets its traits and is then a record like any other.
        body.append(py.do(py.call("set_traits", py.name("c"), py.name("r"), py.name("now"))))
    for term, slot in w.layout.memory.items():
        if w.event in term.happenings.events:
            body += _note(w, term, slot)
    body += write_touches(w)
    body += _folds(w)
    for happenings, slot in w.layout.last.items():
        if w.event in happenings.events:
            body += _last(w, happenings, slot)
    for trigger in w.plan.absences(w.event):
        body += _arm(w, trigger)
    return body


def _note(w: Writing, term: MemoryTerm, slot: str) -> py.Statements:
    zone = w.f.lowering.zone() if reads_local_time(term) else py.NONE
    value: ast.expr = py.NONE
    test: ast.expr | None = None
    if term.field_name is not None:
        value, may_miss = _entry_value(w, term)
        if may_miss:
            test = py.binary(py.named("entry", value), "is not", py.NONE)
            value = py.name("entry")
    noted = py.call(f"note_{slot}", py.attribute("c", slot), py.name("now"), zone, value)
    body: py.Statements = [py.put("c", slot, noted)]
    if test is not None:
        body = [py.if_(test, body)]
    return w.f.under(term.happenings.where, body)


def _entry_value(w: Writing, term: MemoryTerm) -> tuple[ast.expr, bool]:
    name = term.field_name
    assert name is not None
    field = next((f for f in w.program.events[w.event].fields if f.name == name), None)
    if field is None:  # one of those that every event has
        attribute = py.attribute("r", name)
        return attribute, name == "id"
    attribute = py.attribute("r", attribute_of(name))
    if field.type == Plain(Kind.DATE):
        attribute = py.call(w.f.needs.value("read_day", day_of), attribute)
    return attribute, field.optional


def _last(w: Writing, happenings: Happenings, slot: str) -> py.Statements:
    body: py.Statements = [py.put("c", slot, py.name("now"))]
    for micros in w.plan.rearmed_after(happenings, w.stage):
        due = py.binary(py.name("now"), "+", py.constant(micros))
        later = py.binary(py.attribute("c", "due"), ">", due)
        w.rearms = True
        body.append(py.if_(later, [py.assign("settle", py.constant(True))]))
    return w.f.under(happenings.where, body)


def _arm(w: Writing, trigger: Trigger) -> py.Statements:
    """Disarms or arms what waits for an absence; what does both disarms."""
    absence = trigger.occurrence
    assert isinstance(absence, OccursAbsence)
    name = trigger.name
    body: py.Statements = []
    if w.event in absence.armed.events:
        where = (py.name("c"), py.name("r"), py.name("now"), py.constant(w.event))
        armed = py.call(f"arm_{name}", *where)
        body = w.f.under(absence.armed.where, [py.do(armed)])
    if w.event in absence.without.events:
        disarmed = py.call(f"disarm_{name}", py.name("c"), py.name("r"), py.constant(w.event))
        test = w.f.test(absence.without.where)
        body = [py.do(disarmed)] if test is None else [py.if_(test, [py.do(disarmed)], body)]
    for statement in body:
        py.located(statement, trigger.span)
    return body


def _folds(w: Writing) -> py.Statements:
    values: py.Statements = []
    puts: py.Statements = []
    for trait in w.program.traits.values():
        for number, fold in enumerate(trait.folds):
            if w.event in fold.happenings.events:
                _fold(w, trait, fold, f"{trait_slot(trait.name)}_{number}", values, puts)
    return values + puts


def _fold(
    w: Writing,
    trait: Trait,
    fold: Fold,
    variable: str,
    values: py.Statements,
    puts: py.Statements,
) -> None:
    where = w.f.test(fold.happenings.where)
    if where is not None:
        values.append(py.assign(f"where_{variable}", where))
    value = w.f.lowering.value(fold.value)
    if where is not None:
        value = py.conditional(py.name(f"where_{variable}"), value, py.NONE)
    values.append(py.assign(variable, value))
    slot = trait_slot(trait.name)
    at = py.attribute("c", trait_set_slot(trait.name))
    fresh = py.any_of([py.is_none(at), py.binary(at, "<=", py.attribute("r", "at"))])
    remembered = py.put("c", trait_set_slot(trait.name), py.attribute("r", "at"))
    body: py.Statements = [
        py.put("c", slot, py.name(variable)),
        # What is late may add to a trait, but its age stays that of the newest record.
        py.if_(fresh, [remembered]) if fold.reads_itself else remembered,
    ]
    if trait.name == "zone":
        body.insert(0, py.do(py.call("rezone", py.name("c"), py.name(variable), py.name("now"))))
    if trait.name in w.layout.dated:
        body.insert(0, dated(w.layout, trait.name, py.name(variable)))
    if not fold.reads_itself:
        body = [py.if_(fresh, body)]
    if where is not None:
        body = [py.if_(py.name(f"where_{variable}"), body)]
    for statement in body:
        py.located(statement, fold.span)
    puts += body
