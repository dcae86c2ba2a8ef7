"""Where customers begin, and how each stage is left, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import condition, value
from lifecycle_dsl.telling.happenings import clause, nouns
from lifecycle_dsl.telling.items import Entry, Item
from lifecycle_dsl.telling.marks import name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length

_FEW: Final = 2
"""So many stages are named as exceptions."""


def beginnings(program: Program, known: Vocabulary) -> tuple[Item, ...]:
    """A sentence for each line of the start."""
    found = []
    for place, placing in enumerate(program.start):
        if placing.condition is None:
            when = "Everybody else begins" if place else "Everybody begins"
            found.append(Item(f"{when} in {name(placing.target)}."))
        else:
            if_ = condition(placing.condition, known)
            found.append(Item(f"If {if_}, a customer begins in {name(placing.target)}."))
    return tuple(found)


def shared_ways(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """The ways that lead out of several stages at once."""
    found = []
    for each in program.transitions:
        if not each.is_from_rule:
            continue
        title = f"From {places(each.sources, known)} to {name(each.target)}"
        found.append(Entry("", title, comments.above(each.span), (transition(each, known),)))
    return tuple(found)


def places(found: Sequence[str], known: Vocabulary) -> str:
    """`lead or customer`, `any stage except churned`."""
    others = [stage for stage in known.stages if stage not in found]
    if not others:
        return "any stage"
    if len(others) < len(found) and len(others) <= _FEW:
        return f"any stage except {listed(map(name, others), 'and')}"
    return listed(name(stage) for stage in known.named(found))


def stages(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """An entry for each stage."""
    found = []
    for stage in program.stages.values():
        leads = tuple(_leads(program, stage.name))
        items = tuple(transition(t, known) for t in stage.transitions if not t.is_from_rule)
        found.append(Entry(stage.name, None, comments.above(stage.span), items, leads=leads))
    return tuple(found)


def _leads(program: Program, stage: str) -> Iterator[str]:
    if any(placing.target == stage for placing in program.start):
        yield "Customers can begin here."
    coming = [t for t in program.transitions if t.target == stage and set(t.sources) != {stage}]
    sources = dict.fromkeys(s for t in coming for s in t.sources if s != stage)
    if sources:
        yield f"Customers come here from {listed((name(s) for s in sources), 'and')}."
    elif not any(placing.target == stage for placing in program.start):
        yield "No rule leads here."
    shared = dict.fromkeys(
        t.target
        for t in program.transitions
        if t.is_from_rule and stage in t.sources and t.target != stage
    )
    own = any(not t.is_from_rule and stage in t.sources for t in program.transitions)
    if shared:
        targets = listed((name(target) for target in shared), "and")
        yield f"By the ways out of several stages, below, customers also go to {targets}."
    elif not own:
        yield "Nobody leaves this stage."


def transition(found: r.Transition, known: Vocabulary) -> Item:
    """A way to another stage: a sentence, and its points below it."""
    guard = "" if found.guard is None else f", but only if {condition(found.guard, known)}"
    where = "in the stage" if len(found.sources) == 1 else "in these stages"
    sentence = f"To {name(found.target)} {_moving(found.moving, known, where)}{guard}"
    if isinstance(found.moving, r.AtPoints):
        lines = tuple(Item(_points(line, known)) for line in found.moving.lines)
        return Item(f"{sentence}:", lines)
    return Item(f"{sentence}.")


def _moving(moving: r.Moving, known: Vocabulary, where: str) -> str:
    match moving:
        case r.OnRecord(happenings=happenings):
            return f"when {clause(happenings, known)}"
        case r.WhenTrue(condition=asked):
            return f"as soon as {condition(asked, known)}"
        case r.AtPoints(reached=reached):
            bar = value(reached.right, known) if isinstance(reached, e.Forgiving) else "enough"
            return f"when something happens and these points add up to at least {bar}"
        case r.After(micros=micros, without=without):
            silent = "" if without is None else f" without {nouns(without, known)}"
            return f"after {length(micros)} {where}{silent}"
        case r.OnDates():
            return dates(moving)
        case _:
            assert_never(moving)


def dates(found: r.OnDates) -> str:
    """`on contract_ends`, `30 days before birthday, every year`."""
    yearly = ", every year" if found.yearly else ""
    if found.shifts == (0,):
        return f"on {name(found.trait)}{yearly}"
    shown = (
        f"{length(abs(shift))} {'after' if shift > 0 else 'before'}" if shift else "on"
        for shift in found.shifts
    )
    return f"{listed(shown, 'and')} {name(found.trait)}{yearly}"


def _points(line: e.PointLine, known: Vocabulary) -> str:
    points = value(line.points, known)
    said = f"{points} {'point' if points == '1' else 'points'}"
    if line.events is None:
        if line.condition is None:
            return f"{said} always."
        return f"{said} while {condition(line.condition, known)}."
    events = listed(name(each) for each in known.named(line.events))
    where = "" if line.condition is None else f", where {condition(line.condition, known)}"
    return f"{said} if what happens is {events}{where}."
