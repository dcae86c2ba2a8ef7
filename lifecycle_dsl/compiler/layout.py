"""What is kept for a customer: one named slot for each thing that rules can read or need.

State holds where things started, not when they are due, so that a new duration applies to those who
are already waiting. A slot's `key` is its name in stored state; its attribute is for Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import msgspec
from attrs import define, field

from lifecycle_dsl.compiler.runs import Armed, Progress, Run, Touched
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.expression_text import happenings_text
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursSequence,
    OnDates,
    Transition,
    Trigger,
)
from lifecycle_dsl.program.types import Kind, ListType, Plain, Type

NEVER = 2**62
"""An instant after all others."""


@define
class Layout:
    """The slots of a program, and where each thing is kept."""

    slots: list[tuple[str, str, Any, object]] = field(factory=list)
    """(attribute, key, type, default)."""
    memory: dict[MemoryTerm, str] = field(factory=dict)
    entered: dict[tuple[str, ...], str] = field(factory=dict)
    """By set of stages: when it was entered."""
    last: dict[Happenings, str] = field(factory=dict)
    """By what a rule waits for the absence of: when it last happened."""
    done: dict[str, str] = field(factory=dict)
    """By rule or trigger: the start whose deadline has been used up."""
    armed: dict[str, str] = field(factory=dict)
    """By trigger: what waits for an absence."""
    progress: dict[str, str] = field(factory=dict)
    """By trigger: how far a sequence has got."""
    dated: dict[str, str] = field(factory=dict)
    """By trait whose dates triggers are on: when its value last changed."""
    touches: dict[str, str] = field(factory=dict)
    """By attribution: the touches that are young enough."""
    observe: Callable[[e.Expression, ast.expr, Any], ast.expr] | None = None
    """Puts something around the Python of an expression, for one who measures what tests reach;
    gets what the function needs, too."""

    def add(self, attribute: str, key: str, kind: Any, default: object) -> str:
        """A new slot."""
        self.slots.append((attribute, key, kind, default))
        return attribute

    def key_of(self, attribute: str) -> str:
        """What a slot is called in stored state."""
        return next(key for each, key, _, _ in self.slots if each == attribute)

    def starts(
        self, stages: tuple[str, ...] | None, without: Happenings | None, *, since_first: bool
    ) -> tuple[str, ...]:
        """The slots whose latest instant a deadline starts at; only the last one may be None."""
        slots = []
        if stages is not None:
            slots.append("entered" if len(stages) == 1 else self.entered[stages])
        if since_first:
            slots.append("first")
        if without is not None:
            slots.append(self.last[without])
        return tuple(slots)

    def state_class(self) -> type[msgspec.Struct]:
        """The class of customer states: a msgspec struct, encoded by key, defaults left out."""
        return msgspec.defstruct(
            "CustomerState",
            [(attribute, kind, default) for attribute, _, kind, default in self.slots],
            rename={attribute: stored_name(key) for attribute, key, _, _ in self.slots},
            omit_defaults=True,
            gc=False,
            kw_only=True,
            eq=False,
        )


def stored_name(key: str) -> str:
    """A key as stored state has it: quotes, backslashes, control characters and `%` as `%XX`."""
    return "".join(
        f"%{ord(char):02X}" if char in '"\\%' or ord(char) < 32 else char for char in key
    )


def stored_type(kind: Type) -> Any:
    """The Python type of a value in stored state."""
    match kind:
        case Plain(Kind.NUMBER | Kind.MONEY):
            return float | None
        case Plain(Kind.DURATION | Kind.TIME | Kind.DATE):
            return int | None
        case Plain(Kind.BOOL):
            return bool | None
        case Plain(Kind.TEXT):
            return str | None
        case ListType():
            return tuple[Any, ...] | None
        case _:
            return Any


def score_slot(name: str) -> str:
    """Where a score's X is."""
    return f"score_{name}"


def trait_slot(name: str) -> str:
    """Where a trait's value is."""
    return f"trait_{name}"


def trait_set_slot(name: str) -> str:
    """Where the `at` is that set a trait."""
    return f"set_{name}"


def joined_slot(name: str) -> str:
    """Whether the customer joined a segment."""
    return f"joined_{name}"


def watched_slot(kind: str, name: str) -> str:
    """What a watched `level` or `segment` was found as."""
    return f"watched_{kind}_{name}"


def touches_key(attribution: str) -> str:
    """What the touches of an attribution are called in stored state."""
    return f"touches {attribution}"


