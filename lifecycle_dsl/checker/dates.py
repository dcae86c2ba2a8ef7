"""Dates that rules wait for: a trait that is a date or a time, shifted or yearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.problems import dates as problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.localtime import DAY, LONGEST_WAIT
from lifecycle_dsl.program.rules import OnDates
from lifecycle_dsl.program.types import DATE, TIME
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def stands_for_a_trait(names: Dictionary, element: nodes.Happening) -> bool:
    """Whether a trait stands where an event could."""
    if not isinstance(element, nodes.NamedHappening):
        return False
    entry = names.entries.get(element.name.text)
    return entry is not None and entry.what is What.TRAIT


def lone_date(names: Dictionary, node: nodes.Happenings) -> nodes.Name | None:
    """The trait that stands where events could; None where events do."""
    traits = [
        element.name
        for element in node.elements
        if isinstance(element, nodes.NamedHappening) and stands_for_a_trait(names, element)
    ]
    if not traits:
        return None
    if len(node.elements) > 1 or node.where is not None:
        names.report(problems.date_not_alone(node.span, traits[0].text))
    return traits[0]


def dates_of(names: Dictionary, node: nodes.Dates) -> OnDates | None:
    """Shifted or yearly dates of a trait."""
    if isinstance(node, nodes.YearlyDate):
        return trait_dates(names, node.trait, (0,), yearly=True)
    if not all(abs(shift) <= LONGEST_WAIT for shift in node.shifts):
        names.report(quantity_problems.span_out_of_range(node.span))
        return None
    return trait_dates(names, node.trait, node.shifts, yearly=node.yearly, written=node)


def trait_dates(
    names: Dictionary,
    name: nodes.Name,
    shifts: tuple[int, ...],
    *,
    yearly: bool,
    written: nodes.Node | None = None,
) -> OnDates | None:
    """The instants that a trait gives; None if it gives none, which is reported."""
    entry: Entry | None = names.entry(name, What.TRAIT)
    if entry is None:
        return None
    kind = names.trait_type(entry.as_node(nodes.Trait))
    if kind not in (DATE, TIME):
        names.report(problems.not_a_date(name.span, name.text, entry.span))
        return None
    if kind == DATE and any(shift % DAY for shift in shifts):
        names.report(problems.part_of_a_day((written or name).span, name.text))
        return None
    return OnDates(trait=name.text, shifts=tuple(dict.fromkeys(shifts)), yearly=yearly)
