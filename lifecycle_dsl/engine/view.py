"""A customer as people see them: stage, scores, levels, traits and segments, by name."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.arithmetic import nine_decimals
from lifecycle_dsl.compiler.layout import trait_slot
from lifecycle_dsl.compiler.values import data_of
from lifecycle_dsl.engine.watched import changed_slots
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.program import expressions as e

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine
    from lifecycle_dsl.explaining.told import Told


class Customer:
    """A look at one customer at an instant, by default that of their last step.

    Scores and levels are computed when asked for; nothing is changed.
    """

    def __init__(self, machine: Machine, state: Any, at: int | None = None) -> None:
        self._machine = machine
        self._state = state
        self._at = state.clock if at is None else max(at, state.clock)

    def __repr__(self) -> str:
        return f"<Customer {self.name} {self.stage}>"

    @property
    def name(self) -> str:
        """What the records call them."""
        return str(self._state.customer)

    @property
    def stage(self) -> str:
        """The stage they are in."""
        return str(self._state.stage)

    @property
    def previous(self) -> str | None:
        """The stage before, if there was one."""
        return None if self._state.previous == "none" else str(self._state.previous)

    @property
    def entered(self) -> int:
        """When they entered the stage, in microseconds since the epoch."""
        return int(self._state.entered)

    @cached_property
    def scores(self) -> dict[str, float]:
        """The scores, to nine decimals."""
        scores = self._machine.compiled.program.scores.values()
        reads = [e.ScoreRead(span=s.span, score=s.name) for s in scores]
        values = self._values("scores", list(reads))
        return {s.name: nine_decimals(v) for s, v in zip(scores, values, strict=True)}

    @cached_property
    def levels(self) -> dict[str, str]:
        """The levels' labels."""
        levels = list(self._machine.compiled.program.levels.values())
        values = self._values("levels", changed_slots([], levels))
        return {v.name: v.labels[rank] for v, rank in zip(levels, values, strict=True)}

    @property
    def traits(self) -> dict[str, Any]:
        """The traits, as decisions write them; missing ones are None."""
        found = {}
        for trait in self._machine.compiled.program.traits.values():
            write = data_of(trait.type)
            value = getattr(self._state, trait_slot(trait.name))
            found[trait.name] = value if write is None else write(value)
        return found

    @cached_property
    def segments(self) -> list[str]:
        """The segments they are in, computed and joined."""
        segments = list(self._machine.compiled.program.segments.values())
        values = self._values("segments", changed_slots(segments, []))
        return [s.name for s, inside in zip(segments, values, strict=True) if inside]

    @property
    def journeys(self) -> list[tuple[str, str]]:
        """The runs that wait: the trigger and the step at which each stands, in order of start."""
        return [(run.trigger, run.step) for run in self._state.runs or ()]

    def explain(self, about: str | None = None) -> Told:
        """Why they are in a stage, what a trigger now needs, or what an attribution would credit.

        From the state as it stands, and `print` tells it: what led to it is told by
        `lifecycle_dsl.explaining.explain`.

        Raises:
            UnknownNameError: where no stage, trigger or attribution is called so.
        """
        from lifecycle_dsl.explaining.asking import of_state, subject  # noqa: PLC0415 — on use
        from lifecycle_dsl.explaining.told import Told  # noqa: PLC0415

        asked = subject(self._machine.compiled.program, about)
        return Told(of_state(self._machine, self._state, self._at, asked))

    def _values(self, title: str, expressions: list[e.Expression]) -> tuple[Any, ...]:
        if not expressions:
            return ()
        compiled, links = self._machine.compiled, self._machine.links
        read = compiled.values(title, expressions, expressions[0].span, links)
        return read(self._state, self._at)


def state_line(machine: Machine, state: Any, at: int | None) -> dict[str, Any]:
    """A line of a state file."""
    customer = Customer(machine, state, at)
    return {
        "customer": customer.name,
        "stage": customer.stage,
        "previous": customer.previous,
        "entered": format_instant(customer.entered),
        "scores": customer.scores,
        "levels": customer.levels,
        "traits": customer.traits,
        "segments": customer.segments,
    }
