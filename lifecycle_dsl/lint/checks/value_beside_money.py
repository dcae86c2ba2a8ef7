"""Sums of `value` over events that carry an amount of money."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.program.memory import MemoryTerm, Remembers
from lifecycle_dsl.program.types import MONEY

_OF_VALUES = {Remembers.SUM, Remembers.LARGEST, Remembers.SMALLEST}


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`sum(value of purchase)` where all the events have one and the same field of money."""
    for term in rules.program.memory:
        money = _money(rules, term)
        if term.remembers in _OF_VALUES and term.field_name == "value" and money:
            written = term.remembers.value
            yield advice(
                "value-beside-money",
                f"{quote(term.span)} counts records and no money",
                term.span,
                "`value` is 1 unless a record says otherwise",
                help=f"say `{written}({money} of …)`; to count records say `count(…)`",
            )


def _money(rules: Rules, term: MemoryTerm) -> str:
    """The one field of money that all events of a term have; empty where there is none."""
    found = [
        {field.name for field in rules.program.events[event].fields if field.type == MONEY}
        for event in term.happenings.events
        if event in rules.program.events
    ]
    if not found or term.happenings.changes or any(len(each) != 1 for each in found):
        return ""
    shared = set.intersection(*found)
    return shared.pop() if shared else ""
