"""Events that move a customer by a count which they are not in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.masking import left_stages
from lifecycle_dsl.lint.newcomers import stays_put
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import listed, quote
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm, Remembers
from lifecycle_dsl.program.rules import OccursOn, OnRecord, Transition
from lifecycle_dsl.source import Span

MANY = 100
_ADDED = {Remembers.COUNT, Remembers.SUM}


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`on A, B, C when count(A, B …) >= 3`: at a C nothing has changed since the last A or B."""
    for transition in rules.program.transitions:
        if isinstance(transition.moving, OnRecord):
            test = partial(_witness, rules, transition)
            happenings = transition.moving.happenings
            yield from _of(rules, happenings, transition.guard, transition.span, test)
    for trigger in rules.program.triggers:
        if isinstance(trigger.occurrence, OccursOn):
            happenings = trigger.occurrence.happenings
            yield from _of(rules, happenings, trigger.condition, trigger.span)


def _of(
    rules: Rules,
    happenings: Happenings,
    guard: e.Expression | None,
    span: Span,
    test: Callable[[str], tuple[str, ...]] = lambda _: (),
) -> Iterator[Diagnostic]:
    term = None if guard is None else _at_least(rules, guard)
    if term is None or guard is None or happenings.where or term.happenings.where:
        return
    counted = [event for event in happenings.events if event in term.happenings.events]
    others = [event for event in happenings.events if event not in term.happenings.events]
    if others and len(counted) > len(others):
        yield advice(
            "event-not-counted",
            f"{listed(others)} {'adds' if len(others) == 1 else 'add'} nothing to what is asked",
            guard.span,
            "counts the other events only",
            secondary=[(span, f"listens to {'it' if len(others) == 1 else 'them'} too")],
            help=f"count {'it' if len(others) == 1 else 'them'} too, or take"
            f" {'it' if len(others) == 1 else 'them'} out of `on`: {quote(term.span)}",
            notes=test(others[0]),
        )


def _witness(rules: Rules, transition: Transition, event: str) -> tuple[str, ...]:
    """Many records of an event that is not counted, all in vain."""
    happens = record(rules.program, event)
    for stage in left_stages(transition):
        if happens is not None and stays_put(rules, stage, event, MANY, but=transition):
            return witness(
                f"{MANY} {event} move nobody",
                (f"given stage {stage}", f"{happens} x {MANY}", f"expect stage {stage}"),
            )
    return ()


def _at_least(rules: Rules, guard: e.Expression) -> MemoryTerm | None:
    """The count or sum of which a condition is that it reaches more than 0, and nothing else."""
    match guard:
        case e.LetRead(let=name):
            return _at_least(rules, rules.program.lets[name].value)
        case e.Apply(
            operation=operation, arguments=(left, e.Constant(value=int() | float() as bar))
        ) if operation.name in (">=", ">"):
            more = bar > 0 or (bar == 0 and operation.name == ">")
            return _added(rules, left) if more else None
        case _:
            return None


def _added(rules: Rules, found: e.Expression) -> MemoryTerm | None:
    match found:
        case e.LetRead(let=name):
            return _added(rules, rules.program.lets[name].value)
        case e.MemoryRead(term=term) if term.remembers in _ADDED:
            return term
        case _:
            return None