def lay_out(program: Program) -> Layout:
    """The slots for a program, in a fixed order."""
    layout = Layout()
    _customer(layout)
    for score in program.scores.values():
        layout.add(score_slot(score.name), f"score {score.name}", float, 0.0)
    _facts(layout, program)
    for number, term in enumerate(program.memory):
        layout.memory[term] = layout.add(f"memory_{number}", term.text, Any, None)
    for transition in program.transitions:
        _transition(layout, transition)
    for trigger in program.triggers:
        _trigger(layout, trigger)
    for name in program.attributions:
        slot = f"touches_{len(layout.touches)}"
        kind = list[Touched] | None
        layout.touches[name] = layout.add(slot, touches_key(name), kind, None)
    if program.triggers:
        layout.add("fired_at", "fired at", int | None, None)
        layout.add("fired", "fired", list[str] | None, None)
        layout.add("held", "held", dict[str, dict[str, int]] | None, None)
        layout.add("firings", "firings", dict[str, Any] | None, None)
        layout.add("caps", "caps", dict[str, Any] | None, None)
    if program.triggers or "zone" in program.traits:
        # The instant at which the zone last changed: calendars are computed anew from there.
        layout.add("rezoned", "zone changed", int | None, None)
    if program.dedupe is not None:
        layout.add("ids", "ids", list[tuple[str, int]] | None, None)
    return layout


def _customer(layout: Layout) -> None:
    # What every record touches stands together.
    layout.add("stage", "stage", str, "")
    for attribute in ("clock", "entered"):
        layout.add(attribute, attribute, int, 0)
    layout.add("due", "due", int, NEVER)
    layout.add("customer", "customer", str, "")
    layout.add("previous", "previous", str, "none")
    layout.add("first", "first", int, 0)
    layout.add("recent", "recent", int | None, None)
    layout.add("ran", "ran", list[str] | None, None)
    layout.add("ran_at", "ran at", int | None, None)
    layout.add("runs", "runs", list[Run] | None, None)
    # After how many changes of rules it was written, in a store.
    layout.add("carried", "carried", int, 0)


def _facts(layout: Layout, program: Program) -> None:
    for trait in program.traits.values():
        attribute = trait_slot(trait.name)
        layout.add(attribute, f"trait {trait.name}", stored_type(trait.type), trait.default)
        layout.add(trait_set_slot(trait.name), f"trait {trait.name} at", int | None, None)
    for segment in program.segments.values():
        if segment.condition is None:
            layout.add(joined_slot(segment.name), f"joined {segment.name}", bool, False)
        elif segment.watched:
            slot = watched_slot("segment", segment.name)
            layout.add(slot, f"watched segment {segment.name}", bool, False)
    for level in program.levels.values():
        if level.watched:
            slot = watched_slot("level", level.name)
            layout.add(slot, f"watched level {level.name}", int, 0)
    # Before this instant time alone changes nothing that is watched; 0 where that is not known.
    layout.add("steady_until", "steady until", int, 0)


def may_stay(transition: Transition) -> bool:
    """Whether its deadline can pass without a customer leaving its stages."""
    return transition.guard is not None or transition.target in transition.sources


def _transition(layout: Layout, transition: Transition) -> None:
    moving = transition.moving
    if not isinstance(moving, After | OnDates):
        return
    _entered(layout, transition.sources)
    if isinstance(moving, After) and moving.without is not None:
        _last(layout, moving.without)
    kind = list[Any] | None if isinstance(moving, OnDates) else int | None
    if isinstance(moving, OnDates) or may_stay(transition):
        slot, key = f"done_{len(layout.done)}", f"done {transition.rule}"
        layout.done[transition.rule] = layout.add(slot, key, kind, None)


def _trigger(layout: Layout, trigger: Trigger) -> None:
    name = trigger.name
    match trigger.occurrence:
        case OccursAfter(without=without):
            _entered(layout, trigger.stages or ())
            _last(layout, without)
            slot = layout.add(f"done_{len(layout.done)}", f"done trigger {name}", int | None, None)
            layout.done[f"trigger {name}"] = slot
        case OccursAbsence():
            slot = f"armed_{len(layout.armed)}"
            layout.armed[name] = layout.add(slot, f"armed {name}", list[Armed] | None, None)
        case OccursSequence():
            slot, key = f"progress_{len(layout.progress)}", f"progress {name}"
            layout.progress[name] = layout.add(slot, key, list[Progress] | None, None)
        case OccursDates(dates=dates) if dates.trait not in layout.dated:
            slot, key = f"dated_{dates.trait}", f"trait {dates.trait} changed"
            layout.dated[dates.trait] = layout.add(slot, key, int | None, None)
        case _:
            pass


def _entered(layout: Layout, stages: tuple[str, ...]) -> None:
    if len(stages) > 1 and stages not in layout.entered:
        slot = f"entered_{len(layout.entered)}"
        layout.entered[stages] = layout.add(slot, f"entered {', '.join(stages)}", int | None, None)


def _last(layout: Layout, happenings: Happenings) -> None:
    if happenings not in layout.last:
        slot = f"last_{len(layout.last)}"
        layout.last[happenings] = layout.add(
            slot, f"last {happenings_text(happenings)}", int | None, None
        )
